/** The which-key strip: what can follow the prefix, in as many columns as there is room for. */
import { cellWidth } from "./cell-text.ts";
import type { Hints } from "./hints.ts";
import { type Line, type Size, type Span, span } from "./line.ts";

export type StripView = { readonly type: "strip"; readonly lines: readonly Line[] };

const padding = 2;
const gap = 3;

/** Reading goes down the columns. The last line says how to leave. */
export function stripView(size: Size, hints: Hints): StripView {
  const { perRow, cell } = grid(size.cols, hints);
  const count = Math.ceil(hints.whichKey.length / perRow);
  const rows = Array.from({ length: count }, (_, row): Line => {
    const inRow = hints.whichKey.filter((_hint, index) => index % count === row);
    return { left: inRow.flatMap((hint) => cellSpans(hint, cell)) };
  });
  const lines = rows.slice(0, Math.max(0, size.rows - 1));
  return { type: "strip", lines: [...lines, leaveLine(hints)].slice(0, size.rows) };
}

/** How many rows the strip wants in so many columns. */
export function stripRows(cols: number, hints: Hints): number {
  return Math.ceil(hints.whichKey.length / grid(cols, hints).perRow) + 1;
}

function grid(cols: number, hints: Hints): { readonly perRow: number; readonly cell: number } {
  const widest = Math.max(
    1,
    ...hints.whichKey.map(({ keys, title }) => cellWidth(`${keys} ${title}`)),
  );
  const cell = widest + gap;
  return { cell, perRow: Math.max(1, Math.floor((cols - padding + gap) / cell)) };
}

function cellSpans({ keys, title }: Hints["whichKey"][number], cell: number): readonly Span[] {
  const space = " ".repeat(Math.max(0, cell - cellWidth(`${keys} ${title}`)));
  return [span(keys, "key"), span(` ${title}${space}`)];
}

function leaveLine(hints: Hints): Line {
  return {
    left: [
      span(hints.prefix, "key"),
      span(" and then? ", "dim"),
      span("esc", "key"),
      span(" cancels", "dim"),
    ],
  };
}

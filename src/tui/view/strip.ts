/** The which-key strip: what can follow the prefix, in as few rows as it fits in. */
import { textWidth } from "../../core/cell-text.ts";
import type { Hints, KeyHint } from "./hints.ts";
import { type Line, type Size, type Span, span } from "./line.ts";

export type StripView = { readonly type: "strip"; readonly lines: readonly Line[] };

const padding = 2;
const gap = 3;

/** Reading goes down the columns. The last line says how to leave. */
export function stripView(size: Size, hints: Hints): StripView {
  const columns = fittingColumns(size.cols, hints);
  const count = columns[0]?.length ?? 0;
  const rows = Array.from({ length: count }, (_, row): Line => {
    return { left: columns.flatMap((column) => cellSpans(column[row], widthOf(column) + gap)) };
  });
  const lines = rows.slice(0, Math.max(0, size.rows - 1));
  return { type: "strip", lines: [...lines, leaveLine(hints)].slice(0, size.rows) };
}

/** How many rows the strip wants in so many columns. */
export function stripRows(cols: number, hints: Hints): number {
  return (fittingColumns(cols, hints)[0]?.length ?? 0) + 1;
}

type Column = readonly KeyHint[];

/** As many columns as fit, each as wide as its widest cell: a small terminal shows all keys too. */
function fittingColumns(cols: number, { whichKey }: Hints): readonly Column[] {
  for (let rows = 1; rows < whichKey.length; rows++) {
    const columns = columnsOf(whichKey, rows);
    const widths = columns.reduce((sum, column) => sum + widthOf(column), 0);
    if (widths + gap * columns.length <= cols - padding) return columns;
  }
  return whichKey.length === 0 ? [] : [whichKey];
}

function columnsOf(hints: Column, rows: number): readonly Column[] {
  const count = Math.ceil(hints.length / rows);
  return Array.from({ length: count }, (_, index) => hints.slice(index * rows, (index + 1) * rows));
}

function widthOf(column: Column): number {
  return Math.max(0, ...column.map(({ keys, title }) => textWidth(`${keys} ${title}`)));
}

function cellSpans(hint: KeyHint | undefined, width: number): readonly Span[] {
  if (!hint) return [];
  const { keys, title } = hint;
  const space = " ".repeat(width - textWidth(`${keys} ${title}`));
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

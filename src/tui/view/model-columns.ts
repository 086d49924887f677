/**
 * The columns of the model picker. The name takes what the others leave; when that is too little,
 * the column that says least gives way.
 */
import { clipText, textWidth } from "../../core/cell-text.ts";
import { fitWord, type Verdict } from "../../core/fit.ts";
import type { ModelRow } from "../../core/model-rows.ts";
import { modeNumber } from "../../core/select.ts";
import { printable } from "../../core/text.ts";
import { type Line, type Meaning, type Span, span } from "./line.ts";

type Column = {
  readonly title: string;
  readonly cols: number;
  /** The column with the lowest one gives way first. */
  readonly keep: number;
  readonly right?: boolean;
  readonly cell: (row: ModelRow) => readonly [string, Meaning];
};

export type ModelColumns = { readonly nameCols: number; readonly columns: readonly Column[] };

/** Marker, sign of a loaded model, and a space after each. */
const signCols = 4;
const leastNameCols = 24;
const shortFitCols = 13;
/** "fits after unloading qwen3-coder:30b" and a bit. */
const longFitCols = 38;

/** The columns that have room. `several`: models come from more than one runtime. */
export function modelColumns(cols: number, several: boolean): ModelColumns {
  const long = withRoom(allColumns(longFitCols).filter(isWanted), cols);
  const wanted = allColumns(shortFitCols).filter(isWanted);
  return long.columns.length === wanted.length ? long : withRoom(wanted, cols);

  function isWanted({ title }: Column): boolean {
    return several || title !== "runtime";
  }
}

function withRoom(columns: readonly Column[], cols: number): ModelColumns {
  const taken = columns.reduce((sum, column) => sum + column.cols + 1, signCols);
  if (cols - taken >= leastNameCols || columns.length <= 1) {
    return { columns, nameCols: Math.max(1, cols - taken) };
  }
  const least = Math.min(...columns.map(({ keep }) => keep));
  return withRoom(
    columns.filter(({ keep }) => keep !== least),
    cols,
  );
}

function allColumns(fitCols: number): readonly Column[] {
  return [
    {
      title: "runtime",
      // The length of "llama-server".
      cols: 12,
      keep: 3,
      cell: ({ runtimeTitle }) => [runtimeTitle ?? "", "dim"],
    },
    { title: "size", cols: 8, keep: 2, right: true, cell: ({ size }) => [size, "plain"] },
    { title: "quant", cols: 8, keep: 1, cell: ({ quant }) => [quant, "dim"] },
    { title: "ctx", cols: 5, keep: 4, right: true, cell: contextCell },
    { title: "tools", cols: 5, keep: 5, cell: toolsCell },
    { title: "fits", cols: fitCols, keep: 6, cell: (row) => fitCell(row, fitCols) },
  ];
}

/** The longest context a model can have is not the one it will have. */
function contextCell({ context, contextFrom }: ModelRow): readonly [string, Meaning] {
  return contextFrom === "max" ? [`≤${context}`, "dim"] : [context, "plain"];
}

function toolsCell({ tools }: ModelRow): readonly [string, Meaning] {
  if (tools === "?") return ["?", "dim"];
  return tools === "yes" ? ["yes", "good"] : ["no", "error"];
}

const fitMeanings: Readonly<Record<Verdict, Meaning>> = {
  fits: "good",
  tight: "warning",
  "fits-after-unloading": "warning",
  "partly-on-cpu": "warning",
  "will-not-fit": "error",
  unknown: "dim",
  remote: "dim",
};

function fitCell({ fit, disabled, cloud }: ModelRow, cols: number): readonly [string, Meaning] {
  const isShort = cols === shortFitCols;
  if (disabled !== undefined) return [isShort ? "no answer" : disabled, "dim"];
  if (cloud) return ["cloud", "dim"];
  const isCut = isShort && fit.verdict === "fits-after-unloading";
  return [isCut ? "after unload" : fitWord(fit), fitMeanings[fit.verdict]];
}

/** The titles of the columns. */
export function modelHeader({ columns, nameCols }: ModelColumns): Line {
  const cells = columns.map(({ title, cols, right }) => ` ${padded(title, cols, right)}`);
  return { left: [span(`    ${padded("model", nameCols)}${cells.join("")}`, "dim")] };
}

/** One model: whether it is loaded, its name, the modes that use it, the columns. */
export function modelLine(
  row: ModelRow,
  { columns, nameCols, selected }: ModelColumns & { readonly selected: boolean },
): Line {
  const sign: Span = row.loaded ? { type: "glyph", glyph: "busy" } : span(" ");
  const cells = columns.flatMap(({ cols, right, cell }) => {
    const [text, meaning] = cell(row);
    const shown = row.disabled === undefined ? meaning : "dim";
    // Ink takes its time for each span: the space is one with the cell.
    return [span(` ${padded(printable(text), cols, right)}`, shown)];
  });
  return {
    left: [
      selected ? { type: "marker" } : span(" "),
      span(" "),
      sign,
      span(" "),
      ...nameSpans(row, { nameCols, selected }),
      ...cells,
    ],
  };
}

/** "qwen3-coder:30b [12]". */
function nameSpans(
  { name, usedBy, disabled }: ModelRow,
  { nameCols, selected }: { readonly nameCols: number; readonly selected: boolean },
): readonly Span[] {
  const users = usedBy.length === 0 ? "" : ` [${usedBy.map(modeNumber).join("")}]`;
  const text = clipText(name, Math.max(1, nameCols - users.length));
  const space = " ".repeat(Math.max(0, nameCols - textWidth(text) - users.length));
  const meaning = disabled === undefined ? "plain" : "dim";
  return [span(text, selected ? "selected" : meaning), span(users, "strong"), span(space)];
}

function padded(text: string, cols: number, right = false): string {
  const clipped = clipText(text, cols);
  const space = " ".repeat(Math.max(0, cols - textWidth(clipped)));
  return right ? space + clipped : clipped + space;
}

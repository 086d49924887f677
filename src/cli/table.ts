/** Tables for a terminal or a pipe: columns as wide as what is in them, and fewer of them where there is little room. */
import { clipText, textWidth } from "../core/cell-text.ts";
import type { Paint, Style } from "./paint.ts";

export type Cell = { readonly text: string; readonly style?: Style | undefined };

export type Column<Row> = {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  readonly right?: boolean;
  /** Where there is no room, the column with the lowest one is left out first; without one it stays. */
  readonly keep?: number;
  /** It may be cut to so many cells before any column is left out. */
  readonly least?: number;
};

export type TableRequest<Row> = {
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Cells of a line; infinite where the output is no terminal. */
  readonly cols: number;
  readonly paint: Paint;
};

/** Its lines, the titles first; columns with nothing in them are left out, and so are all titles if they are empty. */
export function tableLines<Row>({
  columns,
  rows,
  cols,
  paint,
}: TableRequest<Row>): readonly string[] {
  const made = columns
    .map((column) => makeColumn(column, rows))
    .filter(({ cells }) => cells.some(({ text }) => text !== ""));
  const fitted = withRoom(made, cols);
  const titles = fitted.map(({ title }) => ({ text: title, style: "dim" as const }));
  const body = rows.map((_, index) => fitted.map(({ cells }) => cells[index] ?? { text: "" }));
  const lines = titles.some(({ text }) => text !== "") ? [titles, ...body] : body;
  return lines.map((cells) => lineOf(cells, fitted, paint));
}

type MadeColumn = {
  readonly title: string;
  readonly cells: readonly Cell[];
  readonly width: number;
  readonly right: boolean;
  readonly keep: number;
  readonly least: number;
};

const gap = 2;

function makeColumn<Row>(column: Column<Row>, rows: readonly Row[]): MadeColumn {
  const { title, cell, right = false, keep = Number.POSITIVE_INFINITY } = column;
  const cells = rows.map(cell);
  const width = Math.max(textWidth(title), ...cells.map(({ text }) => textWidth(text)));
  return { title, cells, width, right, keep, least: column.least ?? width };
}

function withRoom(columns: readonly MadeColumn[], cols: number): readonly MadeColumn[] {
  const excess = widthOf(columns) - cols;
  if (excess <= 0) return columns;
  const narrowed = narrowedBy(columns, excess);
  if (widthOf(narrowed) <= cols) return narrowed;
  const lowest = Math.min(...columns.map(({ keep }) => keep));
  if (lowest === Number.POSITIVE_INFINITY) {
    const most = Math.max(...columns.map(({ width }) => width));
    return narrowedBy(
      columns.map((column) => (column.width === most ? { ...column, least: 1 } : column)),
      excess,
    );
  }
  return withRoom(
    columns.filter(({ keep }) => keep !== lowest),
    cols,
  );
}

function widthOf(columns: readonly MadeColumn[]): number {
  return columns.reduce((sum, { width }) => sum + width, gap * Math.max(0, columns.length - 1));
}

/** Takes cells from the columns that can give some, from the right-hand ones first. */
function narrowedBy(columns: readonly MadeColumn[], excess: number): readonly MadeColumn[] {
  let left = excess;
  return columns
    .toReversed()
    .map((column) => {
      const given = Math.min(left, Math.max(0, column.width - column.least));
      left -= given;
      return { ...column, width: column.width - given };
    })
    .toReversed();
}

function lineOf(cells: readonly Cell[], columns: readonly MadeColumn[], paint: Paint): string {
  const last = cells.findLastIndex(({ text }) => text !== "");
  return columns
    .slice(0, last + 1)
    .map(({ width, right }, index) => {
      const { text, style } = cells[index] ?? { text: "" };
      const clipped = clipText(text, width);
      const space = " ".repeat(Math.max(0, width - textWidth(clipped)));
      const shown = paint(style, clipped);
      if (right) return space + shown;
      return index === last ? shown : shown + space;
    })
    .join(" ".repeat(gap));
}

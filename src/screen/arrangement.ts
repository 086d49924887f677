/** Which layer shows at which cell: the rows of the screen as runs of cells that one layer owns. */
import type { Rect } from "../core/rect.ts";

/** Cells `from` (inclusive) to `to` (exclusive) of a row belong to `layer`, an index. */
export type Run = { readonly layer: number; readonly from: number; readonly to: number };

export type Area = { readonly cols: number; readonly rows: number };

/** The runs of each row; `rects` are in order from the lowest to the highest, later ones cover earlier. */
export function arrangeRuns(
  { cols, rows }: Area,
  rects: readonly Rect[],
): readonly (readonly Run[])[] {
  const owners = new Int16Array(cols);
  return Array.from({ length: rows }, (_, y) => {
    for (const [index, rect] of rects.entries())
      if (y >= rect.y && y < rect.y + rect.rows) owners.fill(index, ...clip(rect, cols));
    return runsOf(owners);
  });
}

function clip({ x, cols }: Rect, width: number): [number, number] {
  const from = Math.max(0, Math.min(x, width));
  return [from, Math.max(from, Math.min(x + cols, width))];
}

function runsOf(owners: Int16Array): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (let x = 1; x <= owners.length; x++) {
    if (x < owners.length && owners[x] === owners[from]) continue;
    runs.push({ layer: owners[from] ?? 0, from, to: x });
    from = x;
  }
  return runs;
}

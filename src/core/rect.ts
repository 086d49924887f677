/** A rectangle of cells; `x` and `y` count from 0, at the top left. */
export type Rect = {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
};

/** Whether a cell lies in a rectangle. */
export function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && x < rect.x + rect.cols && y >= rect.y && y < rect.y + rect.rows;
}

/** Whether two rectangles are the same. */
export function sameRect(a: Rect | undefined, b: Rect | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.x === b.x && a.y === b.y && a.cols === b.cols && a.rows === b.rows;
}

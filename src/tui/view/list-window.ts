/** The first line of a list that is shown in so many rows, so that the selected one stays in sight. */
export function windowTop(
  selected: number,
  { count, rows }: { readonly count: number; readonly rows: number },
): number {
  return Math.max(0, Math.min(selected - Math.floor(rows / 2), count - rows));
}

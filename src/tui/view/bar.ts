/** A bar of block characters that is full to a share, 0 to 1, with a line where `mark` is. */
export function barText(share: number, cols: number, mark?: number): string {
  const filled = share > 0 ? Math.min(cols, Math.max(1, Math.round(share * cols))) : 0;
  const bar = "█".repeat(filled) + "░".repeat(cols - filled);
  if (mark === undefined || mark >= 1 || cols < 2) return bar;
  const at = Math.min(cols - 1, Math.max(0, Math.round(mark * cols)));
  return `${bar.slice(0, at)}│${bar.slice(at + 1)}`;
}

/** The value below which a share `part` (0 to 1) of the values lies; NaN when there are none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** The value in the middle, of an even count the mean of the two; NaN when there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const above = sorted[Math.floor(middle)] ?? Number.NaN;
  if (!Number.isInteger(middle)) return above;
  return (above + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

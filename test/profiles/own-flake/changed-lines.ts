/**
 * The lines in which two texts differ, place by place: `- old`, then `+ new`, without their
 * indentation. By the longest common sequence, which is cheap for the texts of these tests.
 */
export function changedLines(before: string, after: string): readonly string[] {
  const [left, right] = [before.split(/\r?\n/), after.split(/\r?\n/)];
  const common = lengths(left, right);
  const changes: string[] = [];
  let added: string[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && left[i] === right[j]) {
      changes.push(...added);
      added = [];
      i++;
      j++;
    } else if (i < left.length && (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? -1)) {
      changes.push(`- ${left[i++]?.trim()}`);
    } else added.push(`+ ${right[j++]?.trim()}`);
  }
  return [...changes, ...added];
}

/** How many lines the rest of both texts have in common, from each place on. */
function lengths(left: readonly string[], right: readonly string[]): readonly number[][] {
  const table = Array.from({ length: left.length + 1 }, () =>
    Array.from({ length: right.length + 1 }, () => 0),
  );
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--) {
      const [row, below] = [table[i], table[i + 1]];
      if (row === undefined || below === undefined) continue;
      row[j] =
        left[i] === right[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  return table;
}

/** The name that was most likely meant, if one is near enough to be a slip. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const near = Math.max(2, Math.floor(typed.length / 3));
  const measured = names.map((name) => ({ name, distance: editDistance(typed, name) }));
  const [best] = measured.sort((a, b) => a.distance - b.distance);
  return best && best.distance <= near ? best.name : undefined;
}

/** Levenshtein's distance, without regard to upper and lower case. */
function editDistance(a: string, b: string): number {
  const target = b.toLowerCase();
  let row = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.toLowerCase().split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of target.split("").entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

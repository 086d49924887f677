const levels = "▁▂▃▄▅▆▇█";

/** The newest of some shares (0 to 1, oldest first), one cell each. */
export function sparkline(shares: readonly number[], cols: number): string {
  return shares
    .slice(Math.max(0, shares.length - cols))
    .map(levelOf)
    .join("");
}

function levelOf(share: number): string {
  const level = Math.floor(Math.min(1, Math.max(0, share)) * levels.length);
  return levels[Math.min(level, levels.length - 1)] ?? "";
}

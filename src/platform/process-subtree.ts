import type { ProcessInfo } from "./ports.ts";

/** A process and all that hang below it, parents first; empty when it is not in the table. */
export function subtree(all: readonly ProcessInfo[], root: number): readonly ProcessInfo[] {
  const found = all.filter(({ pid }) => pid === root);
  // The array is walked while it grows.
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

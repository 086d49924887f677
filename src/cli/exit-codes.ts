import type { Problem } from "../core/error.ts";

/** The exit code of a failure, as documented in the README. */
export function exitCodeOf({ code }: Problem): number {
  if (code.startsWith("usage/")) return 2;
  if (code.startsWith("environment/") || code.startsWith("nix/")) return 3;
  if (code === "terminal/not-a-terminal") return 4;
  if (code === "run/already-running") return 5;
  return 1;
}

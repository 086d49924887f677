import type { Problem } from "../core/error.ts";

/** What the exit codes mean, for the help and the man page. */
export const exitMeanings = {
  "0": "fine",
  "1": "failed",
  "2": "wrong usage",
  "3": "no development environment",
  "4": "not a terminal",
  "5": "already running here",
  "129, 130 and 143": "ended by a signal",
} as const;

/** The exit code of a failure, as documented in the README. */
export function exitCodeOf({ code }: Problem): number {
  if (code.startsWith("usage/")) return 2;
  if (code.startsWith("environment/") || code.startsWith("nix/")) return 3;
  if (code === "terminal/not-a-terminal") return 4;
  if (code === "run/already-running") return 5;
  return 1;
}

import type { Problem } from "../core/error.ts";

/** The exit codes of failures, as documented in the README. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  noEnvironment: 3,
  notATerminal: 4,
  alreadyRunning: 5,
} as const;

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

/** The exit code of a failure. */
export function exitCodeOf({ code }: Problem): number {
  if (code.startsWith("usage/")) return exitCodes.usage;
  if (code.startsWith("environment/") || code.startsWith("nix/")) return exitCodes.noEnvironment;
  if (code === "terminal/not-a-terminal") return exitCodes.notATerminal;
  if (code === "run/already-running") return exitCodes.alreadyRunning;
  return exitCodes.failed;
}

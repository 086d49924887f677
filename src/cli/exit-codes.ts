import type { Problem } from "../core/error.ts";

/** The exit codes of failures, as documented in the README. */
export const exitCodes = { failed: 1, usage: 2, notATerminal: 4, alreadyRunning: 5 } as const;

export function exitCodeOf({ code }: Problem): number {
  if (code.startsWith("usage/")) return exitCodes.usage;
  if (code === "terminal/not-a-terminal") return exitCodes.notATerminal;
  if (code === "run/already-running") return exitCodes.alreadyRunning;
  return exitCodes.failed;
}

import type { ErrorCode } from "./error-codes.ts";
import { systemProblem } from "./system-error.ts";

export type { ErrorCode } from "./error-codes.ts";

/** A failure as plain data: what the store, the view and `--json` carry. */
export type Problem = {
  readonly code: ErrorCode;
  /** What failed, in the user's words; one line. */
  readonly message: string;
  /** What to do: the exact command or key; one line. */
  readonly remedy: string;
  /** The program's own words behind it (Nix's trace, a stderr), for who wants them. */
  readonly detail?: string;
  /** Where in a file, if known; line and column count from 1. */
  readonly position?: FilePosition;
};

export type FilePosition = {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
};

/** A failure made where its cause is known; `message` and `remedy` are for people. */
export class AiRulesError extends Error {
  override readonly name = "AiRulesError";
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }
}

/** Any thrown thing as a problem; what nobody foresaw keeps its own message. */
export function toProblem(error: unknown): Problem {
  if (error instanceof AiRulesError) return error.problem;
  const known = systemProblem(error);
  if (known) return known;
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error ? error.stack : undefined;
  return unforeseen(message, detail);
}

/** A fault of ours: something that cannot be, unless the program or its installation is broken. */
export function unforeseen(what: string, detail?: string): Problem {
  return {
    code: "run/unexpected",
    message: `something failed that should not: ${what}`,
    remedy:
      "report it, with the archive that `ai-rules doctor --report` writes; --debug shows the stack",
    ...(detail ? { detail } : {}),
  };
}

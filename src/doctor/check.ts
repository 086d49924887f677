/** What the doctor looks at, and what it finds. */
import type { CheckGroup } from "../core/diagnosis.ts";
import type { ErrorCode, Problem } from "../core/error.ts";
import type { DoctorContext } from "./context.ts";

/** What `--fix` does about a finding: only what is safe, and can be taken back. */
export type Fix = {
  /** What it does: a command, or words. */
  readonly title: string;
  /** Throws when it cannot be done. */
  readonly apply: (context: DoctorContext, abort: AbortSignal) => Promise<void>;
};

/** All is well, or there is nothing to look at. */
export type Quiet = {
  readonly status: "ok" | "skip";
  /** What was found, one line. */
  readonly found: string;
};

/** `fail`: something will not work; `warn`: it works, and should be looked at. */
export type Trouble = {
  readonly status: "warn" | "fail";
  /** Stable: `subject/what`. */
  readonly code: ErrorCode;
  /** What was found, one line. */
  readonly found: string;
  /** Why it matters. */
  readonly why?: string;
  /** What to do: an exact command in backticks, or a key; one line. */
  readonly remedy: string;
  /** Where our documents say more, from the project's root; by default that of the code. */
  readonly link?: string;
  /** A program's own words behind it. */
  readonly detail?: string;
  readonly fix?: Fix;
};

export type Finding = Quiet | Trouble;

export type Check = {
  /** For `--only`: "nix-version". */
  readonly id: string;
  readonly group: CheckGroup;
  /** What it looks at, in a few words. */
  readonly title: string;
  /** No check gets more than `longestCheckMs`. */
  readonly timeoutMs: number;
  readonly run: (context: DoctorContext, abort: AbortSignal) => Promise<readonly Finding[]>;
};

/** All is well. */
export function ok(found: string): Quiet {
  return { status: "ok", found };
}

/** There is nothing to look at; says why. */
export function skip(found: string): Quiet {
  return { status: "skip", found };
}

export function isTrouble(finding: Finding): finding is Trouble {
  return finding.status === "warn" || finding.status === "fail";
}

/** A problem that a part of the program made, as a finding; its place in a file goes first. */
export function findingOf(
  problem: Problem,
  { status, root }: { readonly status: Trouble["status"]; readonly root: string },
): Trouble {
  const { code, message, remedy, detail, position } = problem;
  const file = position?.file.startsWith(`${root}/`)
    ? position.file.slice(root.length + 1)
    : position?.file;
  const place = [file, position?.line, position?.column].filter((part) => part !== undefined);
  return {
    status,
    code,
    found: place.length === 0 ? message : `${place.join(":")}: ${message}`,
    remedy,
    ...(detail === undefined ? {} : { detail }),
  };
}

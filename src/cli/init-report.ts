/** What `ai-rules init --json` tells. */
import type { Problem } from "../core/error.ts";
import { printable } from "../core/text.ts";
import { recordPath } from "../profiles/setup/record.ts";
import { type FileChange, unifiedDiff } from "../profiles/setup/unified-diff.ts";
import type { FlakeAdvice } from "./init-flake.ts";
import type { GitWork } from "./init-git.ts";
import type { Prepared } from "./init-prepare.ts";
import type { InitReport } from "./init-report-schema.ts";

export type ReportRequest = {
  readonly root: string;
  readonly prepared: Prepared;
  /** Undefined where nothing was written. */
  readonly git: GitWork | undefined;
  readonly missing: readonly Problem[];
  readonly next: readonly string[];
};

/** The report, by its schema. */
export function initReport({ root, prepared, git, missing, next }: ReportRequest): InitReport {
  const { deed, profile, because, shell, application, files, advice, notes } = prepared;
  return {
    version: 1,
    project: root,
    deed,
    written: git !== undefined,
    ...(application === undefined ? {} : { application }),
    profile: { name: profile.name, version: profile.version, because },
    ...(shell === undefined ? {} : { shell }),
    files: files.map(({ path, action, target, before, after, why }) => {
      const isShown = (after !== undefined || action === "remove") && path !== recordPath;
      return {
        path,
        action,
        target,
        ...(why === undefined ? {} : { why }),
        ...(isShown ? { diff: diffText({ path: target, before, after }) } : {}),
      };
    }),
    ...(advice ? { flake: flakeReport(advice) } : {}),
    ...(git ? { git: gitReport(git) } : {}),
    notes: [...notes, ...(git?.notes ?? [])].map(printable),
    missing: missing.map(({ code, message, remedy }) => ({ code, message, remedy })),
    next: [...next],
  };
}

function diffText(change: FileChange): string {
  return unifiedDiff(change)
    .map(({ text }) => `${text}\n`)
    .join("");
}

function flakeReport(advice: FlakeAdvice): NonNullable<InitReport["flake"]> {
  if (advice.type === "by-hand") return { why: advice.why, snippet: advice.snippet };
  const { before, after } = advice;
  return { diff: diffText({ path: "flake.nix", before, after }) };
}

function gitReport({ repository, initialised, added }: GitWork): NonNullable<InitReport["git"]> {
  return {
    ...(repository === undefined ? {} : { repository }),
    initialised,
    added: [...added],
  };
}

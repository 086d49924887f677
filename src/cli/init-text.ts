/** What `ai-rules init` tells people: what it found, what it would change, what is next. */
import { printable } from "../core/text.ts";
import { yours } from "../profiles/setup/join-text.ts";
import type { Action, PlannedFile } from "../profiles/setup/plan.ts";
import { recordPath } from "../profiles/setup/record.ts";
import { type DiffLine, type FileChange, unifiedDiff } from "../profiles/setup/unified-diff.ts";
import type { Console } from "./console.ts";
import type { FlakeAdvice } from "./init-flake.ts";
import type { Prepared } from "./init-prepare.ts";
import type { Style } from "./paint.ts";
import { tableLines } from "./table.ts";

type Look = Pick<Console, "paint" | "cols">;

/** What was recognised, and what follows from it. */
export function foundLines(
  { deed, profile, because, shell, application }: Prepared,
  { paint }: Look,
): readonly string[] {
  const what = application === undefined ? [] : [`new application ${paint("strong", application)}`];
  const named = `profile ${paint("strong", profile.name)} (${profile.title}), because ${printable(because)}`;
  const entered =
    shell === undefined
      ? []
      : [`shell ${paint("strong", shell.name)}, because ${printable(shell.because)}`];
  const lines = [...what, named, ...entered];
  return deed === "again" ? lines.slice(0, 1) : lines;
}

/** The changes as a unified diff, those of files that are there last; of a new file `most` lines. */
export function diffLines(
  files: readonly PlannedFile[],
  look: Look,
  most = Number.POSITIVE_INFINITY,
): readonly string[] {
  const byPlace = files.toSorted((a, b) => Number(!!a.before) - Number(!!b.before));
  return byPlace.flatMap(({ target, action, before, after }) => {
    const isShown = (after !== undefined || action === "remove") && target !== recordPath;
    if (!isShown) return [];
    return changeLines(
      { path: target, before, after },
      look,
      before === undefined ? most : undefined,
    );
  });
}

function changeLines(
  change: FileChange,
  { paint }: Look,
  most = Number.POSITIVE_INFINITY,
): readonly string[] {
  const lines = unifiedDiff(change);
  const hidden = lines.length - most > 1 ? lines.length - most : 0;
  const shown = hidden > 0 ? lines.slice(0, most) : lines;
  const more = `  ... ${hidden} more lines; --dry-run shows them`;
  return [
    ...shown.map(({ kind, text }) => paint(styles[kind], text)),
    ...(hidden > 0 ? [paint("dim", more)] : []),
    ...(lines.length === 0 ? [] : [""]),
  ];
}

const styles: Readonly<Record<DiffLine["kind"], Style | undefined>> = {
  header: "strong",
  hunk: "dim",
  added: "good",
  removed: "error",
  same: undefined,
};

/** One line a file: what becomes of it, and why. */
export function fileLines(files: readonly PlannedFile[], { cols, paint }: Look): readonly string[] {
  const rows = files.filter(({ action, why }) => action !== "unchanged" || why !== undefined);
  return tableLines({
    rows,
    cols,
    paint,
    columns: [
      { title: "", cell: ({ action }) => ({ text: `  ${action}`, style: actionStyles[action] }) },
      { title: "", cell: ({ target }) => ({ text: printable(target) }) },
      { title: "", cell: (file) => ({ text: noteOf(file), style: "dim" }), least: 20 },
    ],
  });
}

const actionStyles: Readonly<Record<Action, Style | undefined>> = {
  create: "good",
  merge: "good",
  update: "good",
  remove: "warning",
  beside: "warning",
  keep: "dim",
  unchanged: "dim",
};

function noteOf({ path, action, why, after }: PlannedFile): string {
  if (path === recordPath) return "what was written, for --update";
  if (action === "beside")
    return why === undefined || why === yours ? "yours stays" : `yours stays: ${why}`;
  if (why !== undefined) return printable(why);
  return action === "create" && after !== undefined ? lineCount(after) : "";
}

function lineCount(text: string): string {
  const count = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return count === 1 ? "1 line" : `${count} lines`;
}

/** What would put ai-rules into a flake of one's own. */
export function adviceLines(advice: FlakeAdvice | undefined, look: Look): readonly string[] {
  if (!advice) return [];
  if (advice.type === "by-hand")
    return [
      `flake.nix is yours, and a program cannot change it safely: ${printable(advice.why)}`,
      "put this into it by hand:",
      "",
      ...advice.snippet
        .trimEnd()
        .split("\n")
        .map((line) => (line === "" ? "" : `    ${line}`)),
      "",
    ];
  return [
    "flake.nix is yours and stays as it is. This would give its shell what ai-rules needs:",
    "",
    ...changeLines({ path: "flake.nix", before: advice.before, after: advice.after }, look),
    "`ai-rules init --connect input` does it; `--connect copy` copies the blocks instead",
    "",
  ];
}

/** How many files were written. */
export function doneText(files: readonly PlannedFile[]): string {
  const written = files.filter(
    ({ action, after, path }) =>
      (after !== undefined || action === "remove") && path !== recordPath,
  ).length;
  return written === 1 ? "1 file" : `${written} files`;
}

/** The commands to go on with. */
export function nextLines(next: readonly string[], { paint }: Look): readonly string[] {
  return [paint("dim", "next"), ...next.map((command) => `  ${printable(command)}`)];
}

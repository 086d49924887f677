/** The talk of `ai-rules init`: what it would do, whether it may, what it did, what is next. */
import { basename, relative } from "node:path";
import { AiRulesError } from "../core/error.ts";
import { shellWord } from "../core/shell-word.ts";
import { printable } from "../core/text.ts";
import { type GitWork, repositoryOf, showToGit } from "./init-git.ts";
import type { Tooling } from "./init-missing.ts";
import type { Prepared } from "./init-prepare.ts";
import { initReport } from "./init-report.ts";
import { type InitRequest, titleOf } from "./init-request.ts";
import { adviceLines, diffLines, doneText, fileLines, foundLines, nextLines } from "./init-text.ts";
import { jsonText } from "./models-report.ts";
import type { Tools } from "./run-job.ts";

/** What one run works with. */
export type Run = Tools & {
  readonly abort: AbortSignal;
  readonly request: InitRequest;
  readonly cwd: string;
};

export type Settled = {
  readonly root: string;
  readonly prepared: Prepared;
  readonly tooling: Tooling;
};

/** Tells, asks where that is due, writes, and tells what is next. */
export async function settle(
  run: Run,
  settled: Settled,
  write: () => Promise<GitWork>,
): Promise<number> {
  const { console, request } = run;
  const { root, prepared, tooling } = settled;
  const next = nextCommands(run, settled);
  if (request.json) {
    const git = request.looksOnly ? undefined : await write();
    const { missing } = tooling;
    console.out([jsonText(initReport({ root, prepared, git, missing, next }))]);
    return 0;
  }
  console.out(foundLines(prepared, console));
  for (const note of prepared.notes) console.note(`note: ${printable(note)}`);
  if (!prepared.files.some(isChange)) return nothingToDo(run, settled);
  const isAsked = prepared.deed !== "create" && !request.yes;
  if (request.looksOnly || isAsked) {
    if (isAsked && !request.looksOnly && !console.ask) throw notConfirmed();
    const most = request.looksOnly ? undefined : shortDiff;
    console.out(["", ...diffLines(prepared.files, console, most)]);
    console.out([...fileLines(prepared.files, console), ""]);
    console.out(adviceLines(prepared.advice, console));
  }
  if (request.looksOnly) {
    console.note("nothing was written");
    return 0;
  }
  if (isAsked && !(await console.ask?.(`write this into ${titleOf(root)}?`, run.abort))) {
    console.note("nothing was written");
    return 1;
  }
  const git = await write();
  if (!isAsked) {
    console.out(fileLines(prepared.files, console));
    console.out(adviceLines(prepared.advice, console));
  }
  console.out([doneLine(settled, git), "", ...nextLines(next, console)]);
  tellAfter(run, settled, git);
  return 0;
}

/** Of a new file, before a question. */
const shortDiff = 12;

function isChange({ after, action }: Prepared["files"][number]): boolean {
  return after !== undefined || action === "remove";
}

/** A second run changes nothing, but Nix has to see the flake all the same. */
async function nothingToDo({ ports, console, request }: Run, { root, prepared }: Settled) {
  console.out(fileLines(prepared.files, console));
  console.out(adviceLines(prepared.advice, console));
  const repository = await repositoryOf(ports.files, root);
  if (repository !== undefined && !request.looksOnly) {
    const paths = ["flake.nix", "flake.lock"];
    const { added, notes } = await showToGit(ports, { root, repository, paths });
    for (const path of added)
      console.note(`note: Git did not know ${path}: \`git add -N\` was run`);
    for (const note of notes) console.note(`note: ${note}`);
  }
  console.out(["everything is there already: nothing to do"]);
  return 0;
}

function doneLine({ root, prepared }: Settled, { initialised, repository }: GitWork): string {
  const verb = prepared.deed === "create" ? "made" : "wrote";
  const where = printable(basename(root));
  const git = initialised
    ? ", in a Git repository of its own"
    : repository !== undefined && repository !== root
      ? `, in the Git repository ${printable(repository)}`
      : "";
  return `${verb} ${doneText(prepared.files)} in ${where}${git}`;
}

function tellAfter({ console }: Run, { tooling }: Settled, { notes }: GitWork): void {
  for (const note of notes) console.note(`note: ${note}`);
  for (const { message, remedy } of tooling.missing)
    console.note(`note: ${message}; fix: ${remedy}`);
}

function nextCommands({ cwd }: Run, { root, prepared, tooling }: Settled): readonly string[] {
  const way = relative(cwd, root);
  const there = way === "" ? [] : [`cd ${shellWord(way.startsWith("..") ? root : way)}`];
  const shell = prepared.shell ? ` ${shellWord(`.#${prepared.shell.name}`)}` : "";
  const enter = tooling.direnv ? "direnv allow" : `nix develop${shell}`;
  return [...there, ...(tooling.hasNix ? [enter] : []), "ai-rules tui"];
}

function notConfirmed(): AiRulesError {
  return new AiRulesError({
    code: "project/not-confirmed",
    message: "nobody can be asked here whether to write into this project",
    remedy: "look at it with --dry-run, then add --yes",
  });
}

/**
 * Writes many files as one: all are finished in `.ai-rules/staging` first, then a journal says that
 * they are to be put in place, then each is renamed. What is killed before the journal has changed
 * nothing; what is killed after it is completed by the next run. The journal lies outside of the
 * project: one that came with a clone must not be able to say what is put where.
 */
import { createHash } from "node:crypto";
import { dirname, join, relative } from "node:path";
import { AiRulesError } from "../../core/error.ts";
import { asList, asNumber, asObject, asText, parseJson } from "../../core/json.ts";
import type { Files } from "../../platform/ports.ts";
import { besideName } from "./plan.ts";

/** Where ai-rules keeps what belongs to it, from the project's root. */
export const ownDirectory = ".ai-rules";

export type Change = {
  /** From the project's root, links followed. */
  readonly place: string;
  /** What is there now; undefined when nothing is. */
  readonly before: string | undefined;
  /** What is to be there; undefined to take the file away. */
  readonly after: string | undefined;
  /** Permission bits of the file that is there. */
  readonly mode?: number | undefined;
};

/** A file or a directory that is ready in the staging directory, for a place where nothing is. */
export type Move = {
  /** From the staging directory. */
  readonly from: string;
  readonly place: string;
};

/** A project, and where the journal of its transactions is; both absolute, links resolved. */
export type Site = { readonly root: string; readonly journal: string };

export type Transaction = {
  readonly changes: readonly Change[];
  readonly moves?: readonly Move[];
};

type Step = {
  /** From the staging directory; undefined takes the file at the place away. */
  readonly from?: string;
  readonly place: string;
  /** Hash of the text that the place has before the step; undefined when nothing is there. */
  readonly before?: string;
};

/** The name of the journal, in the directory of what is kept for a project. */
export const journalName = "init-journal.json";

/** Where everything is made ready, below a project's root. */
export function stagingDirectory(root: string): string {
  return join(root, ownDirectory, "staging");
}

/** Makes all files ready. Until `commit` nothing of the project has changed. */
export async function stage(files: Files, root: string, transaction: Transaction): Promise<void> {
  const staging = stagingDirectory(root);
  await files.makeDirectory(staging, 0o777);
  if ((await files.realPath(staging)) !== staging) throw inTheWay();
  for (const [index, { after, mode }] of transaction.changes.entries()) {
    if (after === undefined) continue;
    const path = join(staging, stagedName(index));
    await files.writeAtomically(path, after, mode ?? 0o666);
    // The umask took away what the file that is there allows.
    if (mode !== undefined) await files.setMode(path, mode);
  }
}

function stagedName(index: number): string {
  return `file-${index}`;
}

/**
 * Puts everything in its place. From its first deed on it goes to its end, in this run or the next.
 * Throws AiRulesError `project/changed` when a file is not what it was, and then nothing is done.
 */
export async function commit(
  files: Files,
  { root, journal }: Site,
  transaction: Transaction,
): Promise<void> {
  const steps = stepsOf(transaction);
  for (const step of steps) {
    if ((await stateOf(files, root, step)) !== "before") throw changedMeanwhile(step.place);
  }
  await writeJournal(files, journal, steps);
  for (const step of steps) await take(files, root, step);
}

async function writeJournal(files: Files, path: string, steps: readonly Step[]): Promise<void> {
  try {
    await files.writeAtomically(path, `${JSON.stringify({ version: 1, steps }, null, 1)}\n`);
  } catch (cause) {
    throw new AiRulesError(
      {
        code: "state/journal-unwritable",
        message: `what is to be done cannot be noted in ${path}; nothing was written`,
        remedy: `make ${dirname(path)} writable, or free some space`,
      },
      { cause },
    );
  }
}

function stepsOf({ changes, moves = [] }: Transaction): readonly Step[] {
  return [
    ...moves,
    ...changes.map(({ place, before, after }, index) => ({
      place,
      ...(after === undefined ? {} : { from: stagedName(index) }),
      ...(before === undefined ? {} : { before: hashOf(before) }),
    })),
  ];
}

/** Takes away what was made ready: what was to be done is done, or is not going to be. */
export async function clear(files: Files, { root, journal }: Site): Promise<void> {
  if (await hasStaging(files, root)) await files.remove(stagingDirectory(root));
  await files.remove(journal);
  await removeIfEmpty(files, join(root, ownDirectory));
}

export type Recovery =
  | { readonly type: "nothing" }
  /** It was killed while it made things ready. */
  | { readonly type: "undone" }
  /** It was killed in the middle. */
  | {
      readonly type: "completed";
      /** What is in its place now. */
      readonly places: readonly string[];
      /** Beside files that somebody had changed since. */
      readonly beside: readonly string[];
    };

/** Whether a run was killed in a project, so that there is something to recover. */
export async function wasInterrupted(files: Files, { root, journal }: Site): Promise<boolean> {
  return (await hasStaging(files, root)) || (await files.status(journal)) !== undefined;
}

/** Whether some of what was made ready may be in its place already. */
export async function hasBegun(files: Files, { journal }: Site): Promise<boolean> {
  return (await files.status(journal)) !== undefined;
}

/** Behind a link it would be somebody else's. */
async function hasStaging(files: Files, root: string): Promise<boolean> {
  const staging = stagingDirectory(root);
  return (await files.realPath(staging)) === staging;
}

/** Completes what a killed run had begun; `clear` has to follow. */
export async function recover(files: Files, site: Site): Promise<Recovery> {
  const { root, journal } = site;
  const staging = stagingDirectory(root);
  if (!(await wasInterrupted(files, site))) return { type: "nothing" };
  const text = await files.readText(journal);
  const steps = text === undefined ? undefined : parseSteps(text);
  if (!steps) return { type: "undone" };
  const beside: string[] = [];
  for (const step of steps) {
    const state = await stateOf(files, root, step);
    if (state === "before") await take(files, root, step);
    if (state !== "changed" || step.from === undefined) continue;
    await rename(files, join(staging, step.from), join(root, besideName(step.place)));
    beside.push(besideName(step.place));
  }
  const places = steps.flatMap(({ from, place }) => (from === undefined ? [] : [place]));
  return { type: "completed", places, beside };
}

/** How far a step is: not begun, done, or in the way of what somebody else did. */
async function stateOf(
  files: Files,
  root: string,
  { from, place, before }: Step,
): Promise<"before" | "done" | "changed"> {
  const isReady =
    from === undefined || (await files.status(join(stagingDirectory(root), from))) !== undefined;
  if (!isReady) return "done";
  const path = join(root, place);
  const status = await files.status(path);
  if (!status) return before === undefined ? "before" : from === undefined ? "done" : "changed";
  if (before === undefined || status.kind !== "file") return "changed";
  return hashOf((await files.readText(path)) ?? "") === before ? "before" : "changed";
}

async function take(files: Files, root: string, { from, place }: Step): Promise<void> {
  const path = join(root, place);
  if (from !== undefined) return rename(files, join(stagingDirectory(root), from), path);
  await files.remove(path);
  // A skill is a directory of its own: it goes with its file.
  for (let above = dirname(path); above !== root; above = dirname(above))
    if (!(await removeIfEmpty(files, above))) return;
}

async function rename(files: Files, from: string, to: string): Promise<void> {
  await files.makeDirectory(dirname(to), 0o777);
  try {
    await files.rename(from, to);
  } catch (error) {
    if (codeOf(error) !== "EXDEV") throw error;
    // Another file system below the project: the text is copied, still as one deed.
    const mode = (await files.status(from))?.mode ?? 0o666;
    await files.writeAtomically(to, (await files.readText(from)) ?? "", mode);
    await files.remove(from);
  }
}

async function removeIfEmpty(files: Files, directory: string): Promise<boolean> {
  const status = await files.status(directory);
  if (status?.kind !== "directory" || (await files.list(directory)).length > 0) return false;
  await files.remove(directory);
  return true;
}

function parseSteps(text: string): readonly Step[] | undefined {
  const journal = asObject(parseJson(text));
  if (asNumber(journal["version"]) !== 1) return undefined;
  return asList(journal["steps"]).flatMap((each): readonly Step[] => {
    const { from, place, before } = asObject(each);
    const path = asText(place);
    if (path === undefined || relative("/", join("/", path)) !== path) return [];
    const [source, hash] = [asText(from), asText(before)];
    return [
      {
        place: path,
        ...(source === undefined ? {} : { from: source }),
        ...(hash === undefined ? {} : { before: hash }),
      },
    ];
  });
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function inTheWay(): AiRulesError {
  return new AiRulesError({
    code: "project/in-the-way",
    message: `${ownDirectory} is a link, and ai-rules keeps its own files there`,
    remedy: "take the link away",
  });
}

function changedMeanwhile(place: string): AiRulesError {
  return new AiRulesError({
    code: "project/changed",
    message: `${place} has changed since it was read; nothing was written`,
    remedy: "run `ai-rules init` again",
  });
}

/** What the machine refused, as a problem of the project; anything else comes back as it is. */
export function writeFailure(error: unknown, directory: string): unknown {
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT")
    return new AiRulesError(
      {
        code: "project/disk-full",
        message: `there is no room on the disk for the files of the profile`,
        remedy: "free some space, then run it again: what was begun is completed",
      },
      { cause: error },
    );
  if (!["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR"].includes(code)) return error;
  return new AiRulesError(
    {
      code: "project/not-writable",
      message: `${directory} cannot be written to`,
      remedy: `make it yours (\`ls -ld ${directory}\`), or name another directory`,
    },
    { cause: error },
  );
}

/**
 * The models picked for a project: a small JSON file of its own, since `ai-rules models use` writes it
 * while the TUI runs, which then takes it over.
 */
import { basename, dirname, join } from "node:path";
import { type Problem, toProblem } from "../core/error.ts";
import { asList, asObject, asText, isObject, parseJson } from "../core/json.ts";
import { agentModes } from "../core/mode.ts";
import { parseModelRef } from "../core/model-ref.ts";
import type { SavedPicks } from "../core/models.ts";
import type { Cancel, Ports } from "../platform/ports.ts";

export const noPicks: SavedPicks = { picks: {}, recent: [] };

export type ReadPicks = {
  /** Undefined when nothing was ever picked. */
  readonly saved?: SavedPicks;
  /** The file was damaged and has been set aside, or cannot be read. */
  readonly problem?: Problem;
};

/** Reads what was picked in a project's directory; a damaged file is renamed, never fatal. */
export async function readPicks(
  { files, clock }: Pick<Ports, "files" | "clock">,
  projectDirectory: string,
): Promise<ReadPicks> {
  const path = fileIn(projectDirectory);
  try {
    const text = await files.readText(path);
    if (text === undefined) return {};
    const saved = parse(text);
    if (saved) return { saved };
  } catch (error) {
    return { problem: unreadable(path, error) };
  }
  const aside = `${path}.damaged-${clock.now()}`;
  const moved = await files.rename(path, aside).then(
    () => true,
    () => false,
  );
  return { problem: damaged(path, moved ? aside : undefined) };
}

/** Writes them whole; rejects when that is not possible. */
export async function writePicks(
  { files }: Pick<Ports, "files">,
  projectDirectory: string,
  saved: SavedPicks,
): Promise<void> {
  const text = JSON.stringify({ version: 1, ...saved }, null, 2);
  await files.writeAtomically(fileIn(projectDirectory), `${text}\n`);
}

/** The file while the TUI runs. */
export type PicksFile = ReadPicks & {
  /** Writes soon; of several calls in a row only the last is written. */
  readonly save: (saved: SavedPicks) => void;
  /** Resolves when the last picks are on the disk, or could not be put there. */
  readonly flush: () => Promise<void>;
  /** Calls when somebody else changed the picks; never for what `save` wrote. */
  readonly watch: (onChange: (saved: SavedPicks) => void) => Cancel;
};

/** A write takes several steps, each of which is told: a change counts when it is quiet, in ms. */
const quietMs = 50;

/** Reads the picks of a project and keeps them; `onProblem` hears once when they cannot be saved. */
export async function openPicks(
  ports: Pick<Ports, "files" | "clock">,
  options: {
    readonly projectDirectory: string;
    readonly onProblem: (problem: Problem) => void;
  },
): Promise<PicksFile> {
  const { projectDirectory } = options;
  const read = await readPicks(ports, projectDirectory);
  /** What the file says, as far as we know. */
  let known = JSON.stringify(read.saved ?? noPicks);
  let waiting: SavedPicks | undefined;
  let writing: Promise<void> | undefined;
  let reported = false;

  const writeAll = async () => {
    while (waiting) {
      const saved = waiting;
      waiting = undefined;
      try {
        await writePicks(ports, projectDirectory, saved);
        known = JSON.stringify(inOrder(saved));
        reported = false;
      } catch (error) {
        if (!reported) options.onProblem(unwritable(fileIn(projectDirectory), error));
        reported = true;
      }
    }
    writing = undefined;
  };

  /** What somebody else wrote; undefined when it is nothing new, or about to be written over. */
  const foreign = async () => {
    await writing;
    const text = await ports.files.readText(fileIn(projectDirectory)).catch(() => undefined);
    // Picks that are being saved follow later: what was read may be older than they are.
    const saved = writing || text === undefined ? undefined : parse(text);
    if (!saved || JSON.stringify(saved) === known) return undefined;
    known = JSON.stringify(saved);
    return saved;
  };

  return {
    ...read,
    save: (saved) => {
      waiting = saved;
      writing ??= writeAll();
    },
    flush: () => writing ?? Promise.resolve(),
    watch: (onChange) => watchFile(ports, { path: fileIn(projectDirectory), foreign, onChange }),
  };
}

type Watch = {
  readonly path: string;
  readonly foreign: () => Promise<SavedPicks | undefined>;
  readonly onChange: (saved: SavedPicks) => void;
};

function watchFile(
  { files, clock }: Pick<Ports, "files" | "clock">,
  { path, foreign, onChange }: Watch,
): Cancel {
  let cancelTimer: Cancel | undefined;
  let over = false;
  const look = async () => {
    const saved = await foreign();
    if (saved && !over) onChange(saved);
  };
  const cancelWatch = files.watchDirectory(dirname(path), (name) => {
    if (name !== basename(path)) return;
    cancelTimer?.();
    cancelTimer = clock.after(quietMs, () => void look());
  });
  return () => {
    over = true;
    cancelTimer?.();
    cancelWatch();
  };
}

function fileIn(projectDirectory: string): string {
  return join(projectDirectory, "picks.json");
}

/** What makes no sense is left out; a text that is no object is damage. */
function parse(text: string): SavedPicks | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const picks = asObject(value["picks"]);
  const read = agentModes.flatMap((mode) => {
    const { model, fresh } = asObject(picks[mode]);
    const name = asText(model);
    return isRef(name) ? [[mode, { model: name, ...(fresh === true ? { fresh } : {}) }]] : [];
  });
  const recent = asList(value["recent"]).map(asText).filter(isRef);
  return inOrder({ picks: Object.fromEntries(read), recent });
}

/** A full name of a length that no model's name has by far; it is stripped before it is shown. */
function isRef(text: string | undefined): text is string {
  return text !== undefined && text.length <= 1000 && parseModelRef(text) !== undefined;
}

const mostRecent = 10;

/** The same picks always as the same JSON: the fields in one order, and nothing else. */
function inOrder({ picks, recent }: SavedPicks): SavedPicks {
  const known = agentModes.flatMap((mode) => {
    const pick = picks[mode];
    if (!pick) return [];
    const { model, fresh } = pick;
    return [[mode, { model, ...(fresh ? { fresh } : {}) }]];
  });
  return { picks: Object.fromEntries(known), recent: [...new Set(recent)].slice(0, mostRecent) };
}

function damaged(path: string, aside: string | undefined): Problem {
  return {
    code: "state/picks-damaged",
    message: "the models picked for this project could not be read: the file was damaged",
    remedy: aside
      ? `pick them again; the damaged file is kept: ${aside}`
      : `remove ${path} and pick them again`,
  };
}

function unreadable(path: string, error: unknown): Problem {
  return {
    code: "state/picks-unreadable",
    message: `the models picked for this project cannot be read: ${toProblem(error).message}`,
    remedy: `make ${path} readable, or remove it`,
  };
}

function unwritable(path: string, error: unknown): Problem {
  return {
    code: "state/picks-unwritable",
    message: `the picked models cannot be saved (${reasonOf(error)})`,
    remedy: `make ${dirname(path)} writable, or free some space`,
  };
}

/** "ENOSPC" where the system says so: its whole sentence would push the remedy off the screen. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (typeof code === "string") return code;
  return error instanceof Error ? error.message : String(error);
}

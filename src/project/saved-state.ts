/** What outlives the program, per project: a small JSON file, written whenever it changes. */
import { dirname, join } from "node:path";
import { type Problem, toProblem } from "../core/error.ts";
import { agentModes } from "../core/mode.ts";
import { layoutChoices } from "../core/settings.ts";
import type { Saved } from "../core/state.ts";
import type { Ports } from "../platform/ports.ts";

export type ReadSaved = {
  /** Undefined on the first start. */
  readonly saved?: Saved;
  /** The file was damaged and has been set aside. */
  readonly problem?: Problem;
};

/** Reads what was saved in a project's directory; a damaged file is renamed, never fatal. */
export async function readSavedState(
  { files, clock }: Pick<Ports, "files" | "clock">,
  projectDirectory: string,
): Promise<ReadSaved> {
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

export type SavedStateWriter = {
  /** Writes soon; of several calls in a row only the last is written. */
  readonly save: (saved: Saved) => void;
  /** Resolves when the last state is on the disk, or could not be put there. */
  readonly flush: () => Promise<void>;
};

/** Writes the state of one project; `onProblem` hears once when that is not possible. */
export function createSavedStateWriter(
  { files }: Pick<Ports, "files">,
  options: {
    readonly projectDirectory: string;
    readonly onProblem: (problem: Problem) => void;
  },
): SavedStateWriter {
  const path = fileIn(options.projectDirectory);
  let waiting: Saved | undefined;
  let writing: Promise<void> | undefined;
  let reported = false;

  const writeAll = async () => {
    while (waiting) {
      const saved = waiting;
      waiting = undefined;
      try {
        await files.writeAtomically(path, `${JSON.stringify({ version: 1, ...saved }, null, 2)}\n`);
        reported = false;
      } catch (error) {
        if (!reported) options.onProblem(unwritable(path, error));
        reported = true;
      }
    }
    writing = undefined;
  };
  return {
    save: (saved) => {
      waiting = saved;
      writing ??= writeAll();
    },
    flush: () => writing ?? Promise.resolve(),
  };
}

function fileIn(projectDirectory: string): string {
  return join(projectDirectory, "state.json");
}

/** A field that is missing or makes no sense has its first value; a text that is no object is damage. */
function parse(text: string): Saved | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  return {
    sessions: parseSessions(fields.get("sessions")),
    focus: oneOf(agentModes, fields.get("focus")),
    layout: oneOf(layoutChoices, fields.get("layout")),
    panel: oneOf(["auto", "shown", "hidden"] as const, fields.get("panel")),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseSessions(value: unknown): Saved["sessions"] {
  if (typeof value !== "object" || value === null) return {};
  const all = new Map<string, unknown>(Object.entries(value));
  const known = agentModes.flatMap((mode) => {
    const id = all.get(mode);
    // OpenCode's ids; the text becomes an argument of a command line.
    return typeof id === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(id)
      ? [[mode, id]]
      : [];
  });
  return Object.fromEntries(known);
}

function oneOf<T extends string>(choices: readonly [T, ...T[]], value: unknown): T {
  return choices.find((choice) => choice === value) ?? choices[0];
}

function damaged(path: string, aside: string | undefined): Problem {
  return {
    code: "state/damaged",
    message: `the saved state of this project was damaged; conversations start anew`,
    remedy: aside ? `the damaged file is kept: ${aside}` : `remove ${path}`,
  };
}

function unreadable(path: string, error: unknown): Problem {
  return {
    code: "state/unreadable",
    message: `the saved state of this project cannot be read: ${toMessage(error)}`,
    remedy: `make ${path} readable, or remove it`,
  };
}

function unwritable(path: string, error: unknown): Problem {
  return {
    code: "state/unwritable",
    message: `layout and conversations cannot be saved (${reasonOf(error)})`,
    remedy: `make ${dirname(path)} writable, or free some space`,
    detail: toMessage(error),
  };
}

/** "ENOSPC" where the system says so: its whole sentence would push the remedy off the screen. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : toMessage(error);
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : toProblem(error).message;
}

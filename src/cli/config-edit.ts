/**
 * `ai-rules config edit`: what is edited is a draft. It takes the file's place when it is right; a
 * broken one is kept and offered the next time.
 */
import { basename, dirname, join } from "node:path";
import { AiRulesError, type Problem } from "../core/error.ts";
import type { RunForeground } from "../platform/foreground.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { directoriesOf, projectDirectory } from "../project/directories.ts";
import { settingsFiles } from "../project/settings.ts";
import { parseSettings } from "../project/settings-file.ts";
import type { OptionValues } from "./arguments.ts";
import { shortPath } from "./config-text.ts";
import type { Console } from "./console.ts";
import { placed } from "./placed.ts";

export type EditTools = {
  readonly ports: Ports;
  readonly console: Pick<Console, "out" | "note" | "ask">;
  readonly run: RunForeground;
};

type Request = { readonly root: string; readonly options: OptionValues };

type Edit = EditTools & {
  /** The file, symbolic links resolved. */
  readonly file: string;
  readonly draft: string;
  /** The text of the file before; undefined when there is none. */
  readonly before: string | undefined;
  readonly root: string;
};

/** Resolves to the exit code. Throws AiRulesError `settings/...` when nothing was saved. */
export async function editSettings(tools: EditTools, { root, options }: Request): Promise<number> {
  if (options.project && options.user) throw bothFiles();
  const { ports } = tools;
  const [user = "", project = ""] = settingsFiles(ports, root);
  const named = options.user ? user : project;
  const file = (await ports.files.realPath(named)) ?? named;
  const before = await ports.files.readText(file);
  const draft = draftOf(ports, { root, file: named, isUser: options.user === true });
  const edit: Edit = { ...tools, file, draft, before, root };
  await writeDraft(edit);
  return editUntilRight(edit);
}

function draftOf(
  ports: Pick<Ports, "env" | "host">,
  {
    root,
    file,
    isUser,
  }: { readonly root: string; readonly file: string; readonly isUser: boolean },
): string {
  const directories = directoriesOf(ports);
  const base = isUser ? directories.state : projectDirectory(directories, root);
  // Editors know the kind of a file by its name.
  return join(base, "edit", basename(file));
}

/** A first file says where to read on. */
const template = `{
  // All settings: \`ai-rules config schema\`
}
`;

async function writeDraft(edit: Edit): Promise<void> {
  const { ports, draft } = edit;
  if (await isToGoOn(edit)) return;
  try {
    await ports.files.makeDirectory(dirname(draft), 0o700);
    await ports.files.writeAtomically(draft, edit.before ?? template, 0o600);
  } catch (error) {
    throw unwritable(draft, error);
  }
}

/** Whether an edit that was kept is gone on with; without anybody to ask it is, so that nothing is lost. */
async function isToGoOn({ ports, console, draft, file, before, root }: Edit): Promise<boolean> {
  const kept = await ports.files.readText(draft);
  if (kept === undefined || kept === before) return false;
  const name = shortPath(file, { root, home: ports.host.home });
  const question = `an edit of ${name} that was not saved is kept: go on with it?`;
  if (console.ask) return console.ask(question, new AbortController().signal);
  console.note(`note: going on with an edit of ${name} that was not saved`);
  return true;
}

async function editUntilRight(edit: Edit): Promise<number> {
  const { console, ports, draft } = edit;
  for (;;) {
    await runEditor(edit);
    const text = (await ports.files.readText(draft)) ?? "";
    if (text === (edit.before ?? template)) {
      await ports.files.remove(draft);
      console.note("nothing was changed");
      return 0;
    }
    const { errors, warnings } = parseSettings({ file: edit.file, text });
    tell(edit, [...errors, ...warnings]);
    if (errors.length === 0) return save(edit, text);
    const again = await console.ask?.("edit it again?", new AbortController().signal);
    if (!again) throw broken(errors.length);
  }
}

function tell({ console, root, ports }: Edit, problems: readonly Problem[]): void {
  for (const problem of problems) {
    const { position } = problem;
    const place = position && {
      ...position,
      file: shortPath(position.file, { root, home: ports.host.home }),
    };
    const shown = placed(place ? { ...problem, position: place } : problem);
    console.note(`${problem.code === "settings/unknown-key" ? "warning" : "error"}: ${shown}`);
  }
}

async function runEditor({ ports, run, draft, before, root }: Edit): Promise<void> {
  const editor = await findEditor(ports);
  // The variables hold a program with its arguments, to be read by a shell (git does so, too), which
  // must not end by a ctrl+c that was meant for the editor.
  const exit = await run({
    file: "/bin/sh",
    args: ["-c", `trap : INT QUIT; ${editor} "$@"`, editor, draft],
    cwd: root,
    env: ports.env,
  });
  if (exit?.code === 0) return;
  const text = await ports.files.readText(draft);
  if (text === (before ?? template)) await ports.files.remove(draft);
  const how = exit?.code === undefined ? "was ended" : `ended with code ${exit.code}`;
  throw new AiRulesError({
    code: "settings/editor-failed",
    message: `the editor (${editor}) ${how}, so nothing was saved`,
    remedy: "set VISUAL or EDITOR to an editor that works",
  });
}

/** The user's word, else what a system usually has. */
async function findEditor({ env, files }: Pick<Ports, "env" | "files">): Promise<string> {
  const { VISUAL: visual, EDITOR: editor, TERM: term } = env;
  if (visual && term !== "dumb") return visual;
  if (editor) return editor;
  for (const name of ["sensible-editor", "nano", "vim", "vi"])
    if (await isOnPath({ env, files }, name)) return name;
  throw new AiRulesError({
    code: "settings/no-editor",
    message: "no editor is set, and none of the usual ones is installed",
    remedy: "set EDITOR: `EDITOR=nano ai-rules config edit`",
  });
}

async function isOnPath(
  { env, files }: { readonly env: Variables; readonly files: Ports["files"] },
  name: string,
): Promise<boolean> {
  const directories = (env["PATH"] ?? "").split(":").filter((each) => each.startsWith("/"));
  for (const directory of directories)
    if (await files.isExecutable(join(directory, name)).catch(() => false)) return true;
  return false;
}

async function save(edit: Edit, text: string): Promise<number> {
  const { ports, console, file, draft, before, root } = edit;
  const name = shortPath(file, { root, home: ports.host.home });
  if ((await ports.files.readText(file)) !== before) throw changedMeanwhile(name, draft);
  const mode = (await ports.files.status(file))?.mode;
  try {
    await ports.files.writeAtomically(file, text, mode ?? 0o644);
  } catch (error) {
    throw unwritable(file, error);
  }
  await ports.files.remove(draft);
  console.out([`saved ${name}`]);
  return 0;
}

function bothFiles(): AiRulesError {
  return new AiRulesError({
    code: "usage/option",
    message: "--project and --user name two files",
    remedy: "give one of them",
  });
}

function broken(count: number): AiRulesError {
  const what = count === 1 ? "a mistake" : `${count} mistakes`;
  return new AiRulesError({
    code: "settings/edit-broken",
    message: `the edit has ${what}, so it was not saved; it is kept`,
    remedy: "go on with it: `ai-rules config edit`",
  });
}

function changedMeanwhile(name: string, draft: string): AiRulesError {
  return new AiRulesError({
    code: "settings/edit-conflict",
    message: `${name} was changed while you edited it, so the edit was not saved; it is kept`,
    remedy: `compare it with ${draft}`,
  });
}

function unwritable(file: string, error: unknown): AiRulesError {
  return new AiRulesError(
    {
      code: "settings/unwritable",
      message: `the settings cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      remedy: `make ${file} writable, or free some space`,
    },
    { cause: error },
  );
}

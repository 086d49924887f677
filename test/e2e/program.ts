/** The built program in a terminal, on a project of its own, with a home of its own. */
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeKinds } from "../../src/core/runtime.ts";
import { filesBelow, processesWith, untilGone } from "./processes.ts";
import { openTerminal, type TestTerminal } from "./terminal.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

export type Scene = {
  readonly project: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Every process of this scene has it in its environment. */
  readonly mark: string;
  /** Writes a file of the project. */
  readonly write: (name: string, text: string) => Promise<void>;
  /** Starts `ai-rules tui` in the project, below a shell. */
  readonly open: (options?: OpenOptions) => TestTerminal;
  /** What of this scene still runs. */
  readonly processes: () => ReturnType<typeof processesWith>;
  /** Files below the directories for running programs: locks, run directories. */
  readonly runtimeFiles: () => Promise<readonly string[]>;
  /** Closes all terminals, checks that nothing runs any more, and deletes everything. */
  readonly end: () => Promise<void>;
};

export type OpenOptions = {
  readonly cols?: number;
  readonly rows?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly kitty?: boolean;
};

let scenes = 0;

/** Makes a project (a git repository) and a home; nothing of the machine's own user is seen. */
export async function makeScene(name = "project"): Promise<Scene> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "ai-rules-e2e-")));
  const project = join(directory, name);
  const home = join(directory, "home");
  const runtime = join(directory, "run");
  await mkdir(project, { recursive: true });
  await mkdir(home);
  await mkdir(runtime, { mode: 0o700 });
  execFileSync("git", ["init", "-q", project]);
  await writeUserSettings(home);
  const value = `${process.pid}-${scenes++}`;
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LANG: "C.UTF-8",
    SHELL: "/bin/bash",
    XDG_RUNTIME_DIR: runtime,
    TMPDIR: directory,
    AI_RULES_SCENE: value,
  };
  const terminals: TestTerminal[] = [];
  const mark = `AI_RULES_SCENE=${value}`;

  return {
    project,
    home,
    env,
    mark,
    write: (file, text) => writeFile(join(project, file), text),
    open(options = {}) {
      const terminal = openTerminal({
        file: process.execPath,
        args: [binary, "tui", ...(options.args ?? [])],
        cwd: options.cwd ?? project,
        env: { ...env, ...options.env },
        cols: options.cols ?? 140,
        rows: options.rows ?? 40,
        kitty: options.kitty ?? true,
        shell: true,
      });
      terminals.push(terminal);
      return terminal;
    },
    processes: () => processesWith(mark),
    runtimeFiles: () => filesBelow(runtime),
    async end() {
      for (const terminal of terminals) await terminal.close();
      try {
        await untilGone("processes of the scene", () => processesWith(mark), 15_000);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

/** A runtime of the machine itself must not take part: nothing is looked for where none is named. */
async function writeUserSettings(home: string): Promise<void> {
  const off = runtimeKinds.map((kind) => [kind, { enabled: false }]);
  const directory = join(home, ".config", "ai-rules");
  await mkdir(directory, { recursive: true });
  const text = JSON.stringify({ runtimes: Object.fromEntries(off) });
  await writeFile(join(directory, "config.json"), text);
}

/** The text of an `ai-rules.json` in which each mode runs a command. */
export function commandSettings(
  plan: readonly string[],
  build: readonly string[] = plan,
  review: readonly string[] = plan,
): string {
  const modes = { plan: { command: plan }, build: { command: build }, review: { command: review } };
  return JSON.stringify({ modes }, null, 2);
}

/** A shell that is the same on every machine: no start files, a prompt that names the mode. */
export const plainShell = ["bash", "--norc", "--noprofile"] as const;

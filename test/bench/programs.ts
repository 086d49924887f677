/**
 * The programs that are compared, each with the same three commands in three panes: ai-rules and
 * tmux show them side by side, mprocs shows the one that is selected. ai-rules is compared with
 * itself, too: with its side panel hidden, and with an older build of it.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Started } from "./harness.ts";

const run = promisify(execFile);

export const programNames = ["ai-rules", "panel-hidden", "older", "tmux", "mprocs"] as const;

export type ProgramName = (typeof programNames)[number];

/** A shell script for each pane. */
export type Panes = { readonly plan: string; readonly build: string; readonly review: string };

/** What a program is prepared for. */
export type Setting = {
  readonly panes: Panes;
  /** The first pane holds what ai-rules takes for an OpenCode: commands have no model to pick. */
  readonly agent?: boolean;
  /** The setting `runtimes`; what is usual without it. */
  readonly runtimes?: object | undefined;
  /** For all that a run writes. */
  readonly directory: string;
  /** Marks the processes of the benchmark, in their environment. */
  readonly mark: string;
  /** The checkout of the older build. */
  readonly older: string | undefined;
};

export type Prepared = Started & {
  /** Typed to focus the first pane. */
  readonly keys: string;
  /** Ends what outlives the program by design: tmux's server. */
  readonly stop: () => Promise<void>;
};

const root = join(import.meta.dirname, "..", "..");

/** Why a program cannot be run here, or undefined. */
export async function missing(
  name: ProgramName,
  older: string | undefined,
): Promise<string | undefined> {
  switch (name) {
    case "ai-rules":
    case "panel-hidden":
      return isBuilt(root) ? undefined : "run `npm run build`";
    case "older":
      if (older === undefined) return "name its checkout with `--against DIR`";
      return isBuilt(older) ? undefined : `run \`npm run build\` in ${older}`;
    case "tmux":
      return (await version("tmux", ["-V"])) === undefined ? "`apt-get install tmux`" : undefined;
    case "mprocs":
      return existsSync(mprocsPath()) ? undefined : "run `npm ci`";
    default:
      return name satisfies never;
  }
}

/** The versions of what is compared, for the head of a report. */
export async function versions(): Promise<string> {
  const tmux = await version("tmux", ["-V"]);
  const mprocs = await version(mprocsPath(), ["--version"]);
  return [`Node ${process.version}`, tmux ?? "no tmux", mprocs ?? "no mprocs"].join(", ");
}

function isBuilt(checkout: string): boolean {
  return existsSync(join(checkout, "dist", "cli", "main.js"));
}

/** Writes what a program needs into the setting's directory and says how to start it. */
export async function prepare(name: ProgramName, setting: Setting): Promise<Prepared> {
  const { directory, panes, mark, older = root } = setting;
  const project = join(directory, "project");
  await mkdir(project, { recursive: true });
  const scripts = await writeScripts(panes, directory);
  const started = { cwd: project, env: await environment(directory, mark) };
  const stop = async () => {};
  switch (name) {
    case "ai-rules":
    case "panel-hidden":
    case "older": {
      await writeSettings(project, scripts, setting);
      const command = aiRulesCommand(name === "older" ? older : root);
      return { ...started, command, keys: keysOf(name), stop };
    }
    case "tmux":
      return prepareTmux(started, scripts, directory);
    case "mprocs":
      return prepareMprocs(started, scripts, project);
    default:
      return name satisfies never;
  }
}

type Scripts = readonly { readonly name: string; readonly command: readonly string[] }[];

async function writeScripts(panes: Panes, directory: string): Promise<Scripts> {
  return Promise.all(
    Object.entries(panes).map(async ([name, text]) => {
      const path = join(directory, `${name}.sh`);
      await writeFile(path, `#!/bin/sh\n${text}`);
      await chmod(path, 0o755);
      return { name, command: ["/bin/sh", path] };
    }),
  );
}

/** Nothing of the user's: settings, caches and sockets live in the directory of the run. */
async function environment(
  directory: string,
  mark: string,
): Promise<Readonly<Record<string, string>>> {
  const runtime = join(directory, "runtime");
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  return {
    PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? "/usr/bin:/bin"}`,
    HOME: join(directory, "home"),
    XDG_CONFIG_HOME: join(directory, "config"),
    XDG_CACHE_HOME: join(directory, "cache"),
    XDG_STATE_HOME: join(directory, "state"),
    XDG_DATA_HOME: join(directory, "data"),
    XDG_RUNTIME_DIR: runtime,
    TMPDIR: directory,
    SHELL: "/bin/sh",
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    AI_RULES_BENCH: mark,
    ...nixStore(join(directory, "nix")),
  };
}

/** A store of its own, without network, sandbox and build users: any user may then evaluate. */
function nixStore(directory: string): Readonly<Record<string, string>> {
  return {
    NIX_STORE_DIR: join(directory, "store"),
    NIX_STATE_DIR: join(directory, "var"),
    NIX_LOG_DIR: join(directory, "log"),
    NIX_CONFIG: "build-users-group =\nsandbox = false\nsubstituters =\nflake-registry =",
  };
}

function aiRulesCommand(checkout: string): readonly string[] {
  return [process.execPath, join(checkout, "bin", "ai-rules.js"), "tui"];
}

/** alt+1, and ctrl+o s where the panel is to be hidden. */
function keysOf(name: "ai-rules" | "panel-hidden" | "older"): string {
  return name === "panel-hidden" ? "\x1b1\x0fs" : "\x1b1";
}

async function writeSettings(
  project: string,
  scripts: Scripts,
  { agent = false, runtimes, directory }: Setting,
): Promise<void> {
  const commands = scripts.filter(({ name }) => !agent || name !== "plan");
  const modes = Object.fromEntries(commands.map(({ name, command }) => [name, { command }]));
  const opencode = agent ? { opencode: { path: join(directory, "plan.sh") } } : {};
  const settings = { modes, ...opencode, ...(runtimes ? { runtimes } : {}) };
  await writeFile(join(project, "ai-rules.json"), JSON.stringify(settings));
}

function prepareTmux(
  started: Pick<Started, "cwd" | "env">,
  scripts: Scripts,
  directory: string,
): Prepared {
  const socket = ["-S", join(directory, "tmux.sock")];
  const panes = scripts.map(({ command }) => command.join(" "));
  const command = ["tmux", ...socket, "-f", "/dev/null", "new-session", panes[0] ?? ""];
  for (const pane of panes.slice(1)) command.push(";", "split-window", "-h", pane);
  command.push(";", "select-layout", "even-horizontal", ";", "select-pane", "-t", "0");
  const stop = async (): Promise<void> => {
    // It has ended by itself when its panes have; then there is no server to talk to.
    await run("tmux", [...socket, "kill-server"], { env: started.env }).catch(() => undefined);
  };
  return { ...started, command, keys: "", stop };
}

async function prepareMprocs(
  started: Pick<Started, "cwd" | "env">,
  scripts: Scripts,
  project: string,
): Promise<Prepared> {
  const procs = Object.fromEntries(scripts.map(({ name, command }) => [name, { cmd: command }]));
  const path = join(project, "mprocs.json");
  await writeFile(path, JSON.stringify({ procs, hide_keymap_window: true }));
  const command = [mprocsPath(), "--config", path];
  // ctrl+a moves the focus from the list to the selected process.
  return { ...started, command, keys: "\x01", stop: async () => {} };
}

/** The binary itself: the package's `cli.js` would add the start of a Node. */
function mprocsPath(): string {
  const arch = process.arch === "arm64" ? "aarch64" : "x86_64";
  const system = process.platform === "darwin" ? `darwin-${arch}` : `linux-${arch}-musl`;
  return join(root, "node_modules", "mprocs", `mprocs-0.9.6-${system}`, "mprocs");
}

async function version(file: string, args: readonly string[]): Promise<string | undefined> {
  return run(file, args).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

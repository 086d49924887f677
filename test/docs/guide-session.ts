/**
 * A reader of the guide: a machine with nothing of this project, real Nix, and a terminal. What is
 * beyond this machine has stand-ins: GitHub (with the fixture for nixpkgs), Hex, and the programs of
 * the model runtimes. All else is real: ai-rules built and installed by Nix, Git, direnv, Mix,
 * PostgreSQL, OpenCode.
 */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { processesWith, untilGone } from "../e2e/processes.ts";
import { openTerminal, type TestTerminal } from "../e2e/terminal.ts";
import { startGitHub } from "../fakes/github.ts";
import { copyFixture } from "../nix/flake-project.ts";
import { createNixMachine } from "../nix/nix-machine.ts";
import { profiles } from "../profiles/profile-files.ts";
import { projectRoot } from "./generated.ts";

export type GuideSession = {
  /** Where the reader is. */
  readonly cwd: () => string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command line as one types it; what it changes of directory and variables stays. */
  readonly run: (command: string, options?: RunOptions) => Promise<GuideRun>;
  /** Opens a terminal in which a command runs. */
  readonly open: (command: string) => TestTerminal;
  readonly read: (path: string) => Promise<string>;
  readonly write: (path: string, text: string) => Promise<void>;
  /** What was looked for on GitHub, or anywhere, and was not there. */
  readonly missed: readonly string[];
  readonly end: () => Promise<void>;
};

type RunOptions = {
  /** Run it in the development shell of the project. */
  readonly inShell?: boolean;
  readonly env?: Readonly<Record<string, string>>;
};

export type GuideRun = {
  readonly code: number;
  /** All that it printed, without Nix's words on its progress. */
  readonly output: string;
};

/** What of ai-rules its flake reads. */
const published = [
  "LICENSE",
  "README.md",
  "bin",
  "flake.lock",
  "flake.nix",
  "package-lock.json",
  "package.json",
  "profiles",
  "src",
  "tsconfig.json",
];

/** The fixture's only says its name. */
const realOpencode = join(
  projectRoot,
  `node_modules/opencode-${process.platform}-${process.arch}/bin/opencode`,
);

const programs = ["ollama", "lms", "mlx_lm.server"];

/** Nix tells what it builds, fetches and locks; that differs from run to run. */
const progress =
  /^(?:building '|unpacking '|these? .*derivations? will be built|this derivation will be built|copying |  \/|warning: (?:Git tree .* is dirty|creating lock file|updating lock file|not writing modified lock file|Ignoring setting|')|• (?:Added|Updated) input|    (?:'(?:github|path|git)|follows ')|  → '|evaluating |fetching )/u;

/** Begins a reader's session with this Nix. `ports` are those of the runtimes and the database. */
export async function startGuideSession(
  nix: string | undefined,
  ports: Readonly<Record<"ollama" | "lmstudio" | "mlx" | "postgresql", number>>,
): Promise<GuideSession> {
  const machine = await createNixMachine("unused", nix);
  const { directory } = machine;
  const [state, tree] = [join(directory, "state"), join(directory, "ai-rules")];
  const mark = `GUIDE_${process.pid}_${performance.now().toFixed()}`;
  for (const path of [state, tree, join(directory, "run")]) await mkdir(path, { mode: 0o700 });
  // PostgreSQL refuses to run as root, so another user must get here.
  await chmod(directory, 0o755);
  for (const name of published)
    await cp(join(projectRoot, name), join(tree, name), { recursive: true });
  const gitHub = await startGitHub({
    "NixOS/nixpkgs#nixos-26.05": await copyFixture(directory, "26.05"),
    "NixOS/nixpkgs#nixos-25.11": await copyFixture(directory, "25.11"),
    "ai-rules/ai-rules": tree,
  });
  for (const path of [tree, ...profiles.map((profile) => join(tree, "profiles", profile))]) {
    const args = ["--extra-experimental-features", "nix-command flakes", "flake", "update"];
    const locked = await machine.ports.run({
      file: "nix",
      args,
      cwd: path,
      env: { ...machine.env, ...gitHub.env },
    });
    if (locked.exit.code !== 0) throw new Error(locked.stderr);
  }
  for (const name of programs) await writeProgram(join(directory, "bin", name), name);
  const home = join(directory, "home");
  await writeFile(join(directory, "bin/opencode"), `#!/bin/bash\nexec '${realOpencode}' "$@"\n`);
  await chmod(join(directory, "bin/opencode"), 0o755);
  await switchOtherRuntimesOff(home);
  const env: Record<string, string> = {
    ...definedOnly(machine.env),
    ...gitHub.env,
    PATH: `${join(home, ".nix-profile/bin")}:${machine.env["PATH"]}`,
    NIX_CONFIG: (machine.env["NIX_CONFIG"] ?? "").replace("experimental-features =\n", ""),
    XDG_RUNTIME_DIR: join(directory, "run"),
    SHELL: "/bin/bash",
    USER: "reader",
    ...gitIdentity,
    OLLAMA_HOST: `127.0.0.1:${ports.ollama}`,
    LMSTUDIO_HOST: `http://127.0.0.1:${ports.lmstudio}/v1`,
    MLX_HOST: `http://127.0.0.1:${ports.mlx}`,
    PGPORT: String(ports.postgresql),
    GUIDE_MARK: mark,
  };
  let cwd = home;
  const terminals: TestTerminal[] = [];

  async function run(command: string, options: RunOptions = {}): Promise<GuideRun> {
    const [script, log] = [join(state, "script"), join(state, "log")];
    await writeFile(script, options.inShell === true ? command : keeping(command, state));
    const words = ["bash", script];
    const args = options.inShell === true ? ["nix", "develop", "-c", ...words] : words;
    const output = openSync(log, "w");
    const child = spawn(args[0] ?? "", args.slice(1), {
      cwd,
      env: { ...env, ...options.env },
      stdio: ["ignore", output, output],
    });
    // Not its output's end: what it leaves in the background holds that open.
    const code = await new Promise<number>((resolve, reject) => {
      child.on("exit", (exit) => resolve(exit ?? 128)).on("error", reject);
    });
    closeSync(output);
    if (existsSync(join(state, "cwd"))) cwd = (await readFile(join(state, "cwd"), "utf8")).trim();
    return { code, output: withoutProgress(await readFile(log, "utf8")) };
  }

  return {
    cwd: () => cwd,
    env,
    run,
    open: (command) => {
      const terminal = openTerminal({
        file: "bash",
        args: ["-c", command],
        cwd,
        env,
        cols: 220,
        rows: 50,
      });
      terminals.push(terminal);
      return terminal;
    },
    read: (path) => readFile(join(cwd, path), "utf8"),
    write: (path, text) => writeFile(join(cwd, path), text),
    missed: gitHub.missed,
    end: async () => {
      for (const terminal of terminals) await terminal.close();
      for (const { pid } of await processesWith(`GUIDE_MARK=${mark}`)) endProcess(pid);
      await untilGone("processes of the guide", () => processesWith(`GUIDE_MARK=${mark}`), 15_000);
      await gitHub.close();
      await machine.remove();
    },
  };
}

/** A script that tells where it ended, and which variables it left. */
function keeping(command: string, state: string): string {
  return `
[ ! -e '${state}/variables' ] || . '${state}/variables'
${command}
guide_code=$?
export -p | grep -v ' GUIDE_\\| PWD=\\| OLDPWD' > '${state}/variables'
pwd > '${state}/cwd'
exit $guide_code
`;
}

const gitIdentity = {
  GIT_AUTHOR_NAME: "Reader",
  GIT_AUTHOR_EMAIL: "reader@example.com",
  GIT_COMMITTER_NAME: "Reader",
  GIT_COMMITTER_EMAIL: "reader@example.com",
};

async function writeProgram(path: string, name: string): Promise<void> {
  const script = join(import.meta.dirname, "../fakes/model-programs.ts");
  await writeFile(path, `#!/bin/bash\nexec '${process.execPath}' '${script}' '${name}' "$@"\n`);
  await chmod(path, 0o755);
}

/** The runtimes of the machine itself take no part. */
async function switchOtherRuntimesOff(home: string): Promise<void> {
  const off = ["llama-server", "llama-swap", "openai"].map((kind) => [kind, { enabled: false }]);
  const directory = join(home, ".config/ai-rules");
  await mkdir(directory, { recursive: true });
  const settings = { runtimes: Object.fromEntries(off) };
  await writeFile(join(directory, "config.json"), JSON.stringify(settings));
}

function definedOnly(variables: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}

function withoutProgress(text: string): string {
  return text
    .replaceAll(/\u001B\[[0-9;]*m/gu, "")
    .split("\n")
    .filter((line) => !progress.test(line))
    .join("\n");
}

function endProcess(pid: number): void {
  try {
    process.kill(pid);
  } catch {
    // It has ended by itself.
  }
}

/**
 * A project with a flake that takes nixpkgs: real Nix with a store of its own, and the fixture in
 * place of nixpkgs. The flake stays as it is; its lock says that nixpkgs is the fixture.
 */
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseVariables } from "../../src/nix/variables.ts";
import type { CommandResult, Ports, Variables } from "../../src/platform/ports.ts";
import { createNixMachine, git, type NixMachine } from "./nix-machine.ts";
import type { NixProgram } from "./nix-programs.ts";

export type FlakeProject = NixMachine & {
  /** Runs Nix in the project; what it says on a failure is in the error. */
  readonly nix: (args: readonly string[], options?: RunOptions) => Promise<string>;
  /** Runs Nix, which must fail, and gives what it says. */
  readonly failure: (args: readonly string[]) => Promise<string>;
  /** What a script in the shell (`.#name`) prints. */
  readonly inShell: (shell: string, script: string, options?: RunOptions) => Promise<string>;
  /** The variables that a program in the shell has. */
  readonly variables: (shell: string, options?: RunOptions) => Promise<Variables>;
  /** `--all-systems`, where Nix knows it; an older one checks all systems anyway. */
  readonly allSystems: readonly string[];
  /** Replaces text of flake.nix; the text must be there. */
  readonly edit: (from: string, to: string) => Promise<void>;
};

export type RunOptions = { readonly cwd?: string; readonly env?: Variables };

export type FlakeProjectRequest = {
  readonly nix: NixProgram;
  /** The directory whose files the project gets. */
  readonly files: string;
  /** Of these, the ones it gets; else all. */
  readonly only?: readonly string[];
  /** Name of the project's directory. */
  readonly name?: string;
  /** A release of the fixture in place of the one that the lock names. */
  readonly release?: Release;
};

export type Release = "25.11" | "26.05" | "26.11";

/** Makes the project, a Git repository with all files tracked. */
export async function createFlakeProject(request: FlakeProjectRequest): Promise<FlakeProject> {
  const { file, title } = request.nix;
  if (file === undefined) throw new Error(`${title} is missing`);
  const machine = withFlakes(await createNixMachine(request.name, file));
  for (const name of request.only ?? ["."])
    await cp(join(request.files, name), join(machine.root, name), { recursive: true });
  const run = (args: readonly string[], { cwd, env }: RunOptions = {}): Promise<CommandResult> =>
    machine.ports.run({
      file: "nix",
      args,
      cwd: cwd ?? machine.root,
      env: { ...machine.env, ...env },
      timeoutMs: 60_000,
    });
  const nix = async (args: readonly string[], options?: RunOptions): Promise<string> => {
    const result = await run(args, options);
    if (result.exit.code === 0) return result.stdout;
    throw new Error(`nix ${args.join(" ")}\n${result.stdout}${result.stderr}`);
  };
  const inShell: FlakeProject["inShell"] = (shell, script, options) =>
    nix(["develop", `.#${shell}`, "-c", "bash", "-c", script], options);
  await lockOnFixture(machine, request.release);
  await git(machine, "init", "-q");
  await git(machine, "add", "--all");
  const help = await run(["flake", "check", "--help"]);
  return {
    ...machine,
    nix,
    failure: async (args) => {
      const result = await run(args);
      if (result.exit.code !== 0) return result.stderr;
      throw new Error(`nix ${args.join(" ")} did not fail`);
    },
    inShell,
    variables: async (shell, options) => parseVariables(await inShell(shell, "env -0", options)),
    allSystems: help.stdout.includes("all-systems") ? ["--all-systems"] : [],
    edit: async (from, to) => {
      const text = await readFile(join(machine.root, "flake.nix"), "utf8");
      if (!text.includes(from)) throw new Error(`flake.nix does not hold: ${from}`);
      await machine.write(
        "flake.nix",
        text.replace(from, () => to),
      );
    },
  };
}

type Where = {
  readonly ports: Pick<Ports, "run">;
  readonly env: Variables;
  /** Of the project. */
  readonly root: string;
  /** The fixture is copied into it. */
  readonly directory: string;
};

/**
 * Makes the lock of a project say that nixpkgs is the fixture, each input the release that its branch
 * is named after. The inputs of flake.nix stay, so nothing is locked anew, and nothing is fetched.
 */
export async function lockOnFixture(
  { ports, env, root, directory }: Where,
  release?: Release,
): Promise<void> {
  const path = join(root, "flake.lock");
  const lock = readLock(await readFile(path, "utf8"));
  for (const node of Object.values(lock.nodes)) {
    if (node.original === undefined) continue;
    const branch = node.original.ref.replace("nixos-", "");
    const fixture = await copyFixture(directory, branch === "26.05" ? (release ?? branch) : branch);
    const args = ["flake", "metadata", "--json", `path:${fixture}`];
    const result = await ports.run({ file: "nix", args, env: allowFlakes(env) });
    if (result.exit.code !== 0) throw new Error(result.stderr);
    // A note of Nix to itself, which it does not want to find in a lock.
    const { __final: _, ...locked } = readMetadata(result.stdout).locked;
    node.locked = locked;
  }
  await writeFile(path, `${JSON.stringify(lock, undefined, 2)}\n`);
}

/**
 * Copies a release of the fixture, with what this machine has; returns its directory. Nix 2.8 cannot
 * take a flake from a subdirectory of a path, so each has all it needs.
 */
export async function copyFixture(directory: string, release: string): Promise<string> {
  const source = join(import.meta.dirname, "../fixtures/nixpkgs");
  const target = join(directory, "nixpkgs", release);
  await mkdir(target, { recursive: true });
  await cp(join(source, release, "flake.nix"), join(target, "flake.nix"));
  await cp(join(source, "common.nix"), join(target, "common.nix"));
  await writeFile(join(target, "machine.nix"), machineNix());
  return target;
}

/** Flakes as most people have them: switched on in the configuration. */
function allowFlakes(env: Variables): Variables {
  return {
    ...env,
    NIX_CONFIG: `experimental-features = nix-command flakes\n${env["NIX_CONFIG"]?.replace(/^experimental-features =$/mu, "")}`,
  };
}

function withFlakes(machine: NixMachine): NixMachine {
  return { ...machine, env: allowFlakes(machine.env) };
}

/** What the fixture cannot know: where this machine has Node, npm and the packages. */
function machineNix(): string {
  const path = [dirname(process.execPath), process.env["PATH"]].join(":");
  const modules = join(import.meta.dirname, "../../node_modules");
  const values = { node: process.execPath, path, modules };
  const lines = Object.entries(values).map(
    ([name, value]) => `${name} = ${JSON.stringify(value)};`,
  );
  return `{ ${lines.join(" ")} }\n`;
}

type Lock = {
  readonly nodes: Record<string, { original?: { ref: string }; locked?: unknown }>;
};

function readLock(text: string): Lock {
  return JSON.parse(text);
}

function readMetadata(text: string): { readonly locked: Readonly<Record<string, unknown>> } {
  return JSON.parse(text);
}

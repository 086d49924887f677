/**
 * A machine with real Nix whose store, caches and home lie in a directory of their own, and whose
 * `nix` writes down each call.
 */
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadEnvironment } from "../../src/nix/environment.ts";
import type {
  EnvironmentRequest,
  EnvironmentResult,
  LoadedEnvironment,
} from "../../src/nix/loaded-environment.ts";
import type { Ports, Variables } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";

export const realNix = (process.env["PATH"] ?? "")
  .split(":")
  .map((directory) => join(directory, "nix"))
  .find((path) => existsSync(path));

/** A machine without Nix skips its tests; a CI without it fails. */
export const skipNix = realNix === undefined && !process.env["CI"];

export type NixMachine = {
  readonly directory: string;
  readonly root: string;
  readonly cacheDir: string;
  readonly env: Variables;
  readonly ports: Ports;
  /** How often `nix` was run so far, one line of arguments each. */
  readonly nixCalls: () => Promise<readonly string[]>;
  /** Writes a file of the project. */
  readonly write: (path: string, text: string) => Promise<void>;
  readonly load: (
    request?: Partial<EnvironmentRequest>,
    ports?: Partial<Ports>,
  ) => Promise<EnvironmentResult>;
  readonly collectGarbage: () => Promise<void>;
  /** The processes of `sleepingFlake` that still run. */
  readonly sleepers: () => Promise<readonly number[]>;
  readonly remove: () => Promise<void>;
};

/** Makes a machine; `project` names the project's directory, `nix` is the program. */
export async function createNixMachine(project = "project", nix = realNix): Promise<NixMachine> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "ai-rules-nix-")));
  const root = join(directory, project);
  const bin = join(directory, "bin");
  for (const path of [root, bin, join(directory, "home"), join(directory, "tmp")])
    await mkdir(path, { recursive: true });
  await cp(new URL("../fixtures/flakes/minimal", import.meta.url), root, { recursive: true });
  const calls = join(directory, "nix-calls");
  await writeFile(calls, "");
  await writeFile(join(bin, "nix"), wrapper(calls, nix));
  await chmod(join(bin, "nix"), 0o755);
  const env = variables(directory, bin);
  const ports = isolatedPorts(directory, env);
  const cacheDir = join(directory, "cache", "ai-rules", "env");
  return {
    directory,
    root,
    cacheDir,
    env,
    ports,
    nixCalls: async () => (await readFile(calls, "utf8")).split("\n").filter(Boolean),
    write: async (path, text) => {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    },
    load: (request, changed) =>
      loadEnvironment({ ...ports, ...changed }, { root, cacheDir, ...request }),
    collectGarbage: async () => {
      const result = await ports.run({ file: "nix-collect-garbage", args: [], env });
      if (result.exit.code !== 0) throw new Error(result.stderr);
    },
    sleepers: async () => {
      const found = await ports.processes.list();
      return found.filter(({ command }) => command.includes(sleepSeconds)).map(({ pid }) => pid);
    },
    // The store is read-only.
    remove: async () => {
      await ports.run({ file: "chmod", args: ["-R", "u+w", directory], env });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function wrapper(calls: string, nix: string | undefined): string {
  return `#!/bin/bash\necho "$*" >> '${calls}'\nexec '${nix}' "$@"\n`;
}

function variables(directory: string, bin: string): Variables {
  return {
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    HOME: join(directory, "home"),
    TMPDIR: join(directory, "tmp"),
    TERM: "xterm-256color",
    LANG: "C.UTF-8",
    ...nixVariables(directory),
  };
}

/** Nix without a daemon, a network or a file of the machine's: all that it keeps is in `directory`. */
export function nixVariables(directory: string): Variables {
  return {
    XDG_CACHE_HOME: join(directory, "cache"),
    NIX_STORE_DIR: join(directory, "store"),
    NIX_STATE_DIR: join(directory, "var"),
    NIX_LOG_DIR: join(directory, "log"),
    NIX_CONFIG: [
      "experimental-features =",
      "build-users-group =",
      "sandbox = false",
      "substituters =",
      "flake-registry =",
    ].join("\n"),
  };
}

/** The text of a flake whose default shell has this hook and these attributes (Nix source). */
export function flakeWith(hook: string, attributes = ""): string {
  return `{
  outputs = { self }: {
    devShells.\${"x86_64-linux"} = rec {
      default = derivation {
        name = "shell";
        system = "x86_64-linux";
        builder = "/bin/bash";
        args = [ "-c" "echo built > $out" ];
        outputs = [ "out" ];
        PATH = "/usr/local/bin:/usr/bin:/bin";
        ${attributes}
        shellHook = ''
${hook}
        '';
      };
      other = derivation (default.drvAttrs // { name = "other"; OTHER = "yes"; });
    };
  };
}
`.replaceAll("x86_64-linux", process.arch === "arm64" ? "aarch64-linux" : "x86_64-linux");
}

const sleepSeconds = "986.5";

/** A flake whose shell never gets built. */
export function sleepingFlake(): string {
  return flakeWith(
    "",
    `X = derivation { name = "sleeper"; system = "x86_64-linux"; builder = "/bin/bash";
      args = [ "-c" "/bin/sleep ${sleepSeconds}; :" ]; };`,
  );
}

/** Runs git in the machine's project. */
export async function git({ ports, root, env }: NixMachine, ...args: string[]): Promise<void> {
  const result = await ports.run({ file: "git", args, cwd: root, env });
  if (result.exit.code !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr}`);
}

/** The environment of a result that must be fine. */
export function environmentOf(result: EnvironmentResult): LoadedEnvironment {
  if (!result.ok) throw new Error(`not loaded: ${JSON.stringify(result, undefined, 2)}`);
  return result.environment;
}

/**
 * A scene whose project has a flake: real Nix with a store and caches of the scene's own, and a `nix`
 * on the PATH that writes down each call.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { nixVariables, realNix } from "../nix/nix-machine.ts";
import { commandSettings, makeScene, type OpenOptions, plainShell, type Scene } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

export type NixProject = Omit<Scene, "open"> & {
  open(options?: OpenOptions): TestTerminal;
  /** The directory of the scene, above the project. */
  readonly directory: string;
  /** How often `nix` was run so far, one line of arguments each. */
  nixCalls(): Promise<readonly string[]>;
  /** Writes flake.nix and makes Git know it. */
  writeFlake(text: string): Promise<void>;
};

/** Makes the scene: plain shells in the panes, no flake yet. */
export async function makeNixProject(name?: string): Promise<NixProject> {
  const scene = await makeScene(name);
  const directory = dirname(scene.home);
  const bin = join(directory, "bin");
  const calls = join(directory, "nix-calls");
  await mkdir(bin);
  await writeFile(calls, "");
  await writeFile(
    join(bin, "nix"),
    `#!/bin/bash\necho "$*" >> '${calls}'\nexec '${realNix}' "$@"\n`,
  );
  await chmod(join(bin, "nix"), 0o755);
  await scene.write("ai-rules.json", commandSettings(plainShell));
  const env = { ...nixVariables(directory), PATH: `${bin}:${scene.env["PATH"]}` };
  return {
    ...scene,
    env: { ...scene.env, ...env },
    directory,
    open: (options = {}) =>
      scene.open({ cols: 220, rows: 50, ...options, env: { ...env, ...options.env } }),
    nixCalls: async () => (await readFile(calls, "utf8")).split("\n").filter(Boolean),
    writeFlake: async (text) => {
      await scene.write("flake.nix", text);
      execFileSync("git", ["add", "--intent-to-add", "flake.nix"], { cwd: scene.project });
    },
    end: async () => {
      // The store is read-only.
      execFileSync("chmod", ["-R", "u+w", directory]);
      await scene.end();
    },
  };
}

/** A PATH with the usual tools and without Nix. */
export async function pathWithoutNix(directory: string): Promise<string> {
  const bin = join(directory, "bin-without-nix");
  await mkdir(bin);
  for (const tool of ["bash", "sh", "cat", "env", "git", "sed", "sleep", "stty", "tr"]) {
    const found = (process.env["PATH"] ?? "")
      .split(":")
      .map((each) => join(each, tool))
      .find((path) => existsSync(path));
    if (found !== undefined) await symlink(found, join(bin, tool));
  }
  return bin;
}

/** An attribute of a flake's shell that cannot be built before a file is there. */
export function dependencyOn(file: string): string {
  return `SLOW = derivation { name = "slow-package"; system = "x86_64-linux"; builder = "/bin/bash";
    args = [ "-c" "until [ -e '${file}' ]; do /bin/sleep 0.1; done; echo built > $out; :" ]; };`;
}

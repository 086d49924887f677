/** Flakes to stage faults with: real Nix, no network. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadEnvironment } from "../../src/nix/environment.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { lockOnFixture } from "../nix/flake-project.ts";
import { environmentOf, flakeWith } from "../nix/nix-machine.ts";
import type { Stage } from "./staged-faults.ts";

/** A flake without inputs whose default shell has this hook; Git knows it. */
export async function writeFlake(stage: Stage, hook = ""): Promise<void> {
  await writeTracked(stage, flakeWith(hook));
}

/** A flake of this text, which Git knows. */
export async function writeTracked(stage: Stage, text: string): Promise<void> {
  await stage.write("flake.nix", text);
  await stage.run("git", "add", "flake.nix");
}

/** A flake of these outputs (Nix source), with an input that lies on this machine. */
export async function writeFlakeWithInput(stage: Stage, outputs: string): Promise<void> {
  const input = join(stage.directory, "input");
  await stage.write(join(input, "flake.nix"), "{ outputs = { self }: { value = 1; }; }");
  await writeTracked(stage, `{ inputs.thing.url = "path:${input}"; outputs = ${outputs}; }`);
}

/** The files of a profile, on the stand-in for nixpkgs; Git knows them. */
export async function writeProfile(stage: Stage, name = "universal"): Promise<void> {
  const files = join(import.meta.dirname, "../../profiles", name);
  for (const file of ["flake.nix", "flake.lock"])
    await cp(join(files, file), join(stage.root, file));
  const { root, directory, env } = stage;
  await lockOnFixture({ ports: isolatedPorts(directory, env), env, root, directory });
  await stage.run("git", "add", "--all");
}

/** Replaces text of flake.nix; the text must be there. */
export async function editFlake({ root, write }: Stage, from: string, to: string): Promise<void> {
  const text = await readFile(join(root, "flake.nix"), "utf8");
  if (!text.includes(from)) throw new Error(`flake.nix does not hold: ${from}`);
  await write(
    "flake.nix",
    text.replace(from, () => to),
  );
}

/** Evaluates the shell into the cache, as a start of the TUI does. */
export async function evaluateShell(stage: Stage, shell?: string): Promise<void> {
  const result = await load(stage, shell);
  environmentOf(result);
}

/** The same where the hook fails: the shell is in the cache all the same. */
export async function evaluateShellOnly(stage: Stage): Promise<void> {
  if ((await load(stage)).ok) throw new Error("the hook was to fail");
}

function load({ root, directory, env }: Stage, shell?: string) {
  const cacheDir = join(env["XDG_CACHE_HOME"] ?? "", "ai-rules", "env");
  const request = { root, cacheDir, hookTimeoutMs: 500, ...(shell === undefined ? {} : { shell }) };
  return loadEnvironment(isolatedPorts(directory, env), request);
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectVariables } from "../../src/cli/project-variables.ts";
import { shellDirectory, writeShell } from "../../src/nix/cache.ts";
import { shellFingerprint } from "../../src/nix/evaluate-shell.ts";
import { findNix } from "../../src/nix/find-nix.ts";
import { installableOf } from "../../src/nix/installable.ts";
import type { Variables } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

/** A project with a flake, and a Nix that must not be run. */
async function begin(extra: Variables = {}) {
  const root = await temporaryDirectory();
  const bin = join(root, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "nix"), "#!/bin/sh\necho ran >&2\nexit 1\n", { mode: 0o755 });
  await writeFile(join(root, "flake.nix"), "{ outputs = _: { }; }");
  const base = isolatedPorts(root, extra);
  const env = { ...base.env, PATH: `${bin}:${base.env["PATH"]}`, OLLAMA_HOST: "mine:1" };
  const ports = { ...base, env };
  const cacheDir = join(root, "cache");
  return { root, ports, cacheDir, variables: () => projectVariables(ports, { root, cacheDir }) };
}

/** Puts an evaluated shell into the cache, as a run of Nix would. */
async function evaluate(
  { root, ports, cacheDir }: Awaited<ReturnType<typeof begin>>,
  rcText: string,
): Promise<void> {
  const nix = await findNix(ports);
  const print = nix && (await shellFingerprint(ports, { root, nix }));
  const directory = shellDirectory(cacheDir, root, installableOf(undefined));
  const shell = {
    id: "0123456789abcdef",
    key: print?.key ?? "",
    storePath: root,
    bash: "/bin/bash",
    evaluatedAt: 1,
    good: true,
  };
  await writeShell(ports, directory, { shell, rcText });
}

describe("the variables of the project's shell", () => {
  it("come from the cache while that is fresh", async () => {
    const scene = await begin();
    await evaluate(scene, "export OLLAMA_HOST=shell:2");

    const { from, variables, note } = await scene.variables();

    expect({ from, host: variables["OLLAMA_HOST"], note }).toEqual({
      from: "shell",
      host: "shell:2",
      note: undefined,
    });
  });

  it("are not those of a shell that has changed since, nor of one never evaluated", async () => {
    const scene = await begin();
    const before = await scene.variables();
    await evaluate(scene, "export OLLAMA_HOST=shell:2");
    await writeFile(join(scene.root, "flake.nix"), "{ outputs = _: { a = 1; }; }");

    for (const { from, variables, note } of [before, await scene.variables()]) {
      expect({ from, host: variables["OLLAMA_HOST"] }).toEqual({ from: "own", host: "mine:1" });
      expect(note).toMatch(/`ai-rules tui` evaluates it/);
    }
  });

  it("are our own when the hook leaves nothing, and that is said", async () => {
    const scene = await begin();
    await evaluate(scene, "exit 3");

    const { from, note } = await scene.variables();

    expect(from).toBe("own");
    expect(note).toMatch(/the project's shell is not used: the shell hook/);
  });

  it("are those we were started with inside such a shell, or without a flake", async () => {
    const inside = await begin({ IN_NIX_SHELL: "impure" });
    const outside = await begin();
    await writeFile(join(outside.root, "flake.nix"), "");

    expect(await inside.variables()).toMatchObject({ from: "shell" });
    expect(
      await projectVariables(outside.ports, { root: join(outside.root, "bin"), cacheDir: "/none" }),
    ).toEqual({ from: "own", variables: outside.ports.env });
  });
});

import { cp, mkdir, readdir, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EnvironmentProgress } from "../../src/core/environment.ts";
import {
  createNixMachine,
  environmentOf,
  flakeWith,
  type NixMachine,
  skipNix,
} from "./nix-machine.ts";

let machine: NixMachine;

beforeEach(async () => {
  machine = await createNixMachine();
});

afterEach(() => machine.remove());

describe.skipIf(skipNix)("the environment of a flake, with real Nix", () => {
  it("has the shell's variables after exactly one evaluation", async () => {
    const { summary, variables } = environmentOf(await machine.load());

    expect(summary).toMatchObject({ source: "nix", shell: "default", hookWarned: false });
    expect(summary.hookOutput).toBe("hook says hi (stdout)\nhook says hi (stderr)");
    expect(variables).toMatchObject({
      OLLAMA_HOST: "http://localhost:11434",
      FROM_HOOK: "yes",
      AI_RULES_ROOT: machine.root,
      IN_NIX_SHELL: "impure",
      HOME: machine.env["HOME"],
      TMPDIR: machine.env["TMPDIR"],
      TERM: "xterm-256color",
    });
    expect(variables["PATH"]).toBe(`/usr/local/bin:/usr/bin:/bin:${machine.env["PATH"]}`);
    expect(variables).not.toHaveProperty("shellHook");
    expect(variables).not.toHaveProperty("SHELL");
    expect(await machine.nixCalls()).toHaveLength(1);
    expect((await machine.nixCalls())[0]).toContain("print-dev-env --profile");
  });

  it("comes from the cache the second time, with no run of Nix", async () => {
    const first = environmentOf(await machine.load());

    const second = environmentOf(await machine.load());

    expect(second.summary.source).toBe("cache");
    expect(second.summary.evaluatedAt).toBe(first.summary.evaluatedAt);
    expect(second.variables).toEqual(first.variables);
    expect(await machine.nixCalls()).toHaveLength(1);
  });

  it("leaves nothing in the temporary directory", async () => {
    await machine.load();
    await machine.load();

    expect(await readdir(join(machine.directory, "tmp"))).toEqual([]);
  });
});

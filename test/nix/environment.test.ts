import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadEnvironment } from "../../src/nix/environment.ts";
import { plainEnvironment } from "../../src/nix/plain-environment.ts";
import type { Command, Ports, Variables } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { environmentOf } from "./nix-machine.ts";

type Machine = { readonly root: string; readonly ports: Ports; readonly ran: Command[] };

/** A machine whose commands are written down instead of run. */
async function createMachine(env: Variables = {}): Promise<Machine> {
  const directory = await temporaryDirectory();
  const root = join(directory, "project");
  await mkdir(root);
  const ran: Command[] = [];
  const ports = isolatedPorts(directory, { PATH: join(directory, "bin"), ...env });
  const run: Ports["run"] = (command) => {
    ran.push(command);
    return Promise.reject(new Error(`nothing is to be run: ${command.file}`));
  };
  return { root, ran, ports: { ...ports, run } };
}

function load({ ports, root }: Machine, shell?: string) {
  return loadEnvironment(ports, {
    root,
    cacheDir: join(root, "cache"),
    ...(shell ? { shell } : {}),
  });
}

describe("the environment of a project", () => {
  it("is the user's own where there is no flake, and one line says so", async () => {
    const machine = await createMachine();

    const { summary, variables } = environmentOf(await load(machine));

    expect(summary).toMatchObject({
      source: "plain",
      note: expect.stringMatching(/^no flake\.nix/u),
    });
    expect(summary.shell).toBeUndefined();
    expect(variables).toEqual(machine.ports.env);
    expect(machine.ran).toEqual([]);
  });

  it("is the user's own where there is no Nix, and one line says so", async () => {
    const machine = await createMachine();
    await writeFile(join(machine.root, "flake.nix"), "{ }");

    const { summary } = environmentOf(await load(machine));

    // A machine with Nix in its usual place has it found there.
    if (machine.ran.length === 0)
      expect(summary).toMatchObject({
        source: "plain",
        note: expect.stringMatching(/^Nix is not/u),
      });
  });

  it("is the one ai-rules was started in when that is a development shell", async () => {
    const machine = await createMachine({ IN_NIX_SHELL: "impure" });
    await writeFile(join(machine.root, "flake.nix"), "{ }");

    expect(environmentOf(await load(machine))).toMatchObject({
      summary: { source: "inherited", variableCount: 0 },
      variables: machine.ports.env,
    });
  });

  it("is direnv's when direnv loaded this project, not another one's", async () => {
    const machine = await createMachine();
    const withDirenv = (directory: string): Machine => ({
      ...machine,
      ports: { ...machine.ports, env: { ...machine.ports.env, DIRENV_DIR: `-${directory}` } },
    });

    const mine = environmentOf(await load(withDirenv(machine.root)));
    const another = environmentOf(await load(withDirenv("/elsewhere")));

    expect(mine.summary.source).toBe("inherited");
    expect(another.summary.source).toBe("plain");
  });

  it("is evaluated inside another shell when a shell is asked for by name", async () => {
    const machine = await createMachine({ IN_NIX_SHELL: "impure" });

    expect(environmentOf(await load(machine, "dev")).summary.source).toBe("plain");
  });

  it("is a failure and no throw when something unforeseen breaks", async () => {
    const machine = await createMachine();
    const bin = join(machine.root, "..", "bin");
    await mkdir(bin);
    await writeFile(join(bin, "nix"), "#!/bin/sh", { mode: 0o755 });
    await writeFile(join(machine.root, "flake.nix"), "{ }");

    const result = await load(machine);

    expect(result).toMatchObject({ ok: false, cancelled: false });
    expect(machine.ran).toHaveLength(1);
  });

  it("is plain by choice, with the reason given", async () => {
    const { ports } = await createMachine();

    expect(plainEnvironment(ports, "as you chose").summary).toMatchObject({
      source: "plain",
      note: "as you chose",
      hookOutput: "",
    });
  });
});

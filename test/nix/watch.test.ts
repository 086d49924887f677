import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { plainEnvironment } from "../../src/nix/plain-environment.ts";
import { type EnvironmentChange, watchEnvironment } from "../../src/nix/watch.ts";
import type { CommandResult, Ports } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

const cancelled: CommandResult = {
  end: "cancelled",
  exit: {},
  stdout: "",
  stderr: "",
  fd3: "",
  tookMs: 1,
};

/** A project whose Nix never ends by itself; timers fire when the test says so. */
async function createWatched() {
  const directory = await temporaryDirectory();
  const root = join(directory, "project");
  const bin = join(directory, "bin");
  await mkdir(root);
  await mkdir(bin);
  await writeFile(join(bin, "nix"), "#!/bin/sh", { mode: 0o755 });
  await writeFile(join(root, "flake.nix"), "1");
  const real = isolatedPorts(directory, { PATH: bin });
  let touch: (name: string) => void = () => {};
  let fire: (() => void) | undefined;
  const runs: AbortSignal[] = [];
  const ports: Ports = {
    ...real,
    files: {
      ...real.files,
      watchDirectory: (path, listener) => {
        if (path === root) touch = listener;
        return () => {};
      },
    },
    clock: {
      ...real.clock,
      after: (ms, deed) => {
        if (ms === 250) fire = deed;
        return () => {
          if (fire === deed) fire = undefined;
        };
      },
    },
    run: ({ abort }) =>
      new Promise((resolve) => {
        if (!abort) return;
        runs.push(abort);
        abort.addEventListener("abort", () => resolve(cancelled));
      }),
  };
  const changes: EnvironmentChange[] = [];
  let ready = false;
  const stop = watchEnvironment(ports, {
    root,
    cacheDir: join(directory, "cache"),
    current: plainEnvironment(ports),
    onReady: () => {
      ready = true;
    },
    onChange: (change) => changes.push(change),
  });
  await until(() => ready);
  const settle = () => {
    const deed = fire;
    fire = undefined;
    deed?.();
    return deed !== undefined;
  };
  const edit = async (text: string) => {
    await writeFile(join(root, "flake.nix"), text);
    touch("flake.nix");
  };
  return { changes, runs, edit, settle, stop, touch: (name: string) => touch(name) };
}

describe("a watched environment", () => {
  it("waits until a burst of changes is over", async () => {
    const { edit, settle, runs, stop } = await createWatched();
    await edit("2");
    await edit("3");

    expect(settle()).toBe(true);
    expect(settle()).toBe(false);

    await until(() => runs.length > 0);
    expect(runs).toHaveLength(1);
    stop();
  });

  it("gives up an evaluation that a newer change overtakes", async () => {
    const { edit, settle, runs, changes, stop } = await createWatched();
    await edit("2");
    settle();
    await until(() => runs.length === 1);

    await edit("3");
    settle();

    await until(() => runs.length === 2);
    expect(runs.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(changes.map(({ type }) => type)).toEqual(["reloading", "reloading"]);
    stop();
  });

  it("ends its evaluation when it is stopped, and says nothing more", async () => {
    const { edit, settle, runs, changes, stop } = await createWatched();
    await edit("2");
    settle();
    await until(() => runs.length === 1);

    stop();

    expect(runs[0]?.aborted).toBe(true);
    expect(changes.map(({ type }) => type)).toEqual(["reloading"]);
  });

  it("does not even look for names that cannot matter", async () => {
    const { touch, settle, stop } = await createWatched();

    touch("app.log");
    expect(settle()).toBe(false);
    touch("shell.nix");
    expect(settle()).toBe(true);
    stop();
  });
});

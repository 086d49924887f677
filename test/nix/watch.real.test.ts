import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EnvironmentChange, watchEnvironment } from "../../src/nix/watch.ts";
import type { Cancel } from "../../src/platform/ports.ts";
import { until } from "../fakes/until.ts";
import {
  createNixMachine,
  environmentOf,
  flakeWith,
  type NixMachine,
  skipNix,
} from "./nix-machine.ts";

let machine: NixMachine;
let changes: EnvironmentChange[];
let stop: Cancel;

beforeEach(async () => {
  machine = await createNixMachine();
  changes = [];
  await machine.write("values.nix", '"one"');
  await machine.write("flake.nix", flake);
  const current = environmentOf(await machine.load());
  let ready = false;
  stop = watchEnvironment(machine.ports, {
    root: machine.root,
    cacheDir: machine.cacheDir,
    current,
    onReady: () => {
      ready = true;
    },
    onChange: (change) => changes.push(change),
  });
  await until(() => ready);
});

afterEach(async () => {
  stop();
  await machine.remove();
});

const flake = flakeWith("export FROM=$V", "V = import ./values.nix;");

const types = () => changes.map(({ type }) => type);

describe.skipIf(skipNix)("a watched environment, with real Nix", () => {
  it("is loaded again when an imported file changes", async () => {
    await machine.write("values.nix", '"two"');

    await until(() => types().includes("changed"), { seen: types });
    expect(types()).toEqual(["reloading", "changed"]);
    const [, change] = changes;
    expect(change?.type === "changed" && change.environment.variables["FROM"]).toBe("two");
  });

  it("sees an editor that renames a new file over the old one", async () => {
    const beside = join(machine.root, ".flake.nix.swap");
    await writeFile(beside, flake.replace("FROM=", "NEW="));
    await rename(beside, join(machine.root, "flake.nix"));

    await until(() => types().includes("changed"), { seen: types });
  });

  it("is unchanged when only a comment is", async () => {
    await machine.write("flake.nix", `# a comment\n${flake}`);

    await until(() => types().includes("unchanged"), { seen: types });
    expect(types()).toEqual(["reloading", "unchanged"]);
  });

  it("is broken while the flake is, and changed when it is whole again", async () => {
    await machine.write("flake.nix", "{");
    await until(() => types().includes("broken"), { seen: types });

    await machine.write("flake.nix", flake.replace("FROM=", "NEW="));

    await until(() => types().includes("changed"), { seen: types });
    expect(types()).toEqual(["reloading", "broken", "reloading", "changed"]);
    expect(changes[1]).toMatchObject({ problem: { code: "nix/syntax" } });
  });

  it("is not loaded for files it is not made of, nor for the same contents", async () => {
    await machine.write("notes.txt", "x");
    await machine.write("other.nix", "x");
    await machine.write("values.nix", '"one"');
    await machine.write("values.nix", '"two"');

    await until(() => types().includes("changed"), { seen: types });
    expect(types()).toEqual(["reloading", "changed"]);
    expect(await machine.nixCalls()).toHaveLength(2);
  });
});

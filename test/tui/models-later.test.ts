import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { initialState } from "../../src/core/initial-state.ts";
import type { Happening } from "../../src/core/message.ts";
import { runtimeKinds } from "../../src/core/runtime.ts";
import { defaultSettings, type Settings } from "../../src/core/settings.ts";
import { createModelsLater } from "../../src/tui/models-later.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

/** What listens on this machine is left alone. */
const runtimes: Settings["runtimes"] = Object.fromEntries(
  runtimeKinds.map((kind) => [kind, { off: true, from: "project" }] as const),
);

async function create() {
  const directory = await temporaryDirectory();
  const clock = createManualClock();
  const told: Happening["type"][] = [];
  const state = initialState({
    project: { root: directory, name: "shop" },
    settings: { ...defaultSettings, runtimes },
    screen: { cols: 220, rows: 50 },
    now: clock.now(),
  });
  const models = createModelsLater({
    ports: { ...isolatedPorts(directory), clock },
    root: directory,
    variables: () => ({}),
    directories: { runtime: join(directory, "run"), run: join(directory, "run", "run-1") },
    state: () => state,
    dispatch: ({ type }) => void told.push(type),
    copy: () => undefined,
  });
  onTestFinished(models.stop);
  const isSetUp = () => until(() => told.includes("models-set-up"), { seen: () => told });
  return { models, clock, told, isSetUp };
}

describe("the runtimes at the start", () => {
  it("wait until the first pane has come", async () => {
    const { models, clock, told, isSetUp } = await create();

    models.setUp();
    clock.advance(99);
    expect(told).toEqual([]);
    expect(clock.waiting).toBe(1);
    clock.advance(1);

    await isSetUp();
  });

  it("come at once when an agent waits for its model", async () => {
    const { models, told, clock, isSetUp } = await create();

    models.setUp();
    const ready = models.ready("build");

    await isSetUp();
    models.stop();
    await ready;
    clock.advance(1000);
    expect(told.filter((type) => type === "models-set-up")).toHaveLength(1);
  });

  it("stay away when the program ends before", async () => {
    const { models, told, clock } = await create();

    models.setUp();
    models.stop();

    expect(clock.waiting).toBe(0);
    await models.ready("build");
    expect(told).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { arrange } from "../../../src/core/layout.ts";
import type { State } from "../../../src/core/state.ts";
import { createChrome } from "../../../src/tui/view/chrome.tsx";
import { frameOf, frameUpdate } from "../../../src/tui/view/frame-update.ts";
import { hintsOf } from "../../../src/tui/view/hints.ts";
import type { FromWorker } from "../../../src/tui/view/protocol.ts";
import { type SurfacePlace, surfaces } from "../../../src/tui/view/surfaces.ts";
import { drawnFrame } from "../../fakes/drawn.tsx";
import { fullStates } from "../../fakes/full-state.ts";
import { sampleNow as now, sampleState, withPane } from "../../fakes/sample-state.ts";
import { type SurfaceEmulators, surfaceEmulators } from "../../fakes/surface-emulators.ts";

type Stage = {
  readonly show: (state: State) => Promise<readonly FromWorker[]>;
  readonly emulators: SurfaceEmulators;
  readonly places: () => readonly SurfacePlace[];
};

/** The chrome and the emulators it feeds. */
async function openStage(): Promise<Stage> {
  const posted: FromWorker[] = [];
  const chrome = createChrome({
    ascii: false,
    color: true,
    post: (each) => void posted.push(each),
  });
  const emulators = await surfaceEmulators();
  let places: readonly SurfacePlace[] = [];
  return {
    emulators,
    places: () => places,
    async show(state) {
      posted.length = 0;
      places = surfaces(state, arrange(state));
      emulators.place(places);
      chrome.show(structuredClone(state), structuredClone(places));
      await new Promise((resolve) => setImmediate(resolve));
      for (const message of posted) emulators.receive(message);
      return [...posted];
    },
  };
}

/** What the surfaces must hold: each frame drawn on its own, on a fresh emulator. */
async function expectedCells(state: State, places: readonly SurfacePlace[]) {
  const fresh = await surfaceEmulators();
  fresh.place(places);
  const hints = hintsOf(state.settings.keys);
  return places.map(({ id, rect: { cols, rows } }) => {
    const size = { cols, rows };
    const frame = frameOf(drawnFrame({ id, state, size, hints }), size);
    fresh.receive({ type: "output", surface: id, cols, rows, text: frameUpdate(undefined, frame) });
    return [id, fresh.cells(id)];
  });
}

const busy = withPane(sampleState(), "build", { activity: { type: "busy", since: now } });

function at(name: string, state: State, screen: State["screen"]) {
  const shown: State = { ...state, screen, panel: "shown" };
  return { name: `${name} at ${screen.cols}x${screen.rows}`, state: shown };
}

describe("the chrome", () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });

  const sizes = [
    { cols: 41, rows: 11 },
    { cols: 220, rows: 50 },
  ];
  const states = Object.entries(fullStates);
  // First only the state changes from step to step, then only the size does.
  const steps = [
    ...states.map(([name, state]) => at(name, state, { cols: 100, rows: 30 })),
    ...states.flatMap(([name, state]) => sizes.map((size) => at(name, state, size))),
    at("crowded", fullStates["crowded"]!, { cols: 30, rows: 8 }),
  ];

  it("leaves no stale cell on any surface, whatever came before", { timeout: 30_000 }, async () => {
    for (const { name, state } of steps) {
      await stage.show(state);
      const places = stage.places();

      const seen = places.map(({ id }) => [id, stage.emulators.cells(id)]);

      expect(seen, name).toEqual(await expectedCells(state, places));
    }
  });

  it("sends nothing for a state that looks the same", async () => {
    await stage.show(busy);

    expect(await stage.show(structuredClone(busy))).toEqual([]);
    expect(await stage.show({ ...busy, now: now + 200 })).toEqual([]);
  });

  it("sends only the rows that changed, of the surfaces that did", async () => {
    await stage.show(busy);

    const [output, ...more] = await stage.show({ ...busy, now: now + 1000 });

    expect(more).toEqual([]);
    expect(output).toMatchObject({ type: "output", surface: "panel", cols: 34, rows: 49 });
    expect(output?.type === "output" && output.text.match(/\u001B\[\d+;1H/g)).toHaveLength(1);
    expect(stage.emulators.text("panel")).toContain("● busy 0:01");
  });

  it("draws a surface whole when it comes back", async () => {
    const help: State = { ...busy, overlay: { type: "help", filter: "", typing: false, top: 0 } };
    await stage.show(help);
    const before = stage.emulators.text("overlay");
    await stage.show(busy);
    expect(stage.emulators.ids()).not.toContain("overlay");

    await stage.show(help);

    expect(stage.emulators.text("overlay")).toBe(before);
  });

  it("tells of a state that cannot be drawn and goes on with the next", async () => {
    await stage.show(busy);
    const broken: State = JSON.parse(JSON.stringify({ ...busy, project: null })); // Not typed so.

    const messages = await stage.show(broken);
    expect(messages).toContainEqual(expect.objectContaining({ type: "failed" }));

    await stage.show({ ...busy, now: now + 5000 });
    expect(stage.emulators.text("panel")).toContain("busy 0:05");
  });
});

import { describe, expect, it } from "vitest";
import type { State } from "../../src/core/state.ts";
import { createClockwork } from "../../src/tui/clockwork.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { sampleLoaded, sampleModelsState, sampleOllama } from "../fakes/sample-models.ts";
import { sampleNow as now, sampleState, withPane } from "../fakes/sample-state.ts";

/** A clockwork whose ticks are counted by the ms at which they came. */
function openClockwork() {
  const clock = createManualClock(0);
  const ticks: number[] = [];
  const clockwork = createClockwork({
    clock,
    processes: { ownPid: 1, list: nothing, find: none, tree: nothing, signal: () => false },
    ledger: { started: none, sample: none, treeOf: () => [], stopped: none },
    state: () => sampleState(),
    dispatch: ({ type }) => void (type === "tick" && ticks.push(clock.now())),
    pidOf: () => undefined,
  });
  return { clock, ticks, ...clockwork };
}

async function nothing(): Promise<[]> {
  return [];
}

async function none(): Promise<undefined> {
  return undefined;
}

const works = withPane(sampleState(), "plan", { activity: { type: "busy", since: now } });
const unloads: State = sampleModelsState({
  runtimes: [{ ...sampleOllama, loaded: [sampleLoaded("m", { expiresAt: now + 90_000 })] }],
});

describe("the clock on the screen", () => {
  it("ticks a second after a change while an age is shown", () => {
    const { clock, ticks, stateChanged, stop } = openClockwork();

    stateChanged(works);
    clock.advance(600);
    stateChanged(works);
    clock.advance(600);

    expect(ticks).toEqual([1000]);
    stop();
  });

  it("ticks when the minutes until an unload change, and sooner once an age is shown", () => {
    const { clock, ticks, stateChanged, stop } = openClockwork();

    stateChanged(unloads);
    clock.advance(29_000);
    expect(ticks).toEqual([]);
    clock.advance(2000);
    expect(ticks).toEqual([30_001]);
    stateChanged(unloads);
    stateChanged(works);
    clock.advance(1000);
    expect(ticks).toEqual([30_001, 32_000]);
    stop();
  });

  it("stands still while nothing shows a time, and after its end", () => {
    const { clock, ticks, stateChanged, stop } = openClockwork();

    stateChanged(sampleState());
    clock.advance(100_000);
    stateChanged(works);
    stop();
    clock.advance(100_000);
    stateChanged(works);
    clock.advance(100_000);

    expect(ticks).toEqual([]);
  });
});

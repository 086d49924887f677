import { describe, expect, it } from "vitest";
import type { RuntimeState } from "../../src/core/runtime.ts";
import type { State } from "../../src/core/state.ts";
import { nextTick } from "../../src/core/tick.ts";
import { sampleLoaded, sampleModelsState, sampleOllama } from "../fakes/sample-models.ts";
import { sampleNow as now, sampleState, withPane } from "../fakes/sample-state.ts";

const minute = 60_000;

function withOllama(changes: Partial<RuntimeState>, others: Partial<State> = {}): State {
  return sampleModelsState({ runtimes: [{ ...sampleOllama, ...changes }] }, others);
}

function unloadsIn(ms: number, changes = {}): Partial<RuntimeState> {
  return { loaded: [sampleLoaded("m", { expiresAt: now + ms, ...changes })] };
}

describe("the next tick", () => {
  it.each<readonly [string, State, number | undefined]>([
    ["not while nothing shows a time", sampleState(), undefined],
    [
      "each second while an agent works",
      withPane(withOllama({}), "plan", { activity: { type: "busy", since: now } }),
      1000,
    ],
    ["when the minutes until an unload change", withOllama(unloadsIn(4.5 * minute)), 30_001],
    ["when the hours until an unload change", withOllama(unloadsIn(90 * minute)), 30 * minute + 1],
    ["no sooner than in a second", withOllama(unloadsIn(4 * minute + 3)), 1000],
    ["not for a model that stays", withOllama(unloadsIn(0, { expiresAt: "never" })), undefined],
    ["not for a model in use", withOllama(unloadsIn(minute, { busy: true })), undefined],
    ["not for a time that has gone by", withOllama(unloadsIn(-1)), undefined],
    [
      "when the age of stale numbers changes",
      withOllama({
        loaded: [],
        connection: {
          type: "stale",
          since: now - 20_000,
          problem: { code: "runtime/timed-out", message: "no", remedy: "wait" },
        },
      }),
      40_000,
    ],
    [
      "not for a panel that is hidden",
      withOllama(unloadsIn(4.5 * minute), { panel: "hidden" }),
      undefined,
    ],
    [
      "for the list of models without a panel",
      withOllama(unloadsIn(4.5 * minute), {
        panel: "hidden",
        overlay: { type: "models", selected: 0, details: false },
      }),
      30_001,
    ],
  ])("comes %s", (_, state, ms) => {
    expect(nextTick(state)).toBe(ms);
  });
});

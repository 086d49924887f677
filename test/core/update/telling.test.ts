import { describe, expect, it } from "vitest";
import type { ToldModel } from "../../../src/core/agent-model.ts";
import type { Happening } from "../../../src/core/message.ts";
import type { PaneState, State } from "../../../src/core/state.ts";
import { sampleLoaded, sampleModelsState, sampleOllama } from "../../fakes/sample-models.ts";
import { sampleNow as now, withPane } from "../../fakes/sample-state.ts";
import { after, deeds } from "./steps.ts";

const model = "ollama/qwen3-coder:30b";
const guessed: ToldModel = {
  ref: model,
  context: 16_384,
  output: 4096,
  tools: true,
  measured: false,
};

/** Plan's agent was told of its model before that was loaded. */
function state(changes: Partial<PaneState> = {}): State {
  const runtimes = [{ ...sampleOllama, loaded: [] }];
  return withPane(sampleModelsState({ runtimes }), "plan", { told: guessed, ...changes });
}

function loadedWith(context: number): Happening {
  const loaded = [sampleLoaded("qwen3-coder:30b", { context })];
  return { type: "runtime-changed", runtime: { ...sampleOllama, loaded } };
}

const told = (context: number): Happening => ({
  type: "agent-told",
  mode: "plan",
  told: { ...guessed, context, output: Math.min(8192, context / 4), measured: true },
});

function reports(activity: PaneState["activity"]): Happening {
  return { type: "agent-report", mode: "plan", report: { type: "activity", activity } };
}

const busy = { type: "busy", since: now } as const;
const idle = { type: "idle", since: now, unseen: false } as const;

describe("an agent whose model has another context than it was told", () => {
  it.each([65_536, 8192])("is told once what is measured: %i", (context) => {
    const [next, effects] = after(state(), loadedWith(context), loadedWith(context));

    expect(deeds(effects)).toEqual(["tell-agent"]);
    expect(next.panes.plan.telling).toBe(true);

    const [done, more] = after(next, told(context), loadedWith(context));
    expect(more).toEqual([]);
    expect(done.panes.plan).not.toHaveProperty("telling");
    expect(done.panes.plan.told).toMatchObject({ context, measured: true });
  });

  it("is told again when the model is loaded with another one", () => {
    const [next] = after(state(), loadedWith(65_536), told(65_536));

    expect(deeds(after(next, loadedWith(8192))[1])).toEqual(["tell-agent"]);
  });

  it("is not told that the model was unloaded", () => {
    const [next] = after(state(), loadedWith(65_536), told(65_536));
    const unloaded = { type: "runtime-changed", runtime: { ...sampleOllama, loaded: [] } } as const;

    const [left, effects] = after(next, unloaded);
    expect(deeds(effects)).toEqual([]);
    expect(left.models.measured).toMatchObject({ [model]: 65_536 });
  });

  it("is not told while it works or waits for an answer, but once it rests", () => {
    const permission = { type: "permission", since: now, count: 1, detail: "edit" } as const;
    const [working, effects] = after(
      state(),
      reports(busy),
      loadedWith(65_536),
      reports(permission),
    );

    expect(deeds(effects)).toEqual([]);
    expect(deeds(after(working, reports(idle))[1])).toEqual(["tell-agent"]);
  });

  it.each<[string, Partial<PaneState>]>([
    ["has not answered yet", { activity: { type: "unknown" } }],
    ["uses a model that the user picked in OpenCode", { model: "ollama/other" }],
    ["starts", { process: { type: "starting", since: now, pid: 1 } }],
    ["runs no model of ours", { told: { ...guessed, ref: "ollama/gone" } }],
  ])("is not told while it %s", (_, changes) => {
    expect(deeds(after(state(changes), loadedWith(65_536))[1])).toEqual([]);
  });

  it("is not told while it switches to another model", () => {
    const start = state();
    const plan = { model: "ollama/qwen3-coder:30b-ctx64k", unloadFirst: [] };
    const switches = { plan: { plan, since: now, step: { type: "applying" } } } as const;
    const switching = { ...start, models: { ...start.models, switches } };

    expect(deeds(after(switching, loadedWith(65_536))[1])).toEqual([]);
  });
});

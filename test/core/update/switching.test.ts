import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/core/effect.ts";
import type { Happening } from "../../../src/core/message.ts";
import { modelWarnings } from "../../../src/core/model-warnings.ts";
import type { SwitchPlan } from "../../../src/core/models.ts";
import type { RuntimeKind } from "../../../src/core/runtime.ts";
import type { State } from "../../../src/core/state.ts";
import { beginSwitch } from "../../../src/core/update/switching.ts";
import {
  sampleInstalled,
  sampleLmStudio,
  sampleLoaded,
  sampleModelsState,
  sampleRuntime,
  toldContext,
} from "../../fakes/sample-models.ts";
import { sampleNow as now, withPane } from "../../fakes/sample-state.ts";
import { after, deeds, jobDone, key, onlyJob } from "./steps.ts";

const idle = { type: "idle", since: now, unseen: false } as const;
const busy = { type: "busy", since: now } as const;
const problem = { code: "model/out-of-memory", message: "no room", remedy: "unload" } as const;

const base = "ollama/base:8b";
const other = "ollama/other:8b";

/** One Ollama with two models, of which none is loaded; all modes use the first. */
function plainState(changes: Parameters<typeof sampleModelsState>[0] = {}): State {
  const ollama = sampleRuntime("ollama", {
    installed: [sampleInstalled("base:8b"), sampleInstalled("other:8b"), sampleInstalled("third")],
  });
  const pick = { model: base };
  return sampleModelsState({
    runtimes: [ollama],
    wishes: {},
    picks: { plan: pick, build: pick, review: pick },
    recent: [base],
    ...changes,
  });
}

function begin(state: State, plan: Partial<SwitchPlan> = {}, mode: "plan" | "build" = "plan") {
  return beginSwitch(state, { mode, plan: { model: other, unloadFirst: [], ...plan }, now });
}

function begun(state: State, plan: Partial<SwitchPlan> = {}): State {
  return begin(state, plan)[0];
}

function applied(changes: Partial<Extract<Happening, { type: "model-applied" }>> = {}): Happening {
  return { type: "model-applied", mode: "plan", model: other, live: true, ...changes };
}

function saves(effects: readonly Effect[]) {
  return effects.flatMap((effect) => (effect.type === "save-picks" ? [effect.saved] : []));
}

function stepOf({ models }: State, mode: "plan" | "build" = "plan") {
  return models.switches[mode]?.step.type;
}

describe("a switch of the model", () => {
  it("loads the model, gives it to the agent, then is the mode's pick", () => {
    const [loading, loads] = begin(plainState());
    expect(stepOf(loading)).toBe("warming");
    expect(loads).toEqual([
      { type: "run-job", job: expect.objectContaining({ runtime: "ollama" }) },
    ]);
    expect(onlyJob(loading).deed).toEqual({ type: "load", model: "other:8b" });

    const [applying, applies] = after(loading, jobDone(loading));
    expect(stepOf(applying)).toBe("applying");
    expect(applies).toEqual([{ type: "apply-model", mode: "plan" }]);
    expect(applying.models.picks.plan).toEqual({ model: base });

    const [done, effects] = after(applying, applied());
    expect(done.models.switches).toEqual({});
    expect(done.models.picks.plan).toEqual({ model: other });
    expect(done.models.recent).toEqual([other, base]);
    expect(done.models.wishes.plan).toMatchObject({ model: other, source: { from: "pick" } });
    expect(done.panes.plan).toMatchObject({ model: other, wantedModel: other });
    expect(saves(effects)).toEqual([
      {
        picks: { plan: { model: other }, build: { model: base }, review: { model: base } },
        recent: [other, base],
      },
    ]);
  });

  it("offers to unload the old model once no mode uses it, and not before", () => {
    const ollama = sampleRuntime("ollama", {
      loaded: [sampleLoaded("other:8b", { context: 65_536 }), sampleLoaded("base:8b")],
      installed: [sampleInstalled("base:8b"), sampleInstalled("other:8b")],
    });
    const offers = (state: State) =>
      modelWarnings(state).filter(({ remedy }) => remedy === "u unloads it");
    const start = (["plan", "build", "review"] as const).reduce(
      (state, mode) => withPane(state, mode, { model: base, wantedModel: base }),
      plainState({ runtimes: [ollama] }),
    );
    const switched = (state: State, mode: "plan" | "build" | "review") => {
      const plan = { model: other, unloadFirst: [] };
      const [loading] = beginSwitch(state, { mode, plan, now });
      return after(loading, jobDone(loading), applied({ mode }))[0];
    };

    const two = switched(switched(start, "plan"), "build");
    expect(offers(two)).toEqual([]);
    const done = switched(two, "review");
    expect(done.models.released).toEqual([base]);
    expect(offers(done)).toEqual([
      {
        level: "warning",
        text: "base:8b still takes 24.0 GB: no mode uses it any more",
        action: "models",
        remedy: "u unloads it",
      },
    ]);

    // `ctrl+o M` opens with that model selected, and `u` unloads it.
    const [unloading] = after(done, { type: "action", action: "models" }, key("u"));
    expect(onlyJob(unloading).deed).toEqual({
      type: "unload",
      model: "base:8b",
      instance: "base:8b",
    });
    const gone = { ...ollama, loaded: ollama.loaded.slice(0, 1) };
    expect(offers(after(done, { type: "runtime-changed", runtime: gone })[0])).toEqual([]);
  });

  it.each<[string, Parameters<typeof sampleRuntime>[1]]>([
    ["is on another machine", { address: { local: false } }],
    ["cannot be unloaded", { loaded: [sampleLoaded("base:8b", { stays: true })] }],
    ["is in use", { loaded: [sampleLoaded("base:8b", { busy: true })] }],
  ])("offers to unload no model that %s", (_, changes) => {
    const ollama = sampleRuntime("ollama", { loaded: [sampleLoaded("base:8b")], ...changes });
    const state = plainState({ runtimes: [ollama], picks: {}, released: [base] });

    expect(modelWarnings({ models: state.models }).map(({ remedy }) => remedy)).toEqual([]);
    const here = sampleRuntime("ollama", { loaded: [sampleLoaded("base:8b")] });
    const free = plainState({ runtimes: [here], picks: {}, released: [base] });
    expect(modelWarnings({ models: free.models })).toHaveLength(1);
  });

  it("unloads first what is in the way, one after the other", () => {
    const ollama = sampleRuntime("ollama", {
      loaded: [sampleLoaded("base:8b"), sampleLoaded("third")],
      installed: [sampleInstalled("other:8b")],
    });
    const away = (model: string) => ({ runtime: "ollama", model, instance: model });
    const unloadFirst = [away("base:8b"), away("gone"), away("third")];

    const first = begun(plainState({ runtimes: [ollama] }), { unloadFirst });
    expect(stepOf(first)).toBe("unloading");
    expect(onlyJob(first).deed).toMatchObject({ type: "unload", model: "base:8b" });

    const [second] = after(first, jobDone(first));
    expect(onlyJob(second).deed).toMatchObject({ type: "unload", model: "third" });

    const [third] = after(second, jobDone(second));
    expect(onlyJob(third).deed).toMatchObject({ type: "load", model: "other:8b" });
  });

  it("makes a variant and uses that", () => {
    const derive = { model: "other:8b-ctx64k", context: 65_536 };

    const making = begun(plainState(), { derive });
    expect(stepOf(making)).toBe("deriving");
    expect(onlyJob(making).deed).toEqual({ type: "derive", from: "other:8b", ...derive });

    const [loading] = after(making, jobDone(making));
    expect(onlyJob(loading).deed).toEqual({ type: "load", model: derive.model });
    expect(loading.models.runtimes[0]?.installed.at(-1)).toMatchObject({
      name: derive.model,
      ownContext: 65_536,
      derivedFrom: "other:8b",
    });

    const model = `ollama/${derive.model}`;
    const [done] = after(loading, jobDone(loading), applied({ model }));
    expect(done.models.picks.plan).toEqual({ model });
    expect(done.panes.plan.wantedModel).toBe(model);
  });

  it("does not make a variant that is there", () => {
    const derive = { model: "third", context: 65_536 };

    expect(onlyJob(begun(plainState(), { derive })).deed).toEqual({ type: "load", model: "third" });
  });

  it.each<[string, { readonly kind: RuntimeKind }, string]>([
    ["has nothing to load where the runtime loads by itself", { kind: "openai" }, "applying"],
    ["loads again where that renews the time it stays", { kind: "ollama" }, "warming"],
    ["does not load a second instance", { kind: "lmstudio" }, "applying"],
  ])("%s", (_title, { kind }, reached) => {
    const runtime = sampleRuntime(kind, {
      address: { id: "ollama" },
      loaded: [sampleLoaded("other:8b")],
      installed: [sampleInstalled("other:8b")],
    });

    expect(stepOf(begun(plainState({ runtimes: [runtime] })))).toBe(reached);
  });

  it("loads with the context that was asked for where one can say so", () => {
    const runtimes = [
      { ...sampleLmStudio, loaded: [sampleLoaded("google/gemma-4-26b-a4b", { context: 4096 })] },
    ];
    const model = "lmstudio/google/gemma-4-26b-a4b";

    const state = begun(plainState({ runtimes }), { model, context: 65_536 });

    expect(onlyJob(state).deed).toMatchObject({ type: "load", context: 65_536 });
  });

  it("has nothing to load for a model of OpenCode's own configuration", () => {
    const [state, effects] = begin(plainState(), { model: "anthropic/claude" });

    expect(stepOf(state)).toBe("applying");
    expect(effects).toEqual([{ type: "apply-model", mode: "plan" }]);
  });

  it("has nothing to load for a model in the cloud", () => {
    const installed = [sampleInstalled("other:8b", { cloud: true })];
    const runtimes = [sampleRuntime("ollama", { installed })];

    expect(stepOf(begun(plainState({ runtimes })))).toBe("applying");
  });

  it.each([
    [{ from: "project" as const, keepAlive: "2h" }, "30m", "2h"],
    [{ from: "user" as const, keepAlive: "2h" }, "30m", "30m"],
    [{ from: "user" as const, keepAlive: "2h" }, undefined, "2h"],
    [{ from: "project" as const }, "-1", "-1"],
  ])("sends how long the model stays loaded: %j and %s make %s", (set, guided, sent) => {
    const state = plainState();
    const guide = { ...state.models.guide, ...(guided ? { keepAlive: guided } : {}) };
    const settings = { ...state.settings, runtimes: { ollama: set } };

    const loading = begun({ ...state, settings, models: { ...state.models, guide } });

    expect(onlyJob(loading).deed).toMatchObject({ type: "load", keepAlive: sent });
  });
});

describe("a load of LM Studio", () => {
  const tuning = { context: toldContext({ plan: 49_152, build: 65_536 }) };
  const studio = sampleRuntime("lmstudio", {
    address: { tuning },
    installed: [sampleInstalled("m", { maxContext: 131_072 })],
  });

  it("asks for the context that the settings want for the modes it is for", () => {
    const plain = plainState({ runtimes: [studio] });
    const wishes = { build: { model: "lmstudio/m", source: { from: "pick" } } } as const;
    const shared = { ...plain, models: { ...plain.models, wishes } };
    const deed = (state: State, context?: number) =>
      onlyJob(begin(state, { model: "lmstudio/m", ...(context ? { context } : {}) })[0]).deed;

    expect(deed(plain)).toEqual({ type: "load", model: "m", context: 49_152 });
    expect(deed(shared)).toEqual({ type: "load", model: "m", context: 65_536 });
    expect(deed(shared, 32_768)).toEqual({ type: "load", model: "m", context: 32_768 });
  });
});

describe("a switch and the agent", () => {
  it("waits until the answer is written", () => {
    const working = withPane(plainState(), "plan", { activity: busy });
    const loading = begun(working);
    const [waiting] = after(loading, jobDone(loading));
    expect(stepOf(waiting)).toBe("waiting");

    const report = { type: "activity", activity: idle } as const;
    const [applying, effects] = after(waiting, { type: "agent-report", mode: "plan", report });

    expect(stepOf(applying)).toBe("applying");
    expect(deeds(effects)).toEqual(["apply-model"]);
  });

  it("waits while the agent asks for a permission, and is not woken by another mode", () => {
    const asks = { type: "permission", since: now, count: 1, detail: "" } as const;
    const loading = begun(withPane(plainState(), "plan", { activity: asks }));
    const report = { type: "activity", activity: idle } as const;

    const [waiting] = after(loading, jobDone(loading), {
      type: "agent-report",
      mode: "build",
      report,
    });

    expect(stepOf(waiting)).toBe("waiting");
  });

  it("waits for an agent that starts until it answers", () => {
    const process = { type: "starting", since: now, pid: 1 } as const;
    const loading = begun(
      withPane(plainState(), "plan", { process, activity: { type: "unknown" } }),
    );
    const [waiting] = after(loading, jobDone(loading));
    expect(stepOf(waiting)).toBe("waiting");

    const [drawn] = after(waiting, { type: "pane-first-output", mode: "plan" });
    expect(stepOf(drawn)).toBe("waiting");
    const report = { type: "activity", activity: idle } as const;
    const [applying] = after(drawn, { type: "agent-report", mode: "plan", report });
    expect(stepOf(applying)).toBe("applying");
  });

  it("starts the agent again where it cannot be given the model live", () => {
    const loading = begun(plainState());
    const [done, effects] = after(loading, jobDone(loading), applied({ live: false }));

    expect(done.panes.plan).toMatchObject({
      process: { type: "stopping", restart: true },
      adopts: true,
      wantedModel: other,
      session: { id: "ses_1" },
    });
    expect(done.panes.plan.model).toBeUndefined();
    expect(deeds(effects)).toEqual(["apply-model", "save-picks", "stop-agent"]);
    expect(saves(effects)[0]?.picks.plan).toEqual({ model: other, fresh: true });

    const ready = { type: "ready", version: "1", agent: "plan", model: other } as const;
    const [started, later] = after(done, { type: "agent-report", mode: "plan", report: ready });
    expect(started.panes.plan.adopts).toBeUndefined();
    expect(saves(later)[0]?.picks.plan).toEqual({ model: other });
  });

  it.each(["waiting", "exited", "stopping"] as const)(
    "is for the next start of an agent that is %s",
    (type) => {
      const process = {
        waiting: { type: "waiting" },
        exited: { type: "exited", at: now, ranFor: 1, exit: { code: 0 }, byHand: false },
        stopping: { type: "stopping", since: now, pid: 1, restart: true },
      } as const;
      const loading = begun(withPane(plainState(), "plan", { process: process[type] }));

      const [done, effects] = after(loading, jobDone(loading));

      expect(stepOf(done)).toBeUndefined();
      expect(done.panes.plan).toMatchObject({ wantedModel: other, adopts: true });
      expect(deeds(effects)).toEqual(["save-picks"]);
    },
  );

  it("lets an agent answer what it was asked in the meantime before it starts it again", () => {
    const loading = begun(plainState());
    const asked = {
      type: "agent-report",
      mode: "plan",
      report: { type: "activity", activity: busy },
    } as const;
    const [waiting, effects] = after(loading, jobDone(loading), asked, applied({ live: false }));

    expect(stepOf(waiting)).toBe("waiting");
    expect(deeds(effects)).toEqual(["apply-model"]);
    expect(waiting.panes.plan.process.type).toBe("running");

    const answered = { ...asked, report: { type: "activity", activity: idle } } as const;
    expect(stepOf(after(waiting, answered)[0])).toBe("applying");
  });

  it("starts an agent that could not start", () => {
    const failed = { type: "failed", at: now, problem } as const;
    const loading = begun(withPane(plainState(), "plan", { process: failed }));

    const [done, effects] = after(loading, jobDone(loading));

    expect(done.panes.plan).toMatchObject({ process: { type: "waiting" }, wantedModel: other });
    expect(deeds(effects)).toEqual(["save-picks", "start-agents"]);
  });

  it("is for the next start when the agent ends while it is given the model", () => {
    const loading = begun(plainState());
    const ends = {
      type: "pane-exited",
      mode: "plan",
      exit: { code: 0 },
      sessionLost: false,
    } as const;

    const [done] = after(loading, jobDone(loading), ends, applied({ live: false, problem }));

    expect(done.panes.plan).toMatchObject({ process: { type: "exited" }, wantedModel: other });
    expect(done.models.picks.plan).toEqual({ model: other });
  });

  it("is for the next start when the agent ends while the model waits for it", () => {
    const loading = begun(withPane(plainState(), "plan", { activity: busy }));
    const ends = {
      type: "pane-exited",
      mode: "plan",
      exit: { code: 1 },
      sessionLost: false,
    } as const;

    const [done] = after(loading, jobDone(loading), ends);

    expect(stepOf(done)).toBeUndefined();
    expect(done.panes.plan).toMatchObject({ wantedModel: other, adopts: true });
  });

  it("happens at once when a mode is restarted that waits for it", () => {
    const loading = begun(withPane(plainState(), "plan", { activity: busy }));
    const [asked] = after(loading, jobDone(loading), { type: "action", action: "restart" });
    expect(asked.overlay).toMatchObject({
      confirm: { deed: "restart", details: [expect.anything(), "It goes on with other:8b."] },
    });

    const [done, effects] = after(asked, { type: "overlay-key", chord: "y", text: "y" });

    expect(done.models.switches).toEqual({});
    expect(done.panes.plan).toMatchObject({ wantedModel: other, adopts: true });
    expect(deeds(effects)).toEqual(["save-picks", "stop-agent"]);
  });

  it("is not disturbed by a restart while the model is loaded", () => {
    const [state] = after(begun(plainState()), { type: "action", action: "restart" });

    expect(stepOf(state)).toBe("warming");
    expect(state.panes.plan.process.type).toBe("stopping");
  });

  it("is refused where a plain command runs", () => {
    const state = withPane(plainState(), "plan", { kind: "command", label: "bash" });
    const modes = { ...state.settings.modes, plan: { command: ["bash"], env: {} } };

    const [same, effects] = begin({ ...state, settings: { ...state.settings, modes } });

    expect(same.models.switches).toEqual({});
    expect(same.notice).toMatchObject({ text: "plan runs bash, which has no model" });
    expect(deeds(effects)).toEqual([]);
  });
});

describe("a switch that does not work out", () => {
  it.each<[string, (state: State) => Happening]>([
    [
      "the load fails",
      (state) => ({ type: "job-ended", id: onlyJob(state).id, end: "failed", problem }),
    ],
    [
      "the load fails without a word",
      (state) => ({ type: "job-ended", id: onlyJob(state).id, end: "failed" }),
    ],
  ])("leaves the mode its model when %s", (_title, ends) => {
    const loading = begun(plainState());

    const [failed, effects] = after(loading, ends(loading));

    expect(stepOf(failed)).toBe("failed");
    expect(failed.models.picks.plan).toEqual({ model: base });
    expect(failed.panes.plan).toEqual(loading.panes.plan);
    expect(failed.notice).toMatchObject({ level: "error" });
    expect(failed.notice?.text).toContain("plan stays with");
    expect(failed.notice?.remedy).toBeTruthy();
    expect(deeds(effects)).toEqual(["save-picks"]);
    expect(saves(effects)[0]?.picks.plan).toEqual({ model: base });
  });

  it("leaves the mode its model when the agent cannot be given another", () => {
    const loading = begun(plainState());

    const [failed, effects] = after(loading, jobDone(loading), applied({ live: false, problem }));

    expect(stepOf(failed)).toBe("failed");
    expect(failed.panes.plan.process.type).toBe("running");
    expect(deeds(effects)).toEqual(["apply-model", "save-picks"]);
  });

  it("is forgotten with its notice", () => {
    const loading = begun(plainState());
    const ends = { type: "job-ended", id: onlyJob(loading).id, end: "failed", problem } as const;

    expect(after(loading, ends, { type: "notice-over" })[0].models.switches).toEqual({});
  });

  it("can be tried again at once", () => {
    const loading = begun(plainState());
    const ends = { type: "job-ended", id: onlyJob(loading).id, end: "failed", problem } as const;

    expect(stepOf(begun(after(loading, ends)[0]))).toBe("warming");
  });

  it("is cancelled with its load", () => {
    const loading = begun(plainState());

    const [cancelled, effects] = after(loading, { type: "switch-cancelled", mode: "plan" });

    expect(cancelled.models).toMatchObject({
      switches: {},
      jobs: [],
      picks: { plan: { model: base } },
    });
    expect(deeds(effects)).toEqual(["cancel-job", "save-picks"]);
    expect(cancelled.notice?.text).toBe("plan stays with qwen3-coder:30b");
    const late = { type: "job-ended", id: onlyJob(loading).id, end: "cancelled" } as const;
    expect(after(cancelled, late)[1]).toEqual([]);
  });

  it("ends when its job is cancelled", () => {
    const loading = begun(plainState());

    expect(after(loading, jobDone(loading, "cancelled"))[0].models.switches).toEqual({});
  });

  it("is nothing to cancel where there is none", () => {
    const state = plainState();

    expect(after(state, { type: "switch-cancelled", mode: "plan" })).toEqual([state, []]);
  });
});

describe("several switches", () => {
  it("make way for a newer one of the same mode", () => {
    const first = begun(plainState());

    const [second, effects] = begin(first, { model: "ollama/third" });

    expect(deeds(effects)).toEqual(["cancel-job", "run-job"]);
    expect(onlyJob(second).deed).toMatchObject({ model: "third" });
    const late = { type: "job-ended", id: onlyJob(first).id, end: "done" } as const;
    expect(after(second, late)[0]).toEqual({ ...second, now });
  });

  it("do not take the answer of the one before for their own", () => {
    const first = begun(plainState());
    const [applying] = after(first, jobDone(first));
    const second = begun(applying, { model: "ollama/third" });

    expect(stepOf(after(second, applied())[0])).toBe("warming");
    const [again] = after(second, jobDone(second), applied());
    expect(stepOf(again)).toBe("applying");
  });

  it("are one when they have the same aim", () => {
    const first = begun(plainState());

    expect(begin(first)).toEqual([first, []]);
  });

  it("of two modes share a load, and go their ways", () => {
    const [both, effects] = begin(begun(plainState()), {}, "build");
    expect(effects).toEqual([]);

    const [one, cancels] = after(both, { type: "switch-cancelled", mode: "plan" });
    expect(deeds(cancels)).toEqual(["save-picks"]);
    expect(stepOf(one, "build")).toBe("warming");

    const [done, applies] = after(both, jobDone(both));
    expect([stepOf(done, "plan"), stepOf(done, "build")]).toEqual(["applying", "applying"]);
    expect(applies).toEqual([
      { type: "apply-model", mode: "plan" },
      { type: "apply-model", mode: "build" },
    ]);
  });

  it("of two modes to two models do not wait for each other", () => {
    const [both] = begin(begun(plainState()), { model: "ollama/third" }, "build");
    const [of, build] = both.models.jobs;
    if (!of || !build) throw new Error("two jobs run");

    const [state] = after(both, { type: "job-ended", id: build.id, end: "done" });

    expect([stepOf(state, "plan"), stepOf(state, "build")]).toEqual(["warming", "applying"]);
  });
});

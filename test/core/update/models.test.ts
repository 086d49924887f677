import { describe, expect, it } from "vitest";
import type { Happening } from "../../../src/core/message.ts";
import { type ModelsSetup, noGuide } from "../../../src/core/models.ts";
import type { RuntimeState } from "../../../src/core/runtime.ts";
import type { State } from "../../../src/core/state.ts";
import {
  downLlamaServer,
  sampleInstalled,
  sampleMemory,
  sampleModelsState,
  sampleRuntime,
} from "../../fakes/sample-models.ts";
import {
  sampleNow as now,
  sampleState,
  sampleSummary,
  withPane,
} from "../../fakes/sample-state.ts";
import { after, deeds, jobDone, onlyJob } from "./steps.ts";

const ollama = sampleRuntime("ollama", {
  installed: [sampleInstalled("base:8b"), sampleInstalled("other:8b")],
});
const lmstudio = sampleRuntime("lmstudio");
const mlx = sampleRuntime("mlx");

function setUp(addresses: readonly RuntimeState[], changes: Partial<ModelsSetup> = {}): Happening {
  const setup: ModelsSetup = {
    addresses: addresses.map(({ address }) => address),
    guide: noGuide,
    opencodeModels: [],
    opencodeDefaults: {},
    ...changes,
  };
  return { type: "models-set-up", setup };
}

function changed(runtime: RuntimeState): Happening {
  return { type: "runtime-changed", runtime };
}

function ids({ models }: State): readonly string[] {
  return models.runtimes.map(({ address }) => address.id);
}

const pick = { model: "ollama/base:8b" };

function picked(changes: Parameters<typeof sampleModelsState>[0] = {}): State {
  return sampleModelsState({
    runtimes: [ollama],
    wishes: {},
    picks: { plan: pick, build: pick, review: pick },
    recent: [pick.model],
    memory: { ...sampleMemory, usedBytes: 0 },
    ...changes,
  });
}

describe("the runtimes", () => {
  it("are set up when the environment is there, before the agents start", () => {
    const environment: State["environment"] = {
      type: "loading",
      since: now,
      progress: {
        activity: "",
        builds: { done: 0, expected: 0 },
        fetches: { done: 0, expected: 0 },
        bytes: { done: 0, expected: 0 },
      },
    };

    const [, effects] = after(sampleState({ environment }), {
      type: "environment-ready",
      summary: sampleSummary,
    });

    expect(deeds(effects)).toEqual(["set-up-models", "start-agents"]);
  });

  it("are set up anew when the environment changes", () => {
    const changes = { type: "environment-changed", summary: sampleSummary } as const;

    expect(deeds(after(sampleState(), changes)[1])).toEqual(["set-up-models"]);
  });

  it("are set up anew when the settings of runtimes change, not those of keys", () => {
    const state = sampleState();
    const { settings } = state;
    const runtimes = { ollama: { url: "http://gpu:11434", from: "project" } } as const;
    const change = (changes: Partial<State["settings"]>) =>
      deeds(after(state, { type: "settings-changed", settings: { ...settings, ...changes } })[1]);

    expect(change({ runtimes })).toEqual(["set-up-models"]);
    expect(change({ memoryBudgetBytes: 1 })).toEqual(["set-up-models"]);
    expect(change({ keys: { prefix: "ctrl+b", bindings: {} } })).toEqual([]);
  });

  it("stand in the order of the addresses, whichever answers first", () => {
    const [state] = after(
      sampleState(),
      setUp([ollama, lmstudio, mlx]),
      changed(mlx),
      changed(ollama),
      changed(lmstudio),
    );

    expect(ids(state)).toEqual(["ollama", "lmstudio", "mlx"]);
  });

  it("are replaced in their place", () => {
    const renewed = { ...lmstudio, version: "0.4.3" };
    const [state] = after(
      sampleState(),
      setUp([ollama, lmstudio, mlx]),
      changed(mlx),
      changed(ollama),
      changed(lmstudio),
      changed(renewed),
    );

    expect(state.models.runtimes).toEqual([ollama, renewed, mlx]);
  });

  it("are forgotten when nobody asks them any more, and kept when they stay where they are", () => {
    const moved = { ...mlx, address: { ...mlx.address, url: "http://127.0.0.1:9000" } };
    const [state] = after(
      sampleState(),
      setUp([ollama, lmstudio, mlx]),
      changed(ollama),
      changed(lmstudio),
      changed(mlx),
      setUp([ollama, moved]),
    );

    expect(state.models.runtimes).toEqual([ollama]);
  });

  it("keep what was asked for one model", () => {
    const bare = sampleInstalled("other:8b", { described: false });
    const state = picked({ runtimes: [{ ...ollama, installed: [bare] }] });
    const model = { ...bare, described: true, tools: false };

    const [known] = after(state, { type: "model-described", runtime: "ollama", model });

    expect(known.models.runtimes[0]?.installed).toEqual([model]);
    const unknown = { type: "model-described", runtime: "gone", model } as const;
    expect(after(state, unknown)).toEqual([state, []]);
  });

  it("and the memory are known as they were last told", () => {
    const [state] = after(
      picked(),
      { type: "memory-measured", memory: sampleMemory },
      { type: "models-used-elsewhere", models: ["http://127.0.0.1:11434 base:8b"] },
    );

    expect(state.models).toMatchObject({
      memory: sampleMemory,
      usedElsewhere: ["http://127.0.0.1:11434 base:8b"],
    });
  });
});

describe("the wishes", () => {
  it("follow from what is picked, once a runtime has answered", () => {
    const [state] = after(
      picked({ runtimes: [], surveyed: false }),
      setUp([ollama]),
      changed(ollama),
      { type: "runtimes-surveyed" },
    );

    expect(state.models.surveyed).toBe(true);
    expect(state.models.wishes.plan).toEqual({ ...pick, source: { from: "pick" } });
    expect(state.panes.plan.wantedModel).toBe(pick.model);
  });

  it("are chosen where nobody said anything, and stay so", () => {
    const small = sampleInstalled("small:1b", { sizeBytes: 1e9, ownContext: 65_536 });
    const large = sampleInstalled("large:8b", { sizeBytes: 5e9, ownContext: 65_536 });
    const without = (installed: RuntimeState["installed"]) => ({ ...ollama, installed });
    const begin = picked({ picks: {}, recent: [], runtimes: [], surveyed: false });
    const [chosen] = after(begin, setUp([ollama]), changed(without([small])), {
      type: "runtimes-surveyed",
    });
    expect(chosen.models.wishes.build).toMatchObject({
      model: "ollama/small:1b",
      source: { from: "chosen" },
    });

    const [more] = after(chosen, changed(without([small, large])));
    expect(more.models.wishes.build?.model).toBe("ollama/small:1b");

    const [other] = after(more, changed(without([large])));
    expect(other.models.wishes.build?.model).toBe("ollama/large:8b");
  });

  it("are told an agent that started before they were known, with nothing loaded for it", () => {
    const begin = picked({ picks: {}, recent: [], runtimes: [], surveyed: false });
    const { wantedModel: _, model: __, ...build } = begin.panes.build;
    const early = { ...begin, panes: { ...begin.panes, build } };
    const installed = [sampleInstalled("small:1b", { sizeBytes: 1e9, ownContext: 65_536 })];

    const [state, effects] = after(early, setUp([ollama]), changed({ ...ollama, installed }), {
      type: "runtimes-surveyed",
    });

    expect(deeds(effects)).toEqual(["apply-model"]);
    expect(state.models.switches.build).toMatchObject({
      forWish: true,
      step: { type: "applying" },
    });
    const model = "ollama/small:1b";
    const [told, saves] = after(state, { type: "model-applied", mode: "build", model, live: true });
    expect(told.models).toMatchObject({ switches: {}, picks: {}, recent: [] });
    expect(told.panes.build.model).toBe(model);
    expect(deeds(saves)).toEqual(["save-picks"]);
  });

  it("are not told an agent that uses its own model anyway", () => {
    const begin = picked({ picks: {}, recent: [], runtimes: [], surveyed: false });
    const { wantedModel: _, model: __, ...plan } = begin.panes.plan;
    const { wantedModel: ___, ...build } = begin.panes.build;
    const panes = { ...begin.panes, plan, build: { ...build, model: "ollama/base:8b" } };
    const opencodeDefaults = { plan: "anthropic/claude", build: "ollama/base:8b" };

    const [state, effects] = after({ ...begin, panes }, setUp([ollama], { opencodeDefaults }));

    expect(state.panes.plan.wantedModel).toBe("anthropic/claude");
    expect(effects).toEqual([]);
  });

  it("fall back visibly when the model is gone, and say so once", () => {
    const [known] = after(picked({ picks: { plan: pick } }), changed(ollama));
    const installed = [sampleInstalled("other:8b", { sizeBytes: 1e9, ownContext: 65_536 })];
    const rest = { ...ollama, installed };

    const [fallen] = after(known, changed(rest));

    expect(fallen.models.wishes.plan).toMatchObject({
      model: "ollama/other:8b",
      insteadOf: "ollama/base:8b",
    });
    expect(fallen.panes.plan.wantedModel).toBe("ollama/other:8b");
    expect(fallen.notice).toMatchObject({ level: "warning" });
    expect(fallen.notice?.text).toContain("ollama/base:8b is not installed");
    const [silent] = after(fallen, { type: "notice-over" }, changed({ ...rest, version: "2" }));
    expect(silent.notice).toBeUndefined();
  });

  it("stay while the runtime is down", () => {
    const [known] = after(picked(), changed(ollama));
    const { connection } = downLlamaServer;

    const [down] = after(known, changed({ ...ollama, connection, installed: [] }));

    expect(down.models.wishes).toEqual(known.models.wishes);
    expect(down.notice).toBeUndefined();
  });

  it("are none of a mode that runs a plain command", () => {
    const base = picked();
    const modes = { ...base.settings.modes, plan: { command: ["bash"], env: {} } };
    const state = { ...base, settings: { ...base.settings, modes } };

    expect(after(state, changed(ollama))[0].panes.plan.wantedModel).toBeUndefined();
  });

  it("change with the settings", () => {
    const [known] = after(picked({ picks: {} }), changed(ollama));
    const { settings } = known;
    const build = { env: {}, model: "ollama/other:8b", modelFrom: "project" } as const;

    const [state] = after(known, {
      type: "settings-changed",
      settings: { ...settings, modes: { ...settings.modes, build } },
    });

    expect(state.models.wishes.build?.source).toEqual({ from: "project" });
    expect(state.panes.build.wantedModel).toBe("ollama/other:8b");
  });
});

describe("jobs", () => {
  const deed = { type: "load", model: "other:8b" } as const;
  const running = (): State => picked({ jobs: [{ id: "1", runtime: "ollama", deed, since: now }] });

  it("tell how far they are", () => {
    const [state] = after(running(), { type: "job-progressed", id: "1", progress: 0.4 });

    expect(onlyJob(state).progress).toBe(0.4);
    const unknown = { type: "job-progressed", id: "2", progress: 0.4 } as const;
    expect(after(state, unknown)).toEqual([state, []]);
    const same = { type: "job-progressed", id: "1", progress: 0.4 } as const;
    expect(after(state, same)).toEqual([state, []]);
  });

  it.each([
    [deed, "other:8b is loaded"],
    [{ type: "unload", model: "other:8b", instance: "x" } as const, "other:8b is unloaded"],
    [
      { type: "keep-alive", model: "other:8b", keepAlive: "30m" } as const,
      "other:8b stays loaded for 30m after each request",
    ],
    [{ type: "keep-alive", model: "other:8b", keepAlive: "-1" } as const, "other:8b stays loaded"],
    [{ type: "derive", from: "a", model: "b\u001b[2J", context: 1 } as const, "b is made"],
  ])("say when they are done: %j", (what, text) => {
    const state = picked({ jobs: [{ id: "1", runtime: "ollama", deed: what, since: now }] });

    const [done] = after(state, jobDone(state));

    expect(done.models.jobs).toEqual([]);
    expect(done.notice).toMatchObject({ level: "info", text });
  });

  it("say that a time set on another machine holds for all who use it", () => {
    const box = { ...ollama, address: { ...ollama.address, local: false } };
    const what = { type: "keep-alive", model: "other:8b", keepAlive: "-1" } as const;
    const job = { id: "1", runtime: "ollama", deed: what, since: now };

    const [done] = after(picked({ runtimes: [box], jobs: [job] }), {
      type: "job-ended",
      id: "1",
      end: "done",
    });

    expect(done.notice?.text).toBe("other:8b stays loaded, for all who use that machine");
  });

  it("say why they failed", () => {
    const problem = {
      code: "model/out-of-memory",
      message: "no room",
      remedy: "unload x",
    } as const;

    const [failed] = after(running(), { type: "job-ended", id: "1", end: "failed", problem });

    expect(failed.models.jobs).toEqual([]);
    expect(failed.notice).toMatchObject({ level: "error", text: "no room", remedy: "unload x" });
  });

  it("end without a word when they are cancelled", () => {
    const [cancelled] = after(running(), { type: "job-ended", id: "1", end: "cancelled" });

    expect(cancelled.models.jobs).toEqual([]);
    expect(cancelled.notice).toBeUndefined();
  });
});

describe("picks from the command line", () => {
  function chosen(model: string | undefined, mode = "plan"): Happening {
    const picks = { plan: pick, build: pick, review: pick, [mode]: model ? { model } : undefined };
    return { type: "picks-changed", saved: { picks, recent: ["ollama/other:8b", pick.model] } };
  }

  it("are switched to as those of the keyboard are", () => {
    const [state, effects] = after(picked(), chosen("ollama/other:8b"));

    expect(state.models.switches.plan).toMatchObject({
      plan: { model: "ollama/other:8b" },
      step: { type: "warming" },
    });
    expect(state.models.switches.build).toBeUndefined();
    expect(state.models.recent[0]).toBe("ollama/other:8b");
    expect(deeds(effects)).toEqual(["run-job"]);
  });

  it("change nothing that is under way or done already", () => {
    const [once] = after(picked(), chosen("ollama/other:8b"));
    expect(deeds(after(once, chosen("ollama/other:8b"))[1])).toEqual([]);

    const [same, effects] = after(picked(), chosen(pick.model));
    expect(same.models.switches).toEqual({});
    expect(effects).toEqual([]);
  });

  it("of two modes do not lose each other", () => {
    const other = { model: "ollama/other:8b" };
    const both = { picks: { plan: other, build: other, review: pick }, recent: [] };
    const [one] = after(picked(), chosen("ollama/other:8b"));

    const [two] = after(one, { type: "picks-changed", saved: both });

    expect(Object.keys(two.models.switches)).toEqual(["plan", "build"]);
  });

  it("can be taken back: the mode is given what it is meant to use without them", () => {
    const base = picked();
    const plan = { env: {}, model: "ollama/other:8b", modelFrom: "project" } as const;
    const settings = { ...base.settings, modes: { ...base.settings.modes, plan } };
    const [known] = after({ ...base, settings }, changed(ollama));

    const [loading] = after(known, chosen(undefined));
    expect(loading.models.picks.plan).toBeUndefined();
    expect(loading.models.switches.plan).toMatchObject({ forWish: true });

    const applied = {
      type: "model-applied",
      mode: "plan",
      model: "ollama/other:8b",
      live: true,
    } as const;
    const [done] = after(loading, jobDone(loading), applied);
    expect(done.models.picks.plan).toBeUndefined();
    expect(done.models.wishes.plan?.source).toEqual({ from: "project" });
    expect(done.panes.plan.model).toBe("ollama/other:8b");
  });

  it("cancel a switch to something else", () => {
    const [first] = after(picked(), chosen("ollama/other:8b"));

    const [second, effects] = after(first, chosen("ollama/third"));

    expect(deeds(effects)).toEqual(["cancel-job", "run-job"]);
    expect(second.models.switches.plan?.plan.model).toBe("ollama/third");
  });

  it("are for the next start of a mode that does not run", () => {
    const process = { type: "exited", at: now, ranFor: 1, exit: {}, byHand: true } as const;
    const state = withPane(picked(), "plan", { process });
    const [loading] = after(state, chosen("ollama/other:8b"));

    const [done, effects] = after(loading, jobDone(loading));

    expect(done.panes.plan).toMatchObject({ wantedModel: "ollama/other:8b", adopts: true });
    expect(deeds(effects)).toEqual(["save-picks"]);
  });
});

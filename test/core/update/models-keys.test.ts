import { describe, expect, it } from "vitest";
import {
  filterModelRows,
  modelRows,
  runtimeRows,
  switchOptions,
} from "../../../src/core/model-rows.ts";
import type { RuntimeState } from "../../../src/core/runtime.ts";
import type { Overlay, State } from "../../../src/core/state.ts";
import {
  downLlamaServer,
  sampleInstalled,
  sampleLoaded,
  sampleMemory,
  sampleModelsState,
  sampleRuntime,
} from "../../fakes/sample-models.ts";
import { sampleNow as now, withPane } from "../../fakes/sample-state.ts";
import { after, deeds, jobDone, key, keys, onlyJob } from "./steps.ts";

const ready = { ownContext: 65_536, sizeBytes: 1e9 };
const alpha = sampleInstalled("alpha:8b", ready);
const bravo = sampleInstalled("bravo:8b", ready);
const mute = sampleInstalled("mute:8b", { ...ready, tools: false });
const small = sampleInstalled("small:8b", { sizeBytes: 1e9, ownContext: 4096 });

const ollama = sampleRuntime("ollama", { installed: [alpha, bravo, mute, small] });

function state(
  changes: Parameters<typeof sampleModelsState>[0] = {},
  others: Partial<State> = {},
): State {
  const memory = { ...sampleMemory, usedBytes: 0, devices: [] };
  return sampleModelsState(
    { runtimes: [ollama], wishes: {}, picks: {}, recent: [], memory, ...changes },
    { focus: "build", ...others },
  );
}

function picker(changes: Partial<Extract<Overlay, { type: "model-picker" }>> = {}): Overlay {
  return {
    type: "model-picker",
    mode: "build",
    query: "",
    selected: 0,
    arithmetic: false,
    ...changes,
  };
}

function picking(changes: Parameters<typeof state>[0] = {}, overlay = picker()): State {
  return state(changes, { overlay });
}

/** The picker with the selection on a model. */
function on(name: string, changes: Parameters<typeof state>[0] = {}): State {
  const begun = picking(changes);
  const selected = modelRows(begun).findIndex((row) => row.name === name);
  return { ...begun, overlay: picker({ selected }) };
}

describe("the picker", () => {
  it("opens for the focused mode with what is known, and asks for news", () => {
    const [opened, effects] = after(state(), { type: "action", action: "pick-model" });

    expect(opened.overlay).toEqual(picker());
    expect(effects).toEqual([
      { type: "refresh-runtimes" },
      { type: "start-timer", name: "picker", ms: 150, message: { type: "picker-rested" } },
    ]);
  });

  it("does not open for a plain command", () => {
    const base = withPane(state(), "build", { kind: "command", label: "bash" });
    const modes = { ...base.settings.modes, build: { command: ["bash"], env: {} } };

    const [same] = after(
      { ...base, settings: { ...base.settings, modes } },
      { type: "action", action: "pick-model" },
    );

    expect(same.overlay).toBeUndefined();
    expect(same.notice?.text).toContain("has no model");
  });

  it.each([
    [["down"], 1],
    [["down", "ctrl+n", "up"], 1],
    [["up"], 0],
    [["end"], 3],
    [["pagedown"], 3],
    [["end", "ctrl+p", "ctrl+p"], 1],
    [["end", "pageup"], 0],
    [["end", "home"], 0],
    [["end", "down"], 3],
  ])("moves by %j to %i", (chords, selected) => {
    expect(after(picking(), ...keys(...chords))[0].overlay).toMatchObject({ selected });
  });

  it("filters by what is typed and pasted", () => {
    const [typed] = after(picking({}, picker({ selected: 2 })), ...keys("b", "r"));
    expect(typed.overlay).toMatchObject({ query: "br", selected: 0 });

    const [pasted] = after(typed, key("paste", "avo"));
    expect(pasted.overlay).toMatchObject({ query: "bravo" });
    const [edited] = after(pasted, key("backspace"), key("ctrl+w"));
    expect(edited.overlay).toMatchObject({ query: "" });
    expect(after(picking(), ...keys("j", "q"))[0].overlay).toMatchObject({ query: "jq" });
  });

  it("closes one level with esc, all with ctrl+c", () => {
    const typed = picking({}, picker({ query: "br", selected: 1 }));

    const [cleared] = after(typed, key("esc"));
    expect(cleared.overlay).toEqual(picker());
    const [closed, effects] = after(cleared, key("esc"));
    expect(closed.overlay).toBeUndefined();
    expect(effects).toEqual([{ type: "stop-timer", name: "picker" }]);
    expect(after(typed, key("ctrl+c"))[0].overlay).toBeUndefined();
  });

  it("shows and hides the arithmetic", () => {
    expect(after(picking(), key("tab"))[0].overlay).toMatchObject({ arithmetic: true });
    expect(after(picking(), ...keys("tab", "tab"))[0].overlay).toMatchObject({ arithmetic: false });
  });

  it("switches to the selected model", () => {
    const [done, effects] = after(on("bravo:8b"), key("enter"));

    expect(done.overlay).toBeUndefined();
    expect(done.models.switches.build).toMatchObject({
      plan: { model: "ollama/bravo:8b", unloadFirst: [] },
    });
    expect(deeds(effects)).toEqual(["run-job"]);
  });

  it("switches to what is found, also beyond its end", () => {
    const begun = picking({}, picker({ query: "alpha", selected: 3 }));
    expect(filterModelRows(modelRows(begun), "alpha")).toHaveLength(1);

    const [done] = after(begun, key("enter"));

    expect(done.models.switches.build?.plan.model).toBe("ollama/alpha:8b");
  });

  it("does nothing where nothing is found", () => {
    const begun = picking({}, picker({ query: "nothing like it" }));

    expect(after(begun, key("enter"))).toEqual([begun, []]);
  });

  it("says why a model cannot be picked, and what its runtime needs", () => {
    const { connection } = downLlamaServer;
    const [same] = after(on("alpha:8b", { runtimes: [{ ...ollama, connection }] }), key("enter"));

    expect(same.overlay?.type).toBe("model-picker");
    expect(same.notice?.text).toBe("Ollama does not answer");
    expect(connection).toMatchObject({ problem: { remedy: same.notice?.remedy } });
  });

  it("wants a yes for a model without tools", () => {
    const [asked] = after(on("mute:8b"), key("enter"));
    expect(asked.overlay).toMatchObject({ confirm: { deed: "switch-model", mode: "build" } });
    expect(asked.models.switches).toEqual({});

    expect(after(asked, key("n"))[0].models.switches).toEqual({});
    expect(after(asked, key("n"))[0].overlay).toBeUndefined();
    const [yes] = after(asked, key("y"));
    expect(yes.models.switches.build?.plan.model).toBe("ollama/mute:8b");
  });

  it("offers the ways when there are several", () => {
    const [opened] = after(on("small:8b"), key("enter"));

    expect(opened.overlay).toMatchObject({ type: "switch-options", model: "ollama/small:8b" });
    expect(opened.models.switches).toEqual({});
  });
});

describe("the details of a model", () => {
  const bare = { ...alpha, described: false };
  const runtimes: readonly RuntimeState[] = [{ ...ollama, installed: [bare, bravo] }];
  const described = { type: "model-described", runtime: "ollama", model: alpha } as const;
  const question = { type: "describe-model", runtime: "ollama", model: "alpha:8b" };

  it("are asked for when the selection rests on it", () => {
    const [, effects] = after(on("alpha:8b", { runtimes }), { type: "picker-rested" });

    expect(effects).toEqual([question]);
    expect(after(on("bravo:8b", { runtimes }), { type: "picker-rested" })[1]).toEqual([]);
    expect(after(state({ runtimes }), { type: "picker-rested" })[1]).toEqual([]);
  });

  it("are awaited before it is switched to", () => {
    const [waiting, effects] = after(on("alpha:8b", { runtimes }), key("enter"));
    expect(waiting.overlay).toMatchObject({ entered: "ollama/alpha:8b" });
    expect(effects).toMatchObject([question, { type: "start-timer", name: "picker" }]);

    const [done] = after(waiting, described);
    expect(done.overlay).toBeUndefined();
    expect(done.models.switches.build?.plan.model).toBe("ollama/alpha:8b");

    const mutes = { ...described, model: { ...alpha, tools: false } };
    expect(after(waiting, mutes)[0].overlay?.type).toBe("confirm");
  });

  it("are not awaited for ever", () => {
    const [done] = after(on("alpha:8b", { runtimes }), key("enter"), { type: "picker-rested" });

    expect(done.models.switches.build?.plan.model).toBe("ollama/alpha:8b");
  });

  it("are of no use any more when another key comes first", () => {
    const [moved] = after(on("alpha:8b", { runtimes }), key("enter"), key("down"));

    expect(moved.overlay).not.toHaveProperty("entered");
    expect(after(moved, described)[0].models.switches).toEqual({});
  });

  it("of one model do not choose another", () => {
    const [waiting] = after(on("alpha:8b", { runtimes }), key("enter"));
    const other = { type: "model-described", runtime: "ollama", model: bravo } as const;

    expect(after(waiting, other)[0].overlay).toMatchObject({ entered: "ollama/alpha:8b" });
  });
});

describe("the ways to switch", () => {
  const model = "ollama/small:8b";
  const overlay = {
    type: "switch-options",
    mode: "build",
    model,
    selected: 0,
    arithmetic: false,
  } as const;
  const choosing = (changes = {}) => state(changes, { overlay });

  it("are gone through and taken", () => {
    const options = switchOptions(choosing(), { mode: "build", model });
    expect(options.length).toBeGreaterThan(1);

    const [moved] = after(choosing(), ...keys("j", "j", "j", "j", "k", "down", "g", "down"));
    expect(moved.overlay).toMatchObject({ selected: 1 });
    const [done] = after(moved, key("enter"));

    expect(done.overlay).toBeUndefined();
    expect(done.models.switches.build?.plan).toEqual(options[1]?.plan);
  });

  it("make a variant when that is taken", () => {
    const [done] = after(choosing(), key("enter"));

    expect(onlyJob(done).deed).toMatchObject({ type: "derive", from: "small:8b" });
  });

  it("lead back to the model in the picker with esc", () => {
    const [back] = after(choosing(), key("esc"));

    const selected = modelRows(back).findIndex(({ ref }) => ref === model);
    expect(back.overlay).toEqual(picker({ selected }));
    expect(after(choosing(), key("q"))[0].overlay).toBeUndefined();
  });

  it("show their arithmetic", () => {
    expect(after(choosing(), key("tab"))[0].overlay).toMatchObject({ arithmetic: true });
  });

  it("never unload what another ai-rules uses", () => {
    const heavy = sampleInstalled("heavy:70b", { ...ready, sizeBytes: 30e9 });
    const loaded = [sampleLoaded("alpha:8b", { sizeBytes: 30e9, gpuBytes: 30e9 })];
    const runtimes = [{ ...ollama, loaded, installed: [alpha, heavy] }];
    const unloaded = (usedElsewhere: readonly string[]) =>
      switchOptions(state({ runtimes, usedElsewhere }), {
        mode: "build",
        model: "ollama/heavy:70b",
      }).flatMap(({ plan }) => plan.unloadFirst);

    expect(unloaded([]).map(({ model: name }) => name)).toEqual(["alpha:8b"]);
    expect(unloaded(["http://127.0.0.1:11434 alpha:8b"])).toEqual([]);
  });
});

describe("the list of models", () => {
  const loaded = [sampleLoaded("alpha:8b"), sampleLoaded("bravo:8b", { expiresAt: "never" })];
  const lmstudio = sampleRuntime("lmstudio", {
    loaded: [sampleLoaded("gemma")],
    installed: [sampleInstalled("gemma"), sampleInstalled("phi")],
  });
  const openai = sampleRuntime("openai", {
    address: { expected: true },
    installed: [sampleInstalled("remote")],
  });
  const runtimes = [{ ...ollama, loaded }, lmstudio, openai];

  function listing(row = "", changes: Parameters<typeof state>[0] = {}): State {
    const begun = state({ runtimes, ...changes });
    const found = runtimeRows(begun).findIndex(({ key: id }) => id.startsWith(row));
    const overlay = { type: "models", selected: Math.max(0, found), details: false } as const;
    return { ...begun, overlay };
  }

  it("opens with news on the way", () => {
    const [opened, effects] = after(state(), { type: "action", action: "models" });

    expect(opened.overlay).toEqual({ type: "models", selected: 0, details: false });
    expect(effects).toEqual([{ type: "refresh-runtimes" }]);
  });

  it("is gone through, and shows details one level above", () => {
    const count = runtimeRows(listing()).length;
    expect(after(listing(), ...keys("j", "down", "k"))[0].overlay).toMatchObject({ selected: 1 });
    expect(after(listing(), key("G"))[0].overlay).toMatchObject({ selected: count - 1 });
    expect(after(listing(), ...keys("G", "g"))[0].overlay).toMatchObject({ selected: 0 });

    const [details] = after(listing(), key("enter"));
    expect(details.overlay).toMatchObject({ details: true });
    expect(after(details, key("esc"))[0].overlay).toMatchObject({ details: false });
    expect(after(details, ...keys("esc", "esc"))[0].overlay).toBeUndefined();
    expect(after(details, key("q"))[0].overlay).toBeUndefined();
    expect(after(listing(), key("r"))[1]).toEqual([{ type: "refresh-runtimes" }]);
  });

  it("loads a model, and says where that is not to be done", () => {
    const [loading] = after(listing("ollama/small"), key("l"));
    expect(onlyJob(loading).deed).toEqual({ type: "load", model: "small:8b" });
    const [same] = after(loading, key("l"));
    expect(same.models.jobs).toHaveLength(1);

    expect(after(listing("ollama/alpha"), key("l"))[0].notice?.text).toBe("it is loaded");
    expect(after(listing("openai/remote"), key("l"))[0].notice?.text).toContain("loads by itself");
    expect(after(listing("ollama"), key("l"))[1]).toEqual([]);
  });

  it("unloads what nobody uses, and asks about the rest", () => {
    const [unloading] = after(listing("ollama/alpha"), key("u"));
    expect(onlyJob(unloading).deed).toMatchObject({ type: "unload", model: "alpha:8b" });
    expect(after(listing("ollama/small"), key("u"))[0].notice?.text).toBe("it is not loaded");

    const wishes = { plan: { model: "ollama/alpha:8b", source: { from: "pick" } } } as const;
    const [asked] = after(listing("ollama/alpha", { wishes }), key("u"));
    expect(asked.models.jobs).toEqual([]);
    expect(asked.overlay).toMatchObject({
      confirm: { deed: "run-job", details: ["Used by plan: the next request loads it again."] },
    });
    expect(deeds(after(asked, key("y"))[1])).toEqual(["run-job"]);

    const usedElsewhere = ["http://127.0.0.1:11434 alpha:8b"];
    const [shared] = after(listing("ollama/alpha", { usedElsewhere }), key("u"));
    expect(shared.overlay).toMatchObject({ confirm: { details: ["Another ai-rules uses it."] } });

    const remote = { ...ollama, loaded, address: { ...ollama.address, local: false } };
    const [away] = after(listing("ollama/alpha", { runtimes: [remote] }), key("u"));
    expect(away.overlay).toMatchObject({
      confirm: { details: ["It is on another machine: others may use it."] },
    });
  });

  it("keeps a model for longer with each press", () => {
    const kept = (expiresAt: number | "never" | undefined) => {
      const model = sampleLoaded("alpha:8b", expiresAt === undefined ? {} : { expiresAt });
      const { expiresAt: _, ...without } = model;
      const only = [{ ...ollama, loaded: [expiresAt === undefined ? without : model] }];
      const { deed } = onlyJob(after(listing("ollama/alpha", { runtimes: only }), key("t"))[0]);
      return deed.type === "keep-alive" ? deed.keepAlive : undefined;
    };

    expect([kept(undefined), kept(now + 299_000), kept(now + 1_700_000)]).toEqual([
      "5m",
      "30m",
      "30m",
    ]);
    expect([kept(now + 1_799_000), kept(now + 7_199_000), kept("never")]).toEqual([
      "2h",
      "-1",
      "5m",
    ]);
    expect(after(listing("lmstudio/gemma"), key("t"))[0].notice?.text).toContain("LM Studio");
  });

  it("copies the command that does the same by hand", () => {
    const unload = { type: "unload", model: "alpha:8b", instance: "alpha:8b" };
    expect(after(listing("ollama/alpha"), key("c"))[1]).toEqual([
      { type: "copy-by-hand", job: { runtime: "ollama", deed: unload } },
    ]);
    expect(after(listing("ollama/small"), key("c"))[1]).toEqual([
      {
        type: "copy-by-hand",
        job: { runtime: "ollama", deed: { type: "load", model: "small:8b" } },
      },
    ]);
  });

  it("says of a model that stays why it cannot be unloaded, and copies no command for it", () => {
    const alone = loaded.map((each) => ({ ...each, stays: true as const }));
    const begun = listing("ollama/alpha", { runtimes: [{ ...ollama, loaded: alone }] });

    for (const chord of ["u", "c"]) {
      const [said, effects] = after(begun, key(chord));

      expect(said.notice?.text).toMatch(/for as long as it runs: stop it/);
      expect(effects.map(({ type }) => type)).not.toContain("copy-by-hand");
      expect(said.models.jobs).toEqual([]);
    }
  });

  it("gives a model to the focused mode", () => {
    const [done] = after(listing("ollama/alpha"), key("m"));

    expect(done.overlay).toBeUndefined();
    expect(done.models.switches.build?.plan.model).toBe("ollama/alpha:8b");
  });

  it("cancels what is done with the selected model", () => {
    const [loading] = after(listing("ollama/small"), key("l"));
    const id = onlyJob(loading).id;

    const [cancelled, effects] = after(loading, key("x"));

    expect(cancelled.models.jobs).toEqual([]);
    expect(effects).toEqual([{ type: "cancel-job", id }]);
  });

  it("cancels the focused mode's switch, also while it waits for a busy agent", () => {
    const busy = withPane(on("bravo:8b"), "build", { activity: { type: "busy", since: now } });
    const [loading] = after(busy, key("enter"));
    const [waiting] = after(loading, jobDone(loading), { type: "action", action: "models" });
    expect(waiting.models.switches.build?.step.type).toBe("waiting");

    const [cancelled] = after(waiting, key("x"));

    expect(cancelled.models.switches).toEqual({});
    expect(cancelled.notice?.text).toContain("build stays with");
  });

  it("cancels a load together with the switch that waits for it", () => {
    const [loading] = after(on("bravo:8b"), key("enter"));
    const [listed] = after(loading, { type: "action", action: "models" });
    const selected = runtimeRows(listed).findIndex(({ key: id }) => id === "ollama/bravo:8b");
    const overlay = { type: "models", selected, details: false } as const;

    const [cancelled, effects] = after({ ...listed, overlay }, key("x"));

    expect(cancelled.models).toMatchObject({ switches: {}, jobs: [] });
    expect(deeds(effects)).toEqual(["cancel-job", "save-picks"]);
  });

  describe("with a model that is not described", () => {
    const { tools: _, ...bare } = { ...mute, described: false };
    const untold = { runtimes: [{ ...ollama, installed: [alpha, bare] }] };
    const question = { type: "describe-model", runtime: "ollama", model: "mute:8b" } as const;
    const described = { type: "model-described", runtime: "ollama", model: mute } as const;

    it("asks what it can do before it is picked, and then for a yes", () => {
      const [waiting, effects] = after(listing("ollama/mute", untold), key("m"));
      expect(effects).toMatchObject([question, { type: "start-timer", name: "picker" }]);
      expect(waiting.models.switches).toEqual({});

      const [asked] = after(waiting, described);
      expect(asked.overlay).toMatchObject({ confirm: { deed: "switch-model", mode: "build" } });
      expect(after(asked, key("y"))[0].models.switches.build?.plan.model).toBe("ollama/mute:8b");
    });

    it("wants a yes as well when nobody answers", () => {
      const waiting = [key("m"), { type: "picker-rested" }] as const;
      const [asked] = after(listing("ollama/mute", untold), ...waiting);

      expect(asked.overlay).toMatchObject({ confirm: { deed: "switch-model" } });
      expect(JSON.stringify(asked.overlay)).toContain("not been said yet");
    });

    it("gives that up for any other key", () => {
      const [moved] = after(listing("ollama/mute", untold), key("m"), key("z"), described);

      expect(moved.overlay).toEqual(listing("ollama/mute", untold).overlay);
      expect(moved.models.switches).toEqual({});
    });

    it("asks for what its details shall show", () => {
      expect(after(listing("ollama/mute", untold), key("enter"))[1]).toEqual([question]);
      expect(after(listing("ollama/alpha", untold), key("enter"))[1]).toEqual([]);
      expect(after(listing("ollama/alpha", untold), ...keys("enter", "j"))[1]).toEqual([question]);
      expect(after(listing("ollama/mute", untold), ...keys("enter", "enter"))[1]).toEqual([
        question,
      ]);
    });
  });

  it("has nothing to cancel where nothing is done", () => {
    expect(after(listing("ollama/alpha"), key("x"))[1]).toEqual([]);
  });

  it("stands on its last row when rows have gone", () => {
    const overlay = { type: "models", selected: 99, details: false } as const;

    expect(after({ ...listing(), overlay }, key("k"))[0].overlay).toMatchObject({
      selected: runtimeRows(listing()).length - 2,
    });
  });
});

describe("the selection", () => {
  const loaded = [sampleLoaded("small:8b")];
  const news = { type: "runtime-changed", runtime: { ...ollama, loaded } } as const;

  it("stays on its model in the picker when the order changes", () => {
    const begun = on("bravo:8b");
    const [later] = after(begun, news);

    expect(modelRows(later)[0]?.name).toBe("small:8b");
    const [done] = after(later, key("enter"));
    expect(done.models.switches.build?.plan.model).toBe("ollama/bravo:8b");
  });

  it("stays on its model in the list, also when that model is loaded", () => {
    const at = (name: string, begun: State) =>
      runtimeRows(begun).findIndex(({ key: id }) => id.startsWith(`ollama/${name}`));
    const list = (name: string): State => ({
      ...state(),
      overlay: { type: "models", selected: at(name, state()), details: false },
    });

    for (const name of ["bravo:8b", "small:8b"]) {
      const [later] = after(list(name), news);
      expect(later.overlay).toMatchObject({ selected: at(name, later) });
    }
  });

  it("stays where it is when its row is gone", () => {
    const begun = on("bravo:8b");
    const runtime = { ...ollama, installed: [alpha] };

    expect(after(begun, { type: "runtime-changed", runtime })[0].overlay).toEqual(begun.overlay);
  });
});

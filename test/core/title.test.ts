import { describe, expect, it } from "vitest";
import type { Activity } from "../../src/core/agent.ts";
import type { AgentMode } from "../../src/core/mode.ts";
import type { RunningJob, Switch, SwitchPlan } from "../../src/core/models.ts";
import type { LoadedModel, RuntimeState } from "../../src/core/runtime.ts";
import type { PaneState, State } from "../../src/core/state.ts";
import { fitTitle, type PaneTitle, paneTitle } from "../../src/core/title.ts";
import {
  qwenCoder,
  sampleLoaded,
  sampleModelsState,
  sampleOllama,
  sampleRuntime,
} from "../fakes/sample-models.ts";
import {
  barePane,
  sampleNow as now,
  samplePane,
  sampleState,
  withPane,
} from "../fakes/sample-state.ts";

const problem = { code: "pane/not-started", message: "no", remedy: "yes" } as const;
const permission: Activity = { type: "permission", since: now - 42_000, count: 1, detail: "" };
const busy: Activity = { type: "busy", since: now - 42_000 };

function titleOf(pane: PaneState): PaneTitle {
  const state = sampleState();
  return paneTitle({ ...state, panes: { ...state.panes, [pane.mode]: pane } }, pane.mode);
}

function textOf(state: State, mode: AgentMode): string {
  return titleText(paneTitle(state, mode));
}

function titleText(title: PaneTitle): string {
  return title.parts
    .map(({ name, text, joiner }, index) => {
      return (index === 0 ? "" : joiner) + (name === "glyph" ? "◐" : text);
    })
    .join("");
}

describe("a pane's title", () => {
  it("names mode, model, state, age and that the mode is read-only", () => {
    const title = titleOf(samplePane("plan", { activity: permission }));

    expect(titleText(title)).toBe("1 plan · qwen3-coder:30b · ◐ permission 0:42 · read-only");
  });

  it.each<readonly [string, PaneState, string]>([
    ["the build mode, which may write", samplePane("build"), "2 build · qwen3-coder:30b · ◐ idle"],
    [
      "the model asked for while the agent has not said its own",
      barePane("build", { wantedModel: "ollama/qwen3-coder:30b" }),
      "2 build · qwen3-coder:30b · ◐ idle",
    ],
    ["no model where none is known", barePane("build"), "2 build · ◐ idle"],
    [
      "a model with slashes without its provider only",
      barePane("build", { model: "openrouter/qwen/qwen3" }),
      "2 build · qwen/qwen3 · ◐ idle",
    ],
    [
      "a plain command",
      samplePane("review", { kind: "command", label: "bash", activity: { type: "unknown" } }),
      "3 review · bash · ◐ running",
    ],
    [
      "notes",
      samplePane("build", { scrolledBack: 7, mismatch: problem, lost: true, bell: true }),
      "2 build · qwen3-coder:30b · ◐ idle · 7 lines back · not as asked · no events · bell",
    ],
    [
      "a model whose name holds control characters",
      barePane("build", { model: "x/a\u001B[2Jb" }),
      "2 build · ab · ◐ idle",
    ],
    [
      "another model than asked for",
      samplePane("build", { model: "ollama/llama3.1:8b", mismatch: problem }),
      "2 build · uses llama3.1:8b · ◐ idle · not qwen3-coder:30b",
    ],
    [
      "the same model of another runtime",
      samplePane("build", { model: "gpu-box/qwen3-coder:30b" }),
      "2 build · uses qwen3-coder:30b · ◐ idle · not ollama/qwen3-coder:30b",
    ],
    [
      "one name in two spellings as what was asked for",
      samplePane("build", { model: "ollama/qwen3", wantedModel: "ollama/Qwen3:latest" }),
      "2 build · qwen3 · ◐ idle",
    ],
  ])("shows %s", (_, pane, text) => {
    expect(titleText(titleOf(pane))).toBe(text);
  });

  it.each([
    [80, "1 plan · qwen3-coder:30b · ◐ permission 0:42 · read-only"],
    [55, "1 plan · qwen3-coder:30b · ◐ permission 0:42"],
    [43, "1 plan · qwen3-coder:3… · ◐ permission 0:42"],
    [40, "1 plan · ◐ permission 0:42"],
    [25, "1 plan · ◐ permission"],
    [20, "1 plan · ◐"],
    [9, "◐"],
    [0, "◐"],
  ])("gives way in %d columns to: %s", (cols, text) => {
    const title = titleOf(samplePane("plan", { activity: permission }));

    const fitted = fitTitle(title, { cols, widthOf: (part) => part.length });

    expect(titleText(fitted)).toBe(text);
  });
});

describe("the source of a model", () => {
  const wish = { model: "ollama/qwen3-coder:30b", source: { from: "chosen" } } as const;

  it("is named in the title when the program chose it", () => {
    const state = sampleModelsState({ wishes: { build: wish, plan: wish } });

    expect(textOf(state, "build")).toBe("2 build · qwen3-coder:30b · ◐ idle · chosen");
    expect(textOf(state, "plan")).toContain("· chosen · read-only");
  });

  it("is not named when someone asked for it", () => {
    expect(textOf(sampleModelsState(), "build")).toBe("2 build · qwen3-coder:30b · ◐ idle");
  });

  it("is not named over a plain command", () => {
    const state = sampleModelsState({ wishes: { build: wish } });
    const command = withPane(state, "build", { kind: "command", label: "bash" });

    expect(textOf(command, "build")).toBe("2 build · bash · ◐ idle");
  });

  it("names the model that is gone", () => {
    const gone = { ...wish, insteadOf: "ollama/llama3.1:70b" };
    const state = sampleModelsState({ wishes: { build: gone } });

    expect(textOf(state, "build")).toBe(
      "2 build · qwen3-coder:30b · ◐ idle · instead of llama3.1:70b",
    );
  });
});

describe("an agent that works", () => {
  const unloaded: RuntimeState = { ...sampleOllama, loaded: [] };
  const loading = (changes: Partial<LoadedModel>): RuntimeState => ({
    ...sampleOllama,
    loaded: [sampleLoaded("qwen3-coder:30b", changes)],
  });
  const working = (runtime: RuntimeState, activity: Activity = busy) =>
    withPane(sampleModelsState({ runtimes: [runtime] }), "build", { activity });

  it.each<readonly [string, RuntimeState]>([
    ["its runtime does not tell of", unloaded],
    ["is being loaded", loading({ state: "loading", progress: 0.4 })],
    ["sleeps", loading({ state: "sleeping" })],
  ])("waits for a model that %s", (_, runtime) => {
    const title = paneTitle(working(runtime), "build");

    expect(titleText(title)).toBe("2 build · qwen3-coder:30b · ◐ awaits model 0:42");
    expect(title.glyph).toBe("starting");
  });

  it.each<readonly [string, State]>([
    ["is loaded: that reads or writes", working(sampleOllama)],
    ["is unloaded once it has answered", working(loading({ state: "unloading" }))],
    ["runs in a cloud", working({ ...unloaded, installed: [{ ...qwenCoder, cloud: true }] })],
    ["is called otherwise there", working({ ...unloaded, installed: [] })],
    [
      "a runtime serves that does not tell",
      working(sampleRuntime("mlx", { address: { id: "ollama" } })),
    ],
    [
      "a runtime serves that is out of reach",
      working({ ...unloaded, connection: { type: "stale", since: now, problem } }),
    ],
  ])("is busy with a model that %s", (_, state) => {
    expect(textOf(state, "build")).toBe("2 build · qwen3-coder:30b · ◐ busy 0:42");
  });

  it("that asks for a permission waits for nobody else", () => {
    expect(textOf(working(unloaded, permission), "build")).toContain("permission 0:42");
  });
});

describe("a switch", () => {
  const plan: SwitchPlan = {
    model: "ollama/deepseek-r1:14b",
    unloadFirst: [{ runtime: "ollama", model: "llama3.1:8b", instance: "llama3.1:8b" }],
  };
  const job: RunningJob = {
    id: "j1",
    runtime: "ollama",
    deed: { type: "load", model: "deepseek-r1:14b" },
    since: now - 12_000,
    progress: 0.4,
  };
  const unload: RunningJob = {
    id: "j2",
    runtime: "ollama",
    deed: { type: "unload", model: "llama3.1:8b", instance: "llama3.1:8b" },
    since: now - 1000,
  };

  function switching(step: Switch["step"], activity?: Activity): State {
    const build: Switch = { plan, since: now - 15_000, step };
    const state = sampleModelsState(
      { switches: { build }, jobs: [job, unload] },
      { focus: "build" },
    );
    return activity ? withPane(state, "build", { activity }) : state;
  }

  it.each<readonly [Switch["step"], string]>([
    [{ type: "unloading", job: "j2", left: [] }, "2 build · ◐ unloading llama3.1:8b"],
    [{ type: "deriving", job: "j3" }, "2 build · ◐ making deepseek-r1:14b · esc cancels"],
    [{ type: "warming", job: "j1" }, "2 build · ◐ loading deepseek-r1:14b 0:12 40% · esc cancels"],
    [{ type: "warming", job: "gone" }, "2 build · ◐ loading deepseek-r1:14b 0:15 · esc cancels"],
    [{ type: "applying" }, "2 build · ◐ switching to deepseek-r1:14b"],
    [
      { type: "waiting" },
      "2 build · qwen3-coder:30b · ◐ idle · switches to deepseek-r1:14b when idle",
    ],
    [
      { type: "failed", at: now, problem },
      "2 build · qwen3-coder:30b · ◐ idle · switch to deepseek-r1:14b failed",
    ],
  ])("that is %o reads: %s", (step, text) => {
    expect(textOf(switching(step), "build")).toBe(text);
  });

  it("has the glyph of a start while the agent rests", () => {
    expect(paneTitle(switching({ type: "warming", job: "j1" }), "build").glyph).toBe("starting");
    expect(paneTitle(switching({ type: "waiting" }), "build").glyph).toBe("idle");
  });

  it("is a note while the agent works, and leaves it its esc", () => {
    expect(textOf(switching({ type: "warming", job: "j1" }, busy), "build")).toBe(
      "2 build · qwen3-coder:30b · ◐ busy 0:42 · loading deepseek-r1:14b 0:12 40%",
    );
  });

  it("names esc only where the key goes", () => {
    const state = { ...switching({ type: "warming", job: "j1" }), focus: "plan" } as const;

    expect(textOf(state, "build")).toBe("2 build · ◐ loading deepseek-r1:14b 0:12 40%");
  });

  it("names the variant that it makes and loads", () => {
    const derive = { model: "deepseek-r1:14b-ctx64k", context: 65_536 };
    const state = switching({ type: "warming", job: "j1" });
    const build: Switch = { ...state.models.switches.build!, plan: { ...plan, derive } };
    const made = { ...state, models: { ...state.models, switches: { build } } };

    expect(textOf(made, "build")).toContain("loading deepseek-r1:14b-ctx64k 0:12");
  });

  it("does not call the old model odd while the new one is on its way", () => {
    const changed = withPane(switching({ type: "waiting" }), "build", {
      wantedModel: "ollama/deepseek-r1:14b",
    });

    expect(textOf(changed, "build")).not.toMatch(/uses|not /);
  });

  it.each([
    [60, "2 build · ◐ loading deepseek-r1:14b 0:12 40% · esc cancels"],
    [56, "2 build · ◐ loading deepseek-r1:… 0:12 40% · esc cancels"],
    [49, "2 build · ◐ loading 0:12 40% · esc cancels"],
    [30, "2 build · ◐ loading 0:12 40%"],
    [20, "2 build · ◐ loading"],
    [12, "2 build · ◐"],
  ])("gives way in %d columns to: %s", (cols, text) => {
    const title = paneTitle(switching({ type: "warming", job: "j1" }), "build");

    expect(titleText(fitTitle(title, { cols, widthOf: (part) => part.length }))).toBe(text);
  });
});

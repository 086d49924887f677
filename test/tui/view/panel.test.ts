import { describe, expect, it } from "vitest";
import type { EnvironmentState } from "../../../src/core/environment.ts";
import { noModels } from "../../../src/core/models.ts";
import type { State } from "../../../src/core/state.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { sampleRuntime } from "../../fakes/sample-models.ts";
import {
  barePane,
  sampleNow as now,
  readyEnvironment,
  sampleState,
  sampleSummary,
  withPane,
} from "../../fakes/sample-state.ts";

const problem = {
  code: "nix/eval",
  message: "nix could not evaluate ./flake.nix",
  remedy: "run nix flake check",
} as const;

function panel(state: State, rows = 40): string {
  return drawnText({ id: "panel", state, size: { cols: 34, rows } });
}

const asks = withPane(sampleState(), "plan", {
  activity: { type: "permission", since: now - 42_000, count: 1, detail: "edit src/shop/cart.ex" },
});
const everyday = withPane(asks, "build", { activity: { type: "busy", since: now - 4000 } });

describe("the side panel", () => {
  it("shows project, environment and the agents, the focused one marked", () => {
    expect(panel(everyday)).toBe(
      ` shop
 nix, cached · default
 evaluated 14:02

 ▸ 1 plan       ◐ permission 0:42
     edit src/shop/cart.ex
     qwen3-coder:30b
     pid 4711 · 612 MB · 1.18.33
     Greeting

   2 build            ● busy 0:04
     qwen3-coder:30b
     pid 4711 · 612 MB · 1.18.33
     Greeting

   3 review                ○ idle
     qwen3-coder:30b
     pid 4711 · 612 MB · 1.18.33
     Greeting`,
    );
  });

  it("gives up details of the modes without focus first", () => {
    expect(panel({ ...everyday, focus: "build" }, 11)).toBe(
      ` shop
 nix, cached · default
 evaluated 14:02
   1 plan       ◐ permission 0:42
 ▸ 2 build            ● busy 0:04
     qwen3-coder:30b
     pid 4711 · 612 MB · 1.18.33
     Greeting
   3 review                ○ idle`,
    );
  });

  it("keeps the states of all modes in five rows", () => {
    expect(panel(everyday, 5)).toBe(
      ` shop
 nix, cached · default
 ▸ 1 plan       ◐ permission 0:42
   2 build            ● busy 0:04
   3 review                ○ idle`,
    );
  });

  it("shows what little is known of an agent that has not answered", () => {
    const state = { ...sampleState(), panes: { ...sampleState().panes, plan: barePane("plan") } };

    expect(panel(state)).toContain(
      " ▸ 1 plan                  ○ idle\n     pid 4711\n\n   2 build",
    );
  });

  it.each<readonly [string, EnvironmentState, string]>([
    ["an evaluation", loading(), "environment is being evaluated"],
    ["a failure", { type: "failed", problem }, "nix could not evaluate\n ./flake.nix"],
    ["a fresh evaluation", readyEnvironment({ source: "nix", tookMs: 4200 }), "14:02 in 4.2 s"],
    ["a plain environment", readyEnvironment({ source: "plain" }), " plain · default\n\n"],
    ["a note", readyEnvironment({ note: "no flake.nix here" }), "no flake.nix here"],
    [
      "a hook that failed",
      readyEnvironment({ hookWarned: true }),
      "shell hook failed, ctrl+o E\n shows it",
    ],
    [
      "a problem",
      readyEnvironment({ source: "last-good", problem }),
      "last good · default\n nix could not",
    ],
    [
      "a problem once, in the words that say most",
      readyEnvironment({ source: "last-good", problem, note: "of 14:02; flake.nix:1:2: no" }),
      "last good · default\n of 14:02; flake.nix:1:2: no\n evaluated",
    ],
    [
      "a changed flake",
      reload({ type: "changed", newer: { at: now, summary: sampleSummary } }),
      "environment changed, ctrl+o R\n restarts",
    ],
    ["a reload", reload({ type: "loading", since: now }), "flake changed, evaluating"],
    [
      "a broken change",
      reload({ type: "broken", problem }),
      "changed flake fails: nix could\n not",
    ],
  ])("tells of %s", (_, environment, text) => {
    expect(panel({ ...everyday, environment })).toContain(text);
  });

  it.each<readonly [string, State, string]>([
    [
      "another model than asked for",
      withPane(everyday, "plan", { mismatch: { ...problem, message: "runs qwen2" } }),
      "runs qwen2",
    ],
    [
      "a broken event stream",
      withPane(everyday, "build", { lost: true }),
      "no events from the agent",
    ],
    [
      "a process that did not start",
      withPane(everyday, "build", { process: { type: "failed", at: now, problem } }),
      "✕ cannot start",
    ],
    [
      "an error in the agent's own words",
      withPane(everyday, "build", {
        activity: { type: "error", since: now, message: "no such model" },
      }),
      "✕ error\n     no such model",
    ],
    [
      "a failed request, with the key that leads to what mends it",
      {
        ...withPane(everyday, "build", {
          activity: { type: "error", since: now, message: "coder does not support tools" },
          model: "ollama/coder",
        }),
        models: { ...noModels, runtimes: [sampleRuntime("ollama")] },
      },
      "✕ error\n     coder cannot call tools,\n     which an agent has to\n     ctrl+o m: pick one with\n     tools",
    ],
    [
      "a plain command and the title it set",
      withPane(everyday, "review", { kind: "command", label: "bash", terminalTitle: "~/shop" }),
      "     bash\n     pid 4711",
    ],
  ])("tells of %s", (_, state, text) => {
    expect(panel(state)).toContain(text);
  });

  it("does not say that an agent without a process sends no events", () => {
    const exit = { at: now, ranFor: 60_000, exit: { code: 0 }, byHand: false };
    const state = withPane(everyday, "build", {
      process: { type: "exited", ...exit },
      lost: true,
    });

    expect(panel(state)).not.toContain("no events");
  });

  it("leaves out the name a conversation has before it gets a title", () => {
    const session = { id: "ses_1", title: "New session - 2026-11-23T05:49:10.891Z" };
    const state = withPane(everyday, "review", { session, terminalTitle: "OpenCode" });

    expect(panel(state)).toMatch(/review +○ idle\n +qwen3-coder:30b\n.*1\.18\.33$/);
  });

  it("uses ASCII alone where the terminal cannot be trusted with more", () => {
    const size = { cols: 34, rows: 40 };

    const text = drawnText({ id: "panel", state: everyday, size }, { ascii: true, color: false });

    expect(text).toMatch(/^[\n\u0020-\u007E]*$/);
    expect(text).toContain("> 1 plan       ! permission 0:42");
  });
});

function loading(): EnvironmentState {
  const none = { done: 0, expected: 0 };
  const progress = { activity: "", builds: none, fetches: none, bytes: none };
  return { type: "loading", since: now, progress };
}

function reload(state: Extract<EnvironmentState, { type: "ready" }>["reload"]): EnvironmentState {
  return { type: "ready", summary: sampleSummary, reload: state };
}

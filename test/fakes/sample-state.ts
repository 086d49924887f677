/** States to test with: three OpenCode panes that run and idle in an environment from the cache. */
import type { EnvironmentState, EnvironmentSummary } from "../../src/core/environment.ts";
import { type AgentMode, byMode, withMode } from "../../src/core/mode.ts";
import { noModels } from "../../src/core/models.ts";
import { defaultSettings } from "../../src/core/settings.ts";
import type { PaneState, State } from "../../src/core/state.ts";

/** The time it is in the sample states, in ms since the epoch. */
export const sampleNow = new Date(2026, 10, 23, 14, 30).getTime();

/** A pane whose agent runs and has not answered yet. */
export function barePane(mode: AgentMode, changes: Partial<PaneState> = {}): PaneState {
  return {
    mode,
    kind: "opencode",
    label: "opencode",
    process: { type: "running", since: sampleNow - 60_000, pid: 4711 },
    activity: { type: "idle", since: sampleNow - 30_000, unseen: false },
    terminalTitle: "",
    lost: false,
    bell: false,
    scrolledBack: 0,
    restarts: 0,
    ...changes,
  };
}

/** A pane whose agent runs, has answered and idles. */
export function samplePane(mode: AgentMode, changes: Partial<PaneState> = {}): PaneState {
  return barePane(mode, {
    session: { id: "ses_1", title: "Greeting" },
    wantedModel: "ollama/qwen3-coder:30b",
    model: "ollama/qwen3-coder:30b",
    version: "1.18.33",
    memoryBytes: 612 * 1024 ** 2,
    ...changes,
  });
}

export const sampleSummary: EnvironmentSummary = {
  source: "cache",
  shell: "default",
  evaluatedAt: sampleNow - 28 * 60_000,
  tookMs: 85,
  hookOutput: "welcome to the shell\n",
  hookWarned: false,
  variableCount: 42,
};

export function readyEnvironment(changes: Partial<EnvironmentSummary> = {}): EnvironmentState {
  return { type: "ready", summary: { ...sampleSummary, ...changes }, reload: { type: "none" } };
}

export function sampleState(changes: Partial<State> = {}): State {
  return {
    project: { root: "/home/ada/shop", name: "shop" },
    settings: defaultSettings,
    screen: { cols: 200, rows: 50 },
    now: sampleNow,
    environment: readyEnvironment(),
    models: noModels,
    panes: byMode((mode) => samplePane(mode)),
    focus: "plan",
    layout: "auto",
    zoomed: false,
    panel: "auto",
    mouseCaptured: true,
    quitting: false,
    ...changes,
  };
}

/** The sample state with one pane changed. */
export function withPane(state: State, mode: AgentMode, changes: Partial<PaneState>): State {
  return {
    ...state,
    panes: withMode(state.panes, mode, { ...state.panes[mode], ...changes }),
  };
}

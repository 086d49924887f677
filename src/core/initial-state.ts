import type { AgentMode } from "./mode.ts";
import { byMode } from "./mode.ts";
import { noModels, type Pick, type SavedPicks } from "./models.ts";
import type { Settings } from "./settings.ts";
import type { PaneState, Saved, State } from "./state.ts";

export type Beginning = {
  readonly project: State["project"];
  readonly settings: Settings;
  readonly screen: State["screen"];
  readonly saved?: Saved;
  readonly picks?: SavedPicks;
  readonly now: number;
};

/** The state before anything has happened: what was saved of the last time, and nothing started. */
export function initialState({ project, settings, screen, saved, picks, now }: Beginning): State {
  return {
    project,
    settings,
    screen,
    now,
    environment: {
      type: "loading",
      since: now,
      progress: { activity: "", builds: none, fetches: none, bytes: none },
    },
    models: {
      ...noModels,
      picks: picks?.picks ?? {},
      recent: picks?.recent ?? [],
    },
    panes: byMode((mode) =>
      initialPane(mode, { settings, session: saved?.sessions[mode], pick: picks?.picks[mode] }),
    ),
    focus: saved?.focus ?? "plan",
    layout: saved?.layout ?? settings.layout,
    zoomed: false,
    panel: saved?.panel ?? "auto",
    mouseCaptured: true,
    quitting: false,
  };
}

const none = { done: 0, expected: 0 };

type PaneBeginning = {
  readonly settings: Settings;
  readonly session: string | undefined;
  readonly pick: Pick | undefined;
};

function initialPane(mode: AgentMode, { settings, session, pick }: PaneBeginning): PaneState {
  const { command } = settings.modes[mode];
  const model = pick?.model ?? settings.modes[mode].model;
  return {
    mode,
    kind: command ? "command" : "opencode",
    label: command ? (command[0]?.split("/").at(-1) ?? "") : "opencode",
    process: { type: "waiting" },
    activity: { type: "unknown" },
    terminalTitle: "",
    lost: false,
    bell: false,
    scrolledBack: 0,
    restarts: 0,
    ...(session && !command ? { session: { id: session, title: "" } } : {}),
    ...(model && !command ? { wantedModel: model } : {}),
    ...(pick?.fresh && !command ? { adopts: true } : {}),
  };
}

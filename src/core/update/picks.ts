import type { Effect } from "../effect.ts";
import { type AgentMode, agentModes } from "../mode.ts";
import type { SavedPicks } from "../models.ts";
import type { State } from "../state.ts";

/** How many of the models picked last are remembered. */
const recentCount = 10;

/** Remembers a model as the pick of a mode. */
export function withPick(state: State, mode: AgentMode, model: string): State {
  const { picks, recent } = state.models;
  const others = recent.filter((other) => other !== model);
  return {
    ...state,
    models: {
      ...state.models,
      picks: { ...picks, [mode]: { model } },
      recent: [model, ...others].slice(0, recentCount),
    },
  };
}

/** Writes down the picks; those that no conversation has yet are marked. */
export function savePicks(state: State): Effect {
  return { type: "save-picks", saved: savedPicks(state) };
}

function savedPicks({ models, panes }: State): SavedPicks {
  const picks = agentModes.flatMap((mode) => {
    const pick = models.picks[mode];
    const fresh = panes[mode].adopts ? ({ fresh: true } as const) : {};
    return pick ? [[mode, { model: pick.model, ...fresh }] as const] : [];
  });
  return { picks: Object.fromEntries(picks), recent: models.recent };
}

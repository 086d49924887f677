import { agentModes } from "../mode.ts";
import type { Settings } from "../settings.ts";
import type { State } from "../state.ts";
import { type Step, step, withPane } from "./step.ts";

/**
 * Takes over changed settings. Keys and layout hold at once; what a process was started with
 * (command, model, environment) holds from its next start.
 */
export function changeSettings(state: State, settings: Settings): Step {
  const layout = settings.layout === state.settings.layout ? state.layout : settings.layout;
  const changed = agentModes.reduce<State>((next, mode) => withModel(next, mode, settings), {
    ...state,
    settings,
    layout,
  });
  return step(changed);
}

function withModel(state: State, mode: (typeof agentModes)[number], settings: Settings): State {
  const { model, command } = settings.modes[mode];
  if (command || model === undefined) return state;
  return withPane(state, mode, { wantedModel: model });
}

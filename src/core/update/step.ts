import type { Effect } from "../effect.ts";
import { type AgentMode, withMode } from "../mode.ts";
import type { PaneState, State } from "../state.ts";

/** The outcome of a message: the next state, and what is to be done. */
export type Step = readonly [State, readonly Effect[]];

/** A state with its effects. */
export function step(state: State, ...effects: readonly Effect[]): Step {
  return [state, effects];
}

/** Does one thing after another and gathers the effects. (Not `then`: a module that exports one is a promise.) */
export function andThen([state, effects]: Step, next: (state: State) => Step): Step {
  const [after, more] = next(state);
  return [after, [...effects, ...more]];
}

/** The state with one pane changed. */
export function withPane(state: State, mode: AgentMode, change: Partial<PaneState>): State {
  return { ...state, panes: withMode(state.panes, mode, { ...state.panes[mode], ...change }) };
}

/** The state without its overlay. */
export function closeOverlay(state: State): State {
  const { overlay: _, ...rest } = state;
  return rest;
}

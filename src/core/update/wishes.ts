/** Which model each mode is meant to use, worked out anew whenever something changes that decides it. */
import { type AgentMode, agentModes, byMode } from "../mode.ts";
import { resolveWishes, wishFallbackText } from "../model-choice.ts";
import type { ModelWish } from "../models.ts";
import type { PaneState, State } from "../state.ts";
import { notify } from "./notice.ts";
import { type Step, step } from "./step.ts";

/** Works the wishes out; who loses the model it was meant to use is told of. */
export function rewish(state: State, now: number): Step {
  const before = state.models.wishes;
  const wishes = resolveWishes(state);
  if (JSON.stringify(wishes) === JSON.stringify(before)) return step(state);
  const panes = byMode((mode) => wanting(state, mode, wishes[mode]));
  const next = { ...state, panes, models: { ...state.models, wishes } };
  const lost = agentModes.filter((mode) => {
    const gone = wishes[mode]?.insteadOf;
    return gone !== undefined && gone !== before[mode]?.insteadOf;
  });
  return lost.length === 0 ? step(next) : tellFallback(next, lost, now);
}

function wanting(state: State, mode: AgentMode, wish: ModelWish | undefined): PaneState {
  const { wantedModel: _, ...pane } = state.panes[mode];
  return wish ? { ...pane, wantedModel: wish.model } : pane;
}

function tellFallback(state: State, modes: readonly AgentMode[], now: number): Step {
  const texts = modes.flatMap((mode) => {
    const wish = state.models.wishes[mode];
    return (wish && wishFallbackText(mode, wish)) ?? [];
  });
  const remedy = "pick another one with ctrl+o m";
  return notify(state, { level: "warning", text: texts.join("; "), remedy, now });
}

/** Which model each mode is meant to use, worked out anew whenever something changes that decides it. */
import { runtimeOf } from "../installed-models.ts";
import { type AgentMode, agentModes, byMode } from "../mode.ts";
import { resolveWishes, wishFallbackText } from "../model-choice.ts";
import { formatModelRef } from "../model-ref.ts";
import type { ModelWish } from "../models.ts";
import { nearestName } from "../nearest-name.ts";
import type { PaneState, State } from "../state.ts";
import { printable } from "../text.ts";
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
  const meant = modes.flatMap((mode) => likelyMeant(state, mode) ?? [])[0];
  const pick = "pick another one with ctrl+o m";
  const remedy = meant === undefined ? pick : `did you mean ${printable(meant)}? ${pick}`;
  return notify(state, { level: "warning", text: texts.join("; "), remedy, now });
}

/** The full name of the installed model that is nearest to the one that a mode was meant to use. */
function likelyMeant({ models }: State, mode: AgentMode): string | undefined {
  const gone = models.wishes[mode]?.insteadOf;
  const found = gone === undefined ? undefined : runtimeOf(models.runtimes, gone);
  // A slip of the hand is one in a name that can be typed; to compare long ones takes its time.
  if (!found || found.name.length > 100) return undefined;
  const { runtime } = found;
  const chats = runtime.installed.filter(({ chat, name }) => chat && name.length <= 100);
  const name = nearestName(
    found.name,
    chats.map((model) => model.name),
  );
  return name === undefined ? undefined : formatModelRef({ runtime: runtime.address.id, name });
}

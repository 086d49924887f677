import type { Settings } from "../settings.ts";
import type { State } from "../state.ts";
import { andThen, type Step, step } from "./step.ts";
import { rewish } from "./wishes.ts";

/**
 * Takes over changed settings. Keys and layout hold at once; what a process was started with
 * (command, model, environment) holds from its next start.
 */
export function changeSettings(state: State, settings: Settings, now: number): Step {
  const layout = settings.layout === state.settings.layout ? state.layout : settings.layout;
  return andThen(rewish({ ...state, settings, layout }, now), (next) =>
    concernsModels(settings, state.settings) && state.environment.type === "ready"
      ? step(next, { type: "set-up-models" })
      : step(next),
  );
}

/** Whether other runtimes are asked, or the memory is shared out in another way. */
function concernsModels(a: Settings, b: Settings): boolean {
  const said = ({ runtimes, modes, memoryBudgetBytes }: Settings) =>
    JSON.stringify([runtimes, modes, memoryBudgetBytes]);
  return said(a) !== said(b);
}

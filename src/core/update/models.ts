/** Runtimes, memory and jobs as they are reported, and what opens the overlays for models. */
import type { Message } from "../message.ts";
import type { AgentMode } from "../mode.ts";
import type { ModelsState } from "../models.ts";
import type { State } from "../state.ts";
import { type Step, step } from "./step.ts";

type ModelsMessage = Extract<
  Message,
  {
    type:
      | `models-${string}`
      | `model-${string}`
      | `runtime${string}`
      | `job-${string}`
      | "memory-measured"
      | "picks-changed"
      | "switch-cancelled"
      | "picker-rested";
  }
>;

export function updateModels(state: State, message: ModelsMessage): Step {
  switch (message.type) {
    case "models-set-up":
      return step(
        withModels(state, {
          guide: message.setup.guide,
          opencodeModels: message.setup.opencodeModels,
          opencodeDefaults: message.setup.opencodeDefaults,
        }),
      );
    case "runtime-changed":
      return step(withModels(state, { runtimes: [...state.models.runtimes, message.runtime] }));
    case "runtimes-surveyed":
      return step(withModels(state, { surveyed: true }));
    case "memory-measured":
      return step(withModels(state, { memory: message.memory }));
    case "models-used-elsewhere":
      return step(withModels(state, { usedElsewhere: message.models }));
    case "picks-changed":
    case "model-described":
    case "job-progressed":
    case "job-ended":
    case "model-applied":
    case "switch-cancelled":
    case "picker-rested":
      return step(state);
    default:
      return message satisfies never;
  }
}

/** The state with something changed of what is known of models. */
export function withModels(state: State, change: Partial<ModelsState>): State {
  return { ...state, models: { ...state.models, ...change } };
}

/** Opens the picker for a mode. */
export function pickModel(state: State, mode: AgentMode): Step {
  const overlay = {
    type: "model-picker",
    mode,
    query: "",
    selected: 0,
    arithmetic: false,
  } as const;
  return step({ ...state, overlay });
}

/** Opens the overlay of runtimes and loaded models. */
export function openModels(state: State): Step {
  return step({ ...state, overlay: { type: "models", selected: 0, details: false } });
}

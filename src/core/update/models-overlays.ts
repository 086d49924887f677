/** The overlays for models as they are opened. */
import type { Effect } from "../effect.ts";
import type { AgentMode } from "../mode.ts";
import { runtimeRows } from "../model-rows.ts";
import { releasedModels } from "../released-models.ts";
import type { Overlay, State } from "../state.ts";
import { notify } from "./notice.ts";
import { type Step, step } from "./step.ts";
import { noModel, runsCommand } from "./switching.ts";

/** The details of a model are asked for once the selection has rested on it for so long. */
const restMs = 150;
/** `enter` waits no longer than this for the details of the model it chose. */
const enteredMs = 1500;

/** Opens the picker for a mode. */
export function openPicker(state: State, mode: AgentMode, now: number): Step {
  if (runsCommand(state, mode)) return notify(state, { ...noModel(state, mode), now });
  const overlay: Overlay = {
    type: "model-picker",
    mode,
    query: "",
    selected: 0,
    arithmetic: false,
  };
  return step({ ...state, overlay }, { type: "refresh-runtimes" }, restTimer(restMs));
}

/** Opens the overlay of runtimes and loaded models, on one that no mode uses any more. */
export function openModels(state: State): Step {
  const [free] = releasedModels(state);
  const at = runtimeRows(state).findIndex(
    (row) => row.type === "loaded" && row.loaded.instance === free?.loaded.instance,
  );
  const overlay: Overlay = { type: "models", selected: Math.max(0, at), details: false };
  return step({ ...state, overlay }, { type: "refresh-runtimes" });
}

/** The picker stays on a model: for a moment, or until it is described. */
export function pickerTimer(on: "selected" | "entered"): Effect {
  return restTimer(on === "selected" ? restMs : enteredMs);
}

function restTimer(ms: number): Effect {
  return { type: "start-timer", name: "picker", ms, message: { type: "picker-rested" } };
}

/** Keys in the overlays for models: the picker, the ways to switch, the runtimes. */
import type { Overlay, State } from "../state.ts";
import type { OverlayKey } from "./overlays.ts";
import { closeOverlay, type Step, step } from "./step.ts";

type Of<T extends Overlay["type"]> = Extract<Overlay, { type: T }>;

export function pickerKey(state: State, _: Of<"model-picker">, { chord }: OverlayKey): Step {
  return chord === "esc" ? step(closeOverlay(state)) : step(state);
}

export function switchOptionsKey(
  state: State,
  _: Of<"switch-options">,
  { chord }: OverlayKey,
): Step {
  return chord === "esc" ? step(closeOverlay(state)) : step(state);
}

export function modelsKey(state: State, _: Of<"models">, { chord }: OverlayKey): Step {
  return chord === "esc" ? step(closeOverlay(state)) : step(state);
}

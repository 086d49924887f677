import type { Scene } from "../../core/layout.ts";
import type { State } from "../../core/state.ts";
import { hintsOf } from "./hints.ts";
import { overlayView } from "./overlay.ts";
import { surfaces } from "./surfaces.ts";

/**
 * The first line that the open overlay really shows: a reader that was sent beyond the end stands at
 * the last page. Undefined where there is nothing to scroll. A key moves from here.
 */
export function shownTop(state: State, scene: Scene): number | undefined {
  // A list has a selection and no top; the picker's view would be made for nothing.
  if (state.overlay && !("top" in state.overlay)) return undefined;
  const place = surfaces(state, scene).find(({ id }) => id === "overlay");
  return place && overlayView(state, place.rect, hintsOf(state.settings.keys))?.top;
}

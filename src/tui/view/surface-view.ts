import type { State } from "../../core/state.ts";
import { type FooterView, footerView } from "./footer.ts";
import type { Hints } from "./hints.ts";
import type { Size } from "./line.ts";
import { overlayView } from "./overlay.ts";
import type { OverlayView } from "./overlay-view.ts";
import { type PanelView, panelView } from "./panel.ts";
import { type StartView, startView } from "./start.ts";
import { type StripView, stripView } from "./strip.ts";
import type { SurfaceId } from "./surfaces.ts";
import { type TooSmallView, tooSmallView } from "./too-small.ts";

/** What a surface shows, whole: equal views draw equal frames. */
export type SurfaceView =
  | FooterView
  | OverlayView
  | PanelView
  | StartView
  | StripView
  | TooSmallView;

export type SurfaceRequest = {
  readonly id: SurfaceId;
  readonly state: State;
  readonly size: Size;
  readonly hints: Hints;
};

/** What a surface shows of a state; nothing when the state has no such surface. */
export function surfaceView({ id, state, size, hints }: SurfaceRequest): SurfaceView | undefined {
  switch (id) {
    case "panel":
      return panelView(state, size, hints);
    case "footer":
      return footerView(state, size, hints);
    case "strip":
      return stripView(size, hints);
    case "overlay":
      return overlayView(state, size, hints);
    case "start":
      return startView(state, size);
    case "too-small":
      return tooSmallView(size);
    default:
      return id satisfies never;
  }
}

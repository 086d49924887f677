import { line } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

export function switchOptionsView({ overlay }: OverlayRequest<"switch-options">): OverlayView {
  return { type: "overlay", title: line(overlay.type), lines: [], keys: [], wanted: 1 };
}

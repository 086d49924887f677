import { line } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

export function modelsView({ overlay }: OverlayRequest<"models">): OverlayView {
  return { type: "overlay", title: line(overlay.type), lines: [], keys: [], wanted: 1 };
}

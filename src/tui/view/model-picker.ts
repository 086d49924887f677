import { line } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

export function modelPickerView({ overlay }: OverlayRequest<"model-picker">): OverlayView {
  return { type: "overlay", title: line(overlay.type), lines: [], keys: [], wanted: 1 };
}

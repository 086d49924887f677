/** Which overlay is open, what it shows and how big it wants to be. */
import { textWidth } from "../../core/cell-text.ts";
import type { Overlay, State } from "../../core/state.ts";
import { confirmView } from "./confirm.ts";
import { doctorView } from "./doctor.ts";
import { environmentView } from "./environment.ts";
import { helpView } from "./help.ts";
import type { Hints, KeyHint } from "./hints.ts";
import type { Size } from "./line.ts";
import { logView } from "./log.ts";
import { modelPickerView, pickerRows } from "./model-picker.ts";
import { modelsView } from "./models.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";
import { paletteView } from "./palette.ts";
import { switchOptionsView } from "./switch-options.ts";

/** Frame, title and keys take four rows; frame and a free column on both sides four columns. */
export const overlayFrame: Size = { cols: 4, rows: 4 };

const widths: Readonly<Record<Overlay["type"], number>> = {
  help: 72,
  palette: 64,
  log: 160,
  environment: 100,
  doctor: 110,
  confirm: 64,
  "model-picker": 126,
  "switch-options": 84,
  models: 110,
};

/** What the open overlay shows in a room of so many cells, frame included. */
export function overlayView(state: State, size: Size, hints: Hints): OverlayView | undefined {
  const { overlay } = state;
  if (overlay === undefined) return undefined;
  const inner: Size = {
    cols: Math.max(1, size.cols - overlayFrame.cols),
    rows: Math.max(0, size.rows - overlayFrame.rows),
  };
  const view = viewOf(overlay, { state, hints, size: inner });
  return { ...view, keys: fittingKeys(view.keys, inner.cols) };
}

/** The keys for which there is room; the first one and the last, which closes, stay. */
function fittingKeys(keys: readonly KeyHint[], cols: number): readonly KeyHint[] {
  const width = keys.reduce((sum, hint) => sum + textWidth(`${hint.keys} ${hint.title}`) + 2, -2);
  return width <= cols || keys.length <= 2
    ? keys
    : fittingKeys([...keys.slice(0, -2), ...keys.slice(-1)], cols);
}

function viewOf(overlay: Overlay, request: Omit<OverlayRequest, "overlay">): OverlayView {
  switch (overlay.type) {
    case "help":
      return helpView({ ...request, overlay });
    case "palette":
      return paletteView({ ...request, overlay });
    case "log":
      return logView({ ...request, overlay });
    case "environment":
      return environmentView({ ...request, overlay });
    case "doctor":
      return doctorView({ ...request, overlay });
    case "model-picker":
      return modelPickerView({ ...request, overlay });
    case "switch-options":
      return switchOptionsView({ ...request, overlay });
    case "models":
      return modelsView({ ...request, overlay });
    case "confirm":
      return confirmView({ ...request, overlay });
    default:
      return overlay satisfies never;
  }
}

/** The size the open overlay wants, frame included, when it may take at most `room`. */
export function overlaySize(state: State, room: Size, hints: Hints): Size | undefined {
  const { overlay } = state;
  if (overlay === undefined) return undefined;
  const cols = Math.min(room.cols, widths[overlay.type]);
  // The log takes all rows; going through its thousands of lines would only tell the same. What the
  // doctor finds comes bit by bit, and the frame stays where it is.
  if (overlay.type === "log" || overlay.type === "doctor") return { cols, rows: room.rows };
  // What fits is worked out for each of hundreds of models; their number alone gives the height.
  if (overlay.type === "model-picker") {
    return { cols, rows: Math.min(room.rows, pickerRows(state, overlay) + overlayFrame.rows) };
  }
  const view = overlayView(state, { cols, rows: room.rows }, hints);
  return view && { cols, rows: Math.min(room.rows, view.wanted + overlayFrame.rows) };
}

/** Which overlay is open, what it shows and how big it wants to be. */
import type { Overlay, State } from "../../core/state.ts";
import { confirmView } from "./confirm.ts";
import { environmentView } from "./environment.ts";
import { helpView } from "./help.ts";
import type { Hints } from "./hints.ts";
import type { Size } from "./line.ts";
import { logView } from "./log.ts";
import { modelPickerView } from "./model-picker.ts";
import { modelsView } from "./models.ts";
import type { OverlayView } from "./overlay-view.ts";
import { paletteView } from "./palette.ts";
import { switchOptionsView } from "./switch-options.ts";

/** Frame, title and keys take four rows; frame and a free column on both sides four columns. */
export const overlayFrame: Size = { cols: 4, rows: 4 };

const widths: Readonly<Record<Overlay["type"], number>> = {
  help: 72,
  palette: 64,
  log: 160,
  environment: 100,
  confirm: 64,
  "model-picker": 110,
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
  const request = { state, hints, size: inner };
  switch (overlay.type) {
    case "help":
      return helpView({ ...request, overlay });
    case "palette":
      return paletteView({ ...request, overlay });
    case "log":
      return logView({ ...request, overlay });
    case "environment":
      return environmentView({ ...request, overlay });
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
  if (state.overlay === undefined) return undefined;
  const cols = Math.min(room.cols, widths[state.overlay.type]);
  // The log takes all rows; going through its thousands of lines would only tell the same.
  if (state.overlay.type === "log") return { cols, rows: room.rows };
  const view = overlayView(state, { cols, rows: room.rows }, hints);
  return view && { cols, rows: Math.min(room.rows, view.wanted + overlayFrame.rows) };
}

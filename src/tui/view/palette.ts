import { type Action, actionNames, actions, filterActions } from "../../core/action.ts";
import { printable } from "../../core/text.ts";
import type { Hints } from "./hints.ts";
import { type Line, line, span } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

/** The actions that match what is typed, with their keys; the selected one stays in sight. */
export function paletteView({ overlay, hints, size }: OverlayRequest<"palette">): OverlayView {
  const found = filterActions(overlay.query);
  const selected = Math.min(overlay.selected, found.length - 1);
  const top = Math.max(0, Math.min(selected - Math.floor(size.rows / 2), found.length - size.rows));
  const lines = found.map((action, index) => actionLine(action, index === selected, hints));
  const shown = lines.length === 0 ? [line("nothing does that", "dim")] : lines;
  return {
    type: "overlay",
    title: { left: [span(": ", "key"), span(printable(overlay.query)), { type: "cursor" }] },
    lines: shown.slice(top, top + size.rows),
    keys: [
      { keys: "enter", title: "do it" },
      { keys: "up down", title: "select" },
      { keys: "esc", title: "close" },
    ],
    // All of them, so that the frame keeps its height while a query is typed.
    wanted: actionNames.length,
  };
}

function actionLine(action: Action, selected: boolean, hints: Hints): Line {
  const meaning = selected ? "selected" : "plain";
  const mark = selected ? ({ type: "marker" } as const) : span(" ");
  return {
    left: [mark, span(" "), span(actions[action].title, meaning)],
    right: [span(hints.chordOf(action), "dim")],
  };
}

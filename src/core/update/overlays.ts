/**
 * Keys while something covers the panes. `esc` closes exactly one level, `ctrl+c` closes too and
 * never reaches an agent, letters are text while a text box is open.
 */
import { filterActions } from "../action.ts";
import type { Overlay, State } from "../state.ts";
import { confirmed, runAction } from "./actions.ts";
import { doctorKey } from "./doctor.ts";
import { startScreenKey } from "./environment.ts";
import { pickerKey, switchOptionsKey } from "./models-keys.ts";
import { modelsKey } from "./models-list-keys.ts";
import { closeOverlay, type Step, step } from "./step.ts";
import { edited, moved } from "./typing.ts";

export type OverlayKey = {
  readonly chord: string;
  readonly text: string;
  readonly shownTop?: number;
  readonly now: number;
};

export function overlayKey(state: State, key: OverlayKey): Step {
  const { overlay } = state;
  if (!overlay) return startScreenKey(state, key.chord, key.now);
  switch (overlay.type) {
    case "help":
      return helpKey(state, overlay, key);
    case "palette":
      return paletteKey(state, overlay, key);
    case "log":
    case "environment":
      return readerKey(state, overlay, key);
    case "doctor":
      return doctorKey(state, overlay, key);
    case "confirm":
      return confirmKey(state, overlay, key);
    case "model-picker":
      return pickerKey(state, overlay, key);
    case "switch-options":
      return switchOptionsKey(state, overlay, key);
    case "models":
      return modelsKey(state, overlay, key);
    default:
      return overlay satisfies never;
  }
}

type Of<T extends Overlay["type"]> = Extract<Overlay, { type: T }>;

function helpKey(state: State, overlay: Of<"help">, { chord, text, shownTop }: OverlayKey): Step {
  if (overlay.typing) return helpFilterKey(state, overlay, { chord, text });
  if (closes(chord) || chord === "?") {
    if (overlay.filter && chord === "esc") return open(state, { ...overlay, filter: "", top: 0 });
    return step(closeOverlay(state));
  }
  if (chord === "/") return open(state, { ...overlay, typing: true });
  return open(state, { ...overlay, top: scrolled(shownTop ?? overlay.top, chord) });
}

function helpFilterKey(
  state: State,
  overlay: Of<"help">,
  { chord, text }: Pick<OverlayKey, "chord" | "text">,
): Step {
  if (chord === "enter") return open(state, { ...overlay, typing: false });
  if (chord === "esc" || chord === "ctrl+c") {
    return open(state, { ...overlay, typing: false, filter: "", top: 0 });
  }
  return open(state, { ...overlay, filter: edited(overlay.filter, chord, text), top: 0 });
}

function paletteKey(state: State, overlay: Of<"palette">, { chord, text, now }: OverlayKey): Step {
  const found = filterActions(overlay.query);
  switch (chord) {
    case "esc":
    case "ctrl+c":
      return step(closeOverlay(state));
    case "enter": {
      const action = found[overlay.selected];
      return action ? runAction(closeOverlay(state), action, now) : step(state);
    }
    default: {
      const selected = moved(overlay.selected, { chord, count: found.length });
      if (selected !== undefined) return open(state, { ...overlay, selected });
      const query = edited(overlay.query, chord, text);
      return query === overlay.query
        ? step(state)
        : open(state, { ...overlay, query, selected: 0 });
    }
  }
}

function readerKey(
  state: State,
  overlay: Of<"log" | "environment">,
  { chord, shownTop }: OverlayKey,
): Step {
  if (closes(chord)) return step(closeOverlay(state));
  if (chord === "r" && overlay.type === "environment") {
    return step(closeOverlay(state), { type: "load-environment", refresh: true });
  }
  if (chord === "r" && overlay.type === "log") return step(state, { type: "read-log" });
  return open(state, { ...overlay, top: scrolled(shownTop ?? overlay.top, chord) });
}

function confirmKey(state: State, { confirm }: Of<"confirm">, { chord, now }: OverlayKey): Step {
  if (chord === "y" || chord === "enter") return confirmed(closeOverlay(state), confirm, now);
  if (closes(chord) || chord === "n") return step(closeOverlay(state));
  return step(state);
}

function closes(chord: string): boolean {
  return chord === "esc" || chord === "q" || chord === "ctrl+c";
}

const page = 10;

/** Where a reader goes from where it stands; beyond the end the view shows the end. */
function scrolled(top: number, chord: string): number {
  switch (chord) {
    case "j":
    case "down":
      return top + 1;
    case "k":
    case "up":
      return Math.max(0, top - 1);
    case "pagedown":
    case "space":
    case "ctrl+d":
      return top + page;
    case "pageup":
    case "ctrl+u":
      return Math.max(0, top - page);
    case "g":
    case "home":
      return 0;
    case "G":
    case "end":
      return Number.MAX_SAFE_INTEGER;
    default:
      return top;
  }
}

function open(state: State, overlay: Overlay): Step {
  return step({ ...state, overlay });
}

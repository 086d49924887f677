/**
 * Where a mouse event goes. A press focuses the pane under it; the events of a press belong to that
 * pane until the button is released. A wheel goes to the child when it asked for the mouse, becomes
 * arrow keys on an alternate screen that did not (as terminals do), and else moves our scrollback.
 */
import type { Scene } from "../core/layout.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import { contains, sameRect } from "../core/rect.ts";
import type { State } from "../core/state.ts";
import type { MouseEvent } from "../keys/key.ts";
import { encodeMouse } from "../keys/mouse-encoder.ts";
import type { TerminalModes } from "../screen/emulator.ts";
import { takesKeys } from "./router.ts";
import type { Dispatch } from "./store.ts";
import { tabAt } from "./tabs.ts";

/** Lines one notch of the wheel moves, as most terminals do. */
const wheelLines = 3;

const wheelChords: ReadonlyMap<MouseEvent["button"], string> = new Map([
  ["wheel-up", "up"],
  ["wheel-down", "down"],
]);

/** A button is down: all events go to this pane until it is up, or to none. */
type Grab = { readonly by: AgentMode | undefined };

export type MouseOptions = {
  readonly state: () => State;
  readonly scene: () => Scene;
  readonly dispatch: Dispatch;
  readonly modes: (mode: AgentMode) => TerminalModes;
  readonly isRunning: (mode: AgentMode) => boolean;
  /** The line at which an open reader stands. */
  readonly shownTop: () => number | undefined;
  readonly write: (mode: AgentMode, data: string | Uint8Array) => void;
  readonly scroll: (mode: AgentMode, lines: number) => void;
};

/** Makes the handler of mouse events. */
export function createMouse(options: MouseOptions): (event: MouseEvent) => void {
  const { state, scene, dispatch } = options;
  let grab: Grab | undefined;

  function handle(event: MouseEvent): void {
    if (takesKeys(state())) {
      grab = undefined;
      return overlayWheel(event);
    }
    if (event.action === "wheel") return wheel(event);
    if (event.action === "press") grab = press(event);
    const mode = grab ? grab.by : paneAt(scene(), event);
    if (mode) forward(mode, event);
    if (event.action === "release") grab = undefined;
  }

  function overlayWheel(event: MouseEvent): void {
    const chord = wheelChords.get(event.button);
    const shownTop = options.shownTop();
    if (chord === undefined) return;
    dispatch({
      type: "overlay-key",
      chord,
      text: "",
      ...(shownTop === undefined ? {} : { shownTop }),
    });
  }

  /** Focuses what is pressed on. A pane that moves by that does not get the press: it was meant elsewhere. */
  function press(event: MouseEvent): Grab {
    const within = paneAt(scene(), event);
    const mode = within ?? titleAt(state(), scene(), event);
    if (!mode || mode === state().focus) return { by: within };
    const { content } = scene().panes[mode];
    dispatch({ type: "pane-clicked", mode });
    return { by: sameRect(content, scene().panes[mode].content) ? within : undefined };
  }

  function wheel(event: MouseEvent): void {
    const mode = paneAt(scene(), event);
    if (!mode) return;
    const down = event.button === "wheel-down";
    if (!down && event.button !== "wheel-up") return forward(mode, event);
    const modes = options.modes(mode);
    if (!options.isRunning(mode)) return options.scroll(mode, down ? wheelLines : -wheelLines);
    if (modes.mouseTracking !== "none" && modes.mouseTracking !== "x10")
      return forward(mode, event);
    if (!modes.alternateScreen) return options.scroll(mode, down ? wheelLines : -wheelLines);
    const arrow = `\x1b${modes.applicationCursor ? "O" : "["}${down ? "B" : "A"}`;
    options.write(mode, arrow.repeat(wheelLines));
  }

  function forward(mode: AgentMode, event: MouseEvent): void {
    const { content } = scene().panes[mode];
    const x = clamp(event.x - content.x, content.cols);
    const y = clamp(event.y - content.y, content.rows);
    const { mouseTracking, mouseEncoding } = options.modes(mode);
    const bytes = encodeMouse(
      { ...event, x, y },
      { tracking: mouseTracking, encoding: mouseEncoding },
    );
    if (bytes !== undefined) options.write(mode, bytes);
  }

  return handle;
}

function paneAt(scene: Scene, { x, y }: MouseEvent): AgentMode | undefined {
  if (scene.panel && contains(scene.panel, x, y)) return undefined;
  return agentModes.find((mode) => {
    const { content, visible } = scene.panes[mode];
    return visible && contains(content, x, y);
  });
}

/** The mode whose title row or tab is there. */
function titleAt(state: State, scene: Scene, event: MouseEvent): AgentMode | undefined {
  if (scene.panel && contains(scene.panel, event.x, event.y)) return undefined;
  if (scene.tabs) return tabAt(state, scene, event);
  return agentModes.find((mode) => {
    return contains({ ...scene.panes[mode].frame, rows: 1 }, event.x, event.y);
  });
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(length - 1, value));
}

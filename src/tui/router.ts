/**
 * Where each key, paste and mouse event goes: to the program when it is bound, else to the focused
 * pane, encoded for what its child asked for. The prefix is a parsed key event, never a substring,
 * and never inside a paste. The keys of one read that go to a pane go there in one write: a second one
 * costs the system a wake-up of the child, and us two frames for what the user sees as one.
 */
import type { Happening } from "../core/message.ts";
import type { AgentMode } from "../core/mode.ts";
import type { State } from "../core/state.ts";
import { escCancels } from "../core/update/switching.ts";
import { formatChord } from "../keys/chord.ts";
import { encodeFocus } from "../keys/focus-encoder.ts";
import {
  type FocusEvent,
  type InputEvent,
  isModifierKey,
  type KeyEvent,
  type MouseEvent,
  type PasteEvent,
  type ReplyEvent,
} from "../keys/key.ts";
import { encodeKey } from "../keys/key-encoder.ts";
import type { Keymap } from "../keys/keymap.ts";
import { encodePaste, pastedLine } from "../keys/paste-encoder.ts";
import type { TerminalModes } from "../screen/emulator.ts";
import type { Dispatch } from "./store.ts";

export type Panes = {
  /** The modes that the child's terminal is in. */
  readonly modes: (mode: AgentMode) => TerminalModes;
  readonly write: (mode: AgentMode, data: string | Uint8Array) => void;
  readonly scrollToEnd: (mode: AgentMode) => void;
};

export type RouterOptions = {
  readonly state: () => State;
  readonly dispatch: Dispatch;
  readonly keymap: () => Keymap;
  readonly panes: Panes;
  /** The line at which an open reader stands. */
  readonly shownTop: () => number | undefined;
  /** A key goes to the focused pane now: its echo is drawn at once. */
  readonly onTyped: () => void;
  readonly onMouse: (event: MouseEvent) => void;
  readonly onReply: (event: ReplyEvent) => void;
};

/** Takes the events of one read. */
export type Router = { readonly handle: (events: readonly InputEvent[]) => void };

export function createRouter(options: RouterOptions): Router {
  const { state, panes } = options;
  /** Keys whose press was ours: their release is ours too. */
  const swallowed = new Set<string>();
  /** Keys for the focused pane that are not written yet. */
  let unsent = "";

  function handle(events: readonly InputEvent[]): void {
    for (const event of events) {
      if (event.type !== "key") send();
      route(event);
    }
    send();
  }

  /** Writes first: the child works on the keys while we do what else they mean. */
  function send(): void {
    if (unsent === "") return;
    const mode = state().focus;
    panes.write(mode, unsent);
    unsent = "";
    typed(mode);
  }

  /** What was typed before goes out before: it may be meant for another pane. */
  function dispatch(happening: Happening): void {
    send();
    options.dispatch(happening);
  }

  function route(event: InputEvent): void {
    switch (event.type) {
      case "key":
        return key(event);
      case "paste":
        return paste(event);
      case "mouse":
        return options.onMouse(event);
      case "focus":
        return focus(event);
      case "reply":
        return options.onReply(event);
      case "unknown":
        return;
      default:
        return event satisfies never;
    }
  }

  function key(event: KeyEvent): void {
    if (event.kind === "release" && swallowed.delete(event.code)) return;
    if (event.kind !== "release" && isOurs(event)) {
      swallowed.add(event.code);
      return;
    }
    toPane(event);
  }

  /** Handles a key that is bound or that an overlay takes; false leaves it to the pane. */
  function isOurs(event: KeyEvent): boolean {
    const keymap = options.keymap();
    const now = state();
    if (now.prefix) return afterPrefix(event, keymap);
    if (keymap.isPrefix(event)) {
      dispatch({ type: "prefix-pressed" });
      return true;
    }
    if (takesKeys(now)) {
      overlayKey(formatChord(event), event.text);
      return true;
    }
    const action = keymap.direct(event);
    if (action) dispatch({ type: "action", action });
    return action !== undefined || isCancel(event, now);
  }

  /** The one key that means something to us in a pane: it gives up the load of the pane's model. */
  function isCancel(event: KeyEvent, now: State): boolean {
    if (event.code !== "escape" || !escCancels(now, now.focus)) return false;
    if (formatChord(event) !== "esc") return false;
    dispatch({ type: "switch-cancelled", mode: now.focus });
    return true;
  }

  function overlayKey(chord: string, text: string): void {
    const shownTop = options.shownTop();
    dispatch({ type: "overlay-key", chord, text, ...(shownTop === undefined ? {} : { shownTop }) });
  }

  function afterPrefix(event: KeyEvent, keymap: Keymap): boolean {
    // A prefix that is held down is still one prefix.
    if (isModifierKey(event) || (event.kind === "repeat" && keymap.isPrefix(event))) return true;
    const action = keymap.afterPrefix(event);
    dispatch(action ? { type: "action", action } : { type: "prefix-ended" });
    return true;
  }

  function toPane(event: KeyEvent): void {
    const now = state();
    if (takesKeys(now)) return;
    unsent += encodeKey(event, panes.modes(now.focus)) ?? "";
  }

  function typed(mode: AgentMode): void {
    options.onTyped();
    const pane = state().panes[mode];
    if (pane.scrolledBack > 0) panes.scrollToEnd(mode);
    if (pane.activity.type === "idle" && pane.activity.unseen)
      dispatch({ type: "pane-typed", mode });
  }

  function paste(event: PasteEvent): void {
    const now = state();
    if (takesKeys(now)) {
      const text = pastedLine(event);
      if (text) overlayKey("paste", text);
      return;
    }
    if (now.prefix) dispatch({ type: "prefix-ended" });
    typed(now.focus);
    for (const chunk of encodePaste(event, panes.modes(now.focus).bracketedPaste))
      panes.write(now.focus, chunk);
  }

  function focus({ gained }: FocusEvent): void {
    const mode = state().focus;
    if (panes.modes(mode).focusEvents) panes.write(mode, encodeFocus(gained));
  }

  return { handle };
}

/** Whether keys are the program's own: an overlay is open, or the environment is not there yet. */
export function takesKeys(state: State): boolean {
  return state.overlay !== undefined || state.environment.type !== "ready";
}

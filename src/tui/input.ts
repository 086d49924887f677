/**
 * The way from the outer terminal's bytes to keys and on to the panes: parsing, the time-out of a
 * lone escape, and telling the outer terminal what the focused pane wants to be told.
 */
import type { AgentMode } from "../core/mode.ts";
import type { State } from "../core/state.ts";
import { keyOfChord } from "../keys/chord.ts";
import { encodeFocus } from "../keys/focus-encoder.ts";
import { createInputParser } from "../keys/input-parser.ts";
import { encodeKey } from "../keys/key-encoder.ts";
import type { Keymap } from "../keys/keymap.ts";
import type { Cancel, Clock, Terminal } from "../platform/ports.ts";
import type { Display } from "./display.ts";
import { createMouse } from "./mouse.ts";
import type { OuterTerminal } from "./outer-terminal.ts";
import type { PaneHost } from "./pane-host.ts";
import { createRouter } from "./router.ts";
import type { Dispatch } from "./store.ts";
import { shownTop } from "./view/shown-top.ts";

/** A mode of the child is followed after this; nobody presses a mouse button sooner. */
const followMs = 30;

export type InputOptions = {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly outer: OuterTerminal;
  readonly host: PaneHost;
  readonly display: Display;
  readonly state: () => State;
  readonly dispatch: Dispatch;
  readonly keymap: () => Keymap;
  /** A pane's view was moved. */
  readonly onScrolled: (mode: AgentMode) => void;
};

export type Input = {
  /** Makes the outer terminal send what the focused pane's child asked for. */
  readonly followPane: () => void;
  /** The same a moment later: the child's modes change rarely, its output does not. */
  readonly followSoon: () => void;
  readonly focusMoved: (from: AgentMode, to: AgentMode) => void;
  readonly sendPrefix: (mode: AgentMode) => void;
  /** Moves a pane's view by pages; negative is back. */
  readonly scroll: (mode: AgentMode, pages: number) => void;
  readonly stop: () => void;
};

export function createInput(options: InputOptions): Input {
  const { clock, terminal, outer, host, display, state, dispatch } = options;
  const parser = createInputParser();
  let escapeTimer: Cancel | undefined;
  let followTimer: Cancel | undefined;

  const modes = (mode: AgentMode) => host.emulator(mode).modes();
  const topOfReader = () => shownTop(state(), display.scene());
  const mouse = createMouse({
    state,
    scene: display.scene,
    dispatch,
    modes,
    isRunning: host.isRunning,
    shownTop: topOfReader,
    write: host.write,
    scroll: scrollLines,
  });
  const router = createRouter({
    state,
    dispatch,
    keymap: options.keymap,
    panes: { modes, write: host.write, scrollToEnd },
    shownTop: topOfReader,
    onTyped: () => {
      display.keyTyped();
      host.favour(state().focus);
    },
    onMouse: mouse,
    onReply: outer.reply,
  });

  function receive(bytes: Uint8Array): void {
    escapeTimer?.();
    escapeTimer = undefined;
    router.handle(parser.feed(bytes));
    if (parser.flushAfterMs !== undefined) escapeTimer = clock.after(parser.flushAfterMs, flush);
  }

  function flush(): void {
    escapeTimer = undefined;
    router.handle(parser.flush());
  }

  function scrollLines(mode: AgentMode, lines: number): void {
    const emulator = host.emulator(mode);
    emulator.scrollBy(lines);
    scrolled(mode);
  }

  function scrollToEnd(mode: AgentMode): void {
    host.emulator(mode).scrollToEnd();
    scrolled(mode);
  }

  function scrolled(mode: AgentMode): void {
    const emulator = host.emulator(mode);
    display.paneDamaged(mode, 0, emulator.rows - 1);
    options.onScrolled(mode);
  }

  /** The prefix itself, encoded as any other key. */
  function sendPrefix(mode: AgentMode): void {
    const { prefix } = options.keymap();
    const bytes = prefix && encodeKey(keyOfChord(prefix), modes(mode));
    if (bytes) host.write(mode, bytes);
  }

  function followPane(): void {
    const { mouseTracking, kittyFlags } = modes(state().focus);
    outer.want({
      mouse: state().mouseCaptured,
      anyMotion: mouseTracking === "any",
      keyEvents: (kittyFlags & eventTypes) !== 0,
    });
  }

  function followSoon(): void {
    followTimer ??= clock.after(followMs, () => {
      followTimer = undefined;
      followPane();
    });
  }

  const stopListening = terminal.onInput(receive);

  return {
    followPane,
    followSoon,
    focusMoved(from, to) {
      if (modes(from).focusEvents) host.write(from, encodeFocus(false));
      if (modes(to).focusEvents) host.write(to, encodeFocus(true));
      followPane();
    },
    sendPrefix,
    scroll(mode, pages) {
      const { rows } = host.emulator(mode);
      scrollLines(mode, pages * Math.max(1, rows - 1));
    },
    stop() {
      stopListening();
      followTimer?.();
      escapeTimer?.();
    },
  };
}

/** Bit 2 of the kitty keyboard protocol's flags: presses, repeats and releases are told apart. */
const eventTypes = 2;

/**
 * The screen as a whole: panes, our own lines and titles, and the chrome, as layers of one
 * compositor; and when the next frame is drawn.
 *
 * Layers from the lowest to the highest: our lines and titles, the panes' contents, the words over
 * ended panes, the chrome's surfaces.
 */

import { wrapText } from "../core/cell-text.ts";
import { arrange, type Scene } from "../core/layout.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import { contains, type Rect } from "../core/rect.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../platform/ports.ts";
import { type Canvas, createCanvas } from "../screen/canvas.ts";
import type { ColorDepth } from "../screen/colors.ts";
import { createCompositor, type Layer } from "../screen/compositor.ts";
import type { Chrome } from "./chrome.ts";
import { bannerText, drawFrame } from "./drawing.ts";
import { createFrames } from "./frames.ts";
import type { PaneHost } from "./pane-host.ts";
import { takesKeys } from "./router.ts";
import { asciiPunctuation } from "./view/theme.ts";

export type DisplayOptions = {
  readonly clock: Clock;
  readonly state: () => State;
  readonly host: PaneHost;
  readonly chrome: Chrome;
  readonly colorDepth: ColorDepth;
  readonly ascii: boolean;
  readonly write: (bytes: Uint8Array, done: () => void) => void;
};

export type Display = {
  readonly scene: () => Scene;
  /** Lays out, draws titles, sends the state to the chrome. */
  readonly stateChanged: (state: State, previous: State | undefined) => void;
  /** A pane's process has written. */
  readonly paneChanged: (mode: AgentMode, bytes: number) => void;
  readonly paneDamaged: (mode: AgentMode, first: number, last: number) => void;
  readonly chromeDamaged: (surface: string, first: number, last: number) => void;
  readonly keyTyped: () => void;
  /** The terminal has synchronized output. */
  readonly synchronize: () => void;
  /** There are other layers than before. */
  readonly layersChanged: () => void;
  /** What the terminal shows is not ours any more: draw it all. */
  readonly repaint: () => void;
  /** What the terminal shows, as text. */
  readonly screenText: () => string;
  readonly stop: () => void;
};

/** The words over an ended pane cover no more of its last screen than this. */
const bannerRows = 5;

/** A pane that never ends its synchronized output is drawn after this. */
const holdMs = 200;

export function createDisplay(options: DisplayOptions): Display {
  const { clock, host, chrome, colorDepth } = options;
  const first = options.state();
  let scene = arrange(first);
  let frame = createCanvas(scene.cols, scene.rows);
  let layersKey = "";
  /** Where the chrome stands: what is under it is not seen, the cursor neither. */
  let covered: readonly Rect[] = [];
  const banners = new Map<AgentMode, Canvas>();
  const heldSince = new Map<AgentMode, number>();
  const compositor = createCompositor({
    cols: scene.cols,
    rows: scene.rows,
    colorDepth,
    synchronized: false,
  });
  const frames = createFrames({ clock, write: options.write, compose });

  function compose(only?: AgentMode): Uint8Array | undefined {
    const state = options.state();
    const cursor = cursorOf(state);
    return compositor.compose({ cursor, only, hold: held() });
  }

  function cursorOf(state: State) {
    if (takesKeys(state)) return undefined;
    const { content, visible } = scene.panes[state.focus];
    const { process } = state.panes[state.focus];
    if (!visible || process.type === "exited" || process.type === "failed") return undefined;
    const cursor = host.emulator(state.focus).cursor();
    if (!cursor.visible || cursor.x >= content.cols || cursor.y >= content.rows) return undefined;
    const x = content.x + cursor.x;
    const y = content.y + cursor.y;
    if (covered.some((rect) => contains(rect, x, y))) return undefined;
    return { x, y, shape: cursor.shape, blinking: cursor.blinking };
  }

  /** A pane inside mode 2026 keeps its old cells on the screen, but not for ever. */
  function isHeld(mode: AgentMode): boolean {
    const since = heldSince.get(mode);
    return since !== undefined && clock.monotonic() - since < holdMs;
  }

  function held(): ReadonlySet<string> | undefined {
    return heldSince.size === 0 ? undefined : new Set(agentModes.filter(isHeld));
  }

  function noteHeld(mode: AgentMode): boolean {
    if (!host.emulator(mode).modes().synchronizedOutput) {
      heldSince.delete(mode);
      return false;
    }
    if (heldSince.has(mode)) return isHeld(mode);
    heldSince.set(mode, clock.monotonic());
    clock.after(holdMs, frames.changed);
    return true;
  }

  function layout(state: State): void {
    const next = arrange(state);
    if (next.cols !== scene.cols || next.rows !== scene.rows) {
      frame = createCanvas(next.cols, next.rows);
    }
    scene = next;
    for (const mode of agentModes) host.resize(mode, scene.panes[mode].content);
  }

  function drawOwn(state: State): void {
    drawFrame({ canvas: frame, state, scene, ascii: options.ascii });
    compositor.damage("frame", 0, scene.rows - 1);
    for (const mode of agentModes) drawBanner(state, mode);
  }

  function drawBanner(state: State, mode: AgentMode): void {
    const text = bannerText(state.panes[mode], state.settings.keys.prefix);
    const { content, visible } = scene.panes[mode];
    if (text === undefined || !visible) {
      banners.delete(mode);
      return;
    }
    const lines = wrapText(text, content.cols - 2, Math.min(bannerRows, content.rows));
    const canvas = createCanvas(content.cols, lines.length);
    for (const [row, line] of lines.entries()) {
      const shown = options.ascii ? asciiPunctuation(line) : line;
      canvas.text(0, row, ` ${shown}`.padEnd(content.cols), { inverse: true });
    }
    banners.set(mode, canvas);
  }

  function arrangeLayers(state: State): void {
    const surfaces = chrome.layers(state, scene);
    covered = surfaces.map(({ rect }) => rect);
    const layers: readonly Layer[] = [
      { id: "frame", rect: { x: 0, y: 0, cols: scene.cols, rows: scene.rows }, source: frame },
      ...agentModes.flatMap((mode) => paneLayer(mode)),
      ...agentModes.flatMap((mode) => bannerLayer(mode)),
      ...surfaces,
    ];
    const key = JSON.stringify([scene.cols, scene.rows, layers.map(({ id, rect }) => [id, rect])]);
    // A banner is a new canvas each time, so while there are any the layers are set anew.
    if (key === layersKey && banners.size === 0) return;
    layersKey = key;
    compositor.arrange({ cols: scene.cols, rows: scene.rows, layers });
  }

  function paneLayer(mode: AgentMode): readonly Layer[] {
    const { content, visible } = scene.panes[mode];
    return visible ? [{ id: mode, rect: content, source: host.emulator(mode) }] : [];
  }

  function bannerLayer(mode: AgentMode): readonly Layer[] {
    const canvas = banners.get(mode);
    const { content } = scene.panes[mode];
    if (!canvas) return [];
    const { rows } = canvas;
    const rect = { ...content, y: content.y + content.rows - rows, rows };
    return [{ id: `banner-${mode}`, rect, source: canvas }];
  }

  return {
    scene: () => scene,
    stateChanged(state, previous) {
      if (!previous || needsLayout(state, previous)) layout(state);
      drawOwn(state);
      arrangeLayers(state);
      chrome.show(state, scene);
      frames.changed();
    },
    paneChanged(mode, bytes) {
      const waits = noteHeld(mode);
      const focused = options.state().focus === mode;
      if (scene.panes[mode].visible) frames.paneChanged({ mode, focused, bytes, held: waits });
    },
    paneDamaged: (mode, from, to) => compositor.damage(mode, from, to),
    chromeDamaged(surface, from, to) {
      compositor.damage(surface, from, to);
      frames.changed();
    },
    keyTyped: frames.keyTyped,
    synchronize: () => compositor.setSynchronized(true),
    layersChanged() {
      arrangeLayers(options.state());
      frames.changed();
    },
    repaint() {
      compositor.invalidate();
      frames.changed();
    },
    screenText: () => compositor.screenText(),
    stop: frames.stop,
  };
}

function needsLayout(state: State, previous: State): boolean {
  return (
    state.screen !== previous.screen ||
    state.layout !== previous.layout ||
    state.zoomed !== previous.zoomed ||
    state.panel !== previous.panel ||
    state.focus !== previous.focus
  );
}

/**
 * When a frame is drawn.
 *
 * A pane that echoes a key is flushed at once, at most every 2 ms; everything else goes out at 60
 * frames a second, the first one after a rest at once. A pane inside synchronized output (mode 2026)
 * is held until it ends it, at most 200 ms. While a write is in flight nothing is composed: damage
 * gathers, and the next frame holds the newest of it. No difference, no write.
 */
import type { AgentMode } from "../core/mode.ts";
import type { Cancel, Clock } from "../platform/ports.ts";

const frameMs = 1000 / 60;
/**
 * A frame in which nothing differed keeps the next one waiting no longer than this: what a key changes
 * in an overlay is drawn by the worker, some ms after the state has changed.
 */
const emptyMs = 4;
/** Faster than this no terminal shows it and the siblings starve. */
const echoMs = 2;
/** Output that follows a key within this time is taken for its echo. */
const echoWindowMs = 150;
/** An echo is short; a chunk this large is bulk output and waits for its frame. */
const echoBytes = 4000;

export type FrameOptions = {
  readonly clock: Clock;
  /** The bytes of the next frame; undefined when nothing differs. `only`: just this pane. */
  readonly compose: (only?: AgentMode) => Uint8Array | undefined;
  readonly write: (bytes: Uint8Array, done: () => void) => void;
};

export type Frames = {
  /** A pane has new content. */
  readonly paneChanged: (change: PaneChange) => void;
  /** Anything else changed: layout, titles, chrome. */
  readonly changed: () => void;
  /** A key went to the focused pane. */
  readonly keyTyped: () => void;
  readonly stop: () => void;
};

export type PaneChange = {
  readonly mode: AgentMode;
  readonly focused: boolean;
  readonly bytes: number;
  readonly held: boolean;
};

export function createFrames({ clock, compose, write }: FrameOptions): Frames {
  let lastFrame = Number.NEGATIVE_INFINITY;
  let lastEcho = Number.NEGATIVE_INFINITY;
  let lastKey = Number.NEGATIVE_INFINITY;
  let inFlight = false;
  let wanted = false;
  let stopped = false;
  let frameTimer: Cancel | undefined;
  let echoTimer: Cancel | undefined;

  function send(bytes: Uint8Array | undefined): void {
    if (!bytes) return;
    inFlight = true;
    write(bytes, () => {
      inFlight = false;
      if (!wanted) return;
      wanted = false;
      schedule();
    });
  }

  function frame(): void {
    frameTimer?.();
    frameTimer = undefined;
    if (stopped) return;
    if (inFlight) {
      wanted = true;
      return;
    }
    const bytes = compose();
    lastFrame = clock.monotonic() - (bytes ? 0 : frameMs - emptyMs);
    send(bytes);
  }

  function echo(mode: AgentMode): void {
    echoTimer?.();
    echoTimer = undefined;
    if (stopped) return;
    if (inFlight) {
      wanted = true;
      return;
    }
    lastEcho = clock.monotonic();
    send(compose(mode));
  }

  function schedule(): void {
    if (frameTimer || stopped) return;
    const wait = lastFrame + frameMs - clock.monotonic();
    frameTimer = clock.after(Math.max(0, wait), frame);
  }

  function isEcho({ focused, held, bytes }: PaneChange, now: number): boolean {
    if (!focused || held || now - lastKey > echoWindowMs) return false;
    return bytes < echoBytes || now - lastEcho > frameMs;
  }

  return {
    paneChanged(change) {
      const now = clock.monotonic();
      if (!isEcho(change, now)) return schedule();
      const wait = lastEcho + echoMs - now;
      if (wait <= 0) return echo(change.mode);
      echoTimer ??= clock.after(wait, () => echo(change.mode));
    },
    changed: schedule,
    keyTyped() {
      lastKey = clock.monotonic();
    },
    stop() {
      stopped = true;
      frameTimer?.();
      echoTimer?.();
    },
  };
}

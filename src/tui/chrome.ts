/**
 * The chrome: side panel, footer, overlays. Ink draws them in a worker thread, so that its 5 to
 * 50 ms a frame never stand in a key's way; each surface's output is parsed by a small emulator,
 * which is one more layer of the compositor.
 */
import type { Scene } from "../core/layout.ts";
import type { State } from "../core/state.ts";
import type { Cancel, Clock } from "../platform/ports.ts";
import type { Layer } from "../screen/compositor.ts";
import type { Emulator } from "../screen/emulator.ts";
import type { FromWorker, ToWorker } from "./view/protocol.ts";
import { changesOf } from "./view/state-changes.ts";
import { type SurfaceId, type SurfacePlace, surfaces } from "./view/surfaces.ts";

/** The worker thread, as far as the chrome needs it. */
export type ViewWorker = {
  readonly post: (message: ToWorker) => void;
  readonly onMessage: (listener: (message: FromWorker) => void) => void;
  readonly stop: () => Promise<void>;
};

export type ChromeOptions = {
  readonly clock: Clock;
  readonly startWorker: () => ViewWorker;
  readonly createEmulator: (size: { cols: number; rows: number }) => Emulator;
  /** Rows of a surface changed. */
  readonly onDamage: (surface: SurfaceId, first: number, last: number) => void;
  readonly onFailed: (message: string) => void;
  /** The chrome has layers from now on. */
  readonly onStarted: () => void;
};

export type Chrome = {
  /** The surfaces of a state, as layers from the lowest to the highest. */
  readonly layers: (state: State, scene: Scene) => readonly Layer[];
  /** Sends the state to the worker, at most ten times a second; a new surface goes at once. */
  readonly show: (state: State, scene: Scene) => void;
  readonly stop: () => Promise<void>;
};

/** Loading Ink keeps a core busy; the first pane comes before it. */
const firstMs = 60;
/** Ten snapshots a second are more than anybody reads... */
const snapshotMs = 100;
/** ...except while typing into an overlay. */
const typingMs = 16;

/** A view that dies again and again is left dead. */
const mostRestarts = 3;

type Drawn = { readonly emulator: Emulator; place: SurfacePlace };

export function createChrome(options: ChromeOptions): Chrome {
  const drawn = new Map<SurfaceId, Drawn>();
  let worker: ViewWorker | undefined;
  let restarts = 0;
  let lastSent = Number.NEGATIVE_INFINITY;
  let timer: Cancel | undefined;
  /** What the worker has. */
  let sent: State | undefined;
  let latest: { state: State; scene: Scene } | undefined;

  function start(): ViewWorker {
    const started = options.startWorker();
    started.onMessage((message) => {
      if (message.type === "output") receive(message);
      if (message.type === "failed") options.onFailed(message.message);
      if (message.type === "ended") restart(started, message.message);
    });
    return started;
  }

  /** The thread died; the panes live on, and a new one draws what it left. */
  function restart(ended: ViewWorker, message: string): void {
    options.onFailed(message);
    if (worker !== ended || restarts >= mostRestarts) return;
    restarts++;
    worker = undefined;
    send();
  }

  function receive({ surface, cols, rows, text }: Extract<FromWorker, { type: "output" }>): void {
    const target = drawn.get(surface);
    // Output for a size that is no longer wanted would wrap wrongly: the next frame is under way.
    if (!target || target.emulator.cols !== cols || target.emulator.rows !== rows) return;
    target.emulator.write(text);
  }

  function surfaceFor(place: SurfacePlace): Drawn {
    const { id, rect } = place;
    const known = drawn.get(id);
    if (known && known.emulator.cols === rect.cols && known.emulator.rows === rect.rows) {
      known.place = place;
      return known;
    }
    known?.emulator.dispose();
    const emulator = options.createEmulator(rect);
    emulator.onDamage((first, last) => options.onDamage(id, first, last));
    const surface: Drawn = { emulator, place };
    drawn.set(id, surface);
    return surface;
  }

  function send(): void {
    timer?.();
    timer = undefined;
    if (!latest) return;
    lastSent = options.clock.monotonic();
    if (!worker) {
      worker = start();
      sent = undefined;
      options.onStarted();
    }
    const { state, scene } = latest;
    const places = surfaces(state, scene);
    worker.post(
      sent
        ? { type: "changes", changes: changesOf(sent, state), surfaces: places }
        : { type: "snapshot", state, surfaces: places },
    );
    sent = state;
  }

  return {
    layers(state, scene) {
      // Nothing is drawn before the thread runs, and an emulator takes 4 ms to make.
      const places = worker ? surfaces(state, scene) : [];
      for (const [id, { emulator }] of drawn) {
        if (places.some((place) => place.id === id)) continue;
        emulator.dispose();
        drawn.delete(id);
      }
      return places.map((place) => {
        const { emulator } = surfaceFor(place);
        return { id: place.id, rect: place.rect, source: emulator };
      });
    },
    show(state, scene) {
      const urgent = latest === undefined || placesKey(latest) !== placesKey({ state, scene });
      latest = { state, scene };
      const gap = state.overlay ? typingMs : snapshotMs;
      const wait = lastSent + gap - options.clock.monotonic();
      if (worker && (urgent || wait <= 0)) send();
      else timer ??= options.clock.after(worker ? wait : firstMs, send);
    },
    async stop() {
      timer?.();
      for (const { emulator } of drawn.values()) emulator.dispose();
      drawn.clear();
      await worker?.stop();
    },
  };
}

function placesKey({ state, scene }: { state: State; scene: Scene }): string {
  const keys = surfaces(state, scene).map(({ id, rect }) => [
    id,
    rect.x,
    rect.y,
    rect.cols,
    rect.rows,
  ]);
  return JSON.stringify([keys, state.overlay?.type, state.prefix?.strip ?? false]);
}

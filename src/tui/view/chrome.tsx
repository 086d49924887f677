/**
 * Draws the surfaces with Ink, one Ink instance a surface. The state's snapshots are turned into
 * views here; a store mirrors them, and a view that equals the last one keeps its identity, so that
 * only the surfaces whose content changed are rendered, and only the rows that changed are sent.
 *
 * Ink runs in its debug mode: then it writes each frame whole, at once and without any cursor
 * movement (measured on Ink 8.0.0), and `frame-update.ts` makes the bytes from it.
 */
import { type Instance, render } from "ink";
import type { ReactElement } from "react";
import { useStore } from "zustand";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { KeySettings } from "../../core/settings.ts";
import type { State } from "../../core/state.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { type Hints, hintsOf } from "./hints.ts";
import type { Size } from "./line.ts";
import type { FromWorker } from "./protocol.ts";
import { SurfaceRoot } from "./SurfaceRoot.tsx";
import { SurfaceScreen, silentInput } from "./surface-screen.ts";
import { type SurfaceView, surfaceView } from "./surface-view.ts";
import type { SurfaceId, SurfacePlace } from "./surfaces.ts";
import { type Capabilities, createTheme } from "./theme.ts";
import { ThemeContext } from "./use-theme.ts";

export type Chrome = {
  /** Draws a state; answers with the outputs of what changed, within this turn of the loop. */
  show(state: State, surfaces: readonly SurfacePlace[]): void;
  stop(): void;
};

export type ChromeOptions = Capabilities & { readonly post: (message: FromWorker) => void };

type Shown = { readonly view: SurfaceView; readonly size: Size };
type Mirror = StoreApi<Readonly<Partial<Record<SurfaceId, Shown>>>>;
type Mounted = { readonly screen: SurfaceScreen; readonly ink: Instance };

/** Makes the chrome; nothing is mounted until the first state is shown. */
export function createChrome({ post, ...capabilities }: ChromeOptions): Chrome {
  const theme = createTheme(capabilities);
  const mirror: Mirror = createStore(() => ({}));
  const mounted = new Map<SurfaceId, Mounted>();
  let known: { readonly keys: KeySettings; readonly hints: Hints } | undefined;
  const onError = (error: unknown) => post({ type: "failed", message: messageOf(error) });

  function show(state: State, surfaces: readonly SurfacePlace[]): void {
    for (const id of mounted.keys()) {
      if (!surfaces.some((each) => each.id === id)) unmount(id);
    }
    const shown = Object.fromEntries(surfaces.map(({ id, rect }) => [id, next(id, state, rect)]));
    for (const { id, rect } of surfaces) mounted.get(id)?.screen.resize(rect);
    mirror.setState(shown, true);
    for (const { id, rect } of surfaces) if (!mounted.has(id)) mount(id, rect);
  }

  /** What a surface shows next; the very value it shows now if nothing of it changed. */
  function next(id: SurfaceId, state: State, { cols, rows }: Size): Shown | undefined {
    const now = mirror.getState()[id];
    try {
      const size = { cols, rows };
      const view = surfaceView({ id, state, size, hints: hintsFor(state) });
      const shown = view && { view, size };
      return JSON.stringify(shown) === JSON.stringify(now) ? now : shown;
    } catch (error) {
      onError(error);
      return now;
    }
  }

  /** The hints of the keys as they are set: going through the key table for each surface is slow. */
  function hintsFor({ settings: { keys } }: State): Hints {
    if (known?.keys !== keys) known = { keys, hints: hintsOf(keys) };
    return known.hints;
  }

  function mount(id: SurfaceId, { cols, rows }: Size): void {
    const screen = new SurfaceScreen({
      cols,
      rows,
      rewrite: theme.frame,
      onUpdate: (text, size) => post({ type: "output", surface: id, ...size, text }),
    });
    const root = (
      <ThemeContext value={theme}>
        <MirroredSurface id={id} mirror={mirror} onError={onError} />
      </ThemeContext>
    );
    mounted.set(id, { screen, ink: render(root, inkOptions(screen)) });
  }

  function unmount(id: SurfaceId): void {
    const surface = mounted.get(id);
    mounted.delete(id);
    surface?.screen.silence();
    surface?.ink.unmount();
  }

  return {
    show,
    stop: () => {
      for (const id of mounted.keys()) unmount(id);
    },
  };
}

function inkOptions(screen: SurfaceScreen) {
  return {
    stdout: screen,
    stderr: screen,
    stdin: silentInput(),
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
  };
}

type MirroredSurfaceProps = {
  readonly id: SurfaceId;
  readonly mirror: Mirror;
  readonly onError: (error: unknown) => void;
};

function MirroredSurface({ id, mirror, onError }: MirroredSurfaceProps): ReactElement | undefined {
  const shown = useStore(mirror, (all) => all[id]);
  if (shown === undefined) return undefined;
  return (
    <ErrorBoundary retryOn={shown} onError={onError}>
      <SurfaceRoot view={shown.view} size={shown.size} />
    </ErrorBoundary>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * A surface is a rectangle of the screen that the chrome draws. Which ones there are and where they
 * stand follows from the state alone, so that the main thread and the worker agree without asking.
 */
import type { Scene } from "../../core/layout.ts";
import type { Rect } from "../../core/rect.ts";
import type { State } from "../../core/state.ts";
import { hintsOf } from "./hints.ts";
import type { Size } from "./line.ts";
import { overlaySize } from "./overlay.ts";
import { stripRows } from "./strip.ts";

export type SurfaceId = "start" | "panel" | "footer" | "strip" | "overlay" | "too-small";

export type SurfacePlace = { readonly id: SurfaceId; readonly rect: Rect };

/** The surfaces of a state, from the lowest to the topmost. */
export function surfaces(state: State, scene: Scene): readonly SurfacePlace[] {
  const screen: Rect = { x: 0, y: 0, cols: scene.cols, rows: scene.rows };
  if (scene.arrangement === "too-small" || scene.footer === undefined) {
    return screen.cols > 0 && screen.rows > 0 ? [{ id: "too-small", rect: screen }] : [];
  }
  const overlay = overlayRect(state, screen);
  const starting = state.environment.type !== "ready";
  // A panel that floats would cover what has to be read now.
  const panel = starting && !isParted(scene) ? undefined : scene.panel;
  return [
    ...(starting ? [surface("start", startRect(scene))] : []),
    ...(panel ? [surface("panel", panel)] : []),
    ...(state.prefix?.strip
      ? [surface("strip", stripRect(state, screen))]
      : [surface("footer", scene.footer)]),
    ...(overlay ? [surface("overlay", overlay)] : []),
  ];
}

function surface(id: SurfaceId, rect: Rect): SurfacePlace {
  return { id, rect };
}

/** All that the panes would take: left of the panel, unless that floats over them. */
function startRect(scene: Scene): Rect {
  const { cols, rows, panel } = scene;
  return { x: 0, y: 0, cols: panel && isParted(scene) ? panel.x - 1 : cols, rows: rows - 1 };
}

/** Whether the panel stands beside the panes, behind a line. */
function isParted({ panel, separators }: Scene): boolean {
  return separators.some(({ x }) => x === (panel?.x ?? 0) - 1);
}

/** At the bottom, in the place of the footer and above it, over half of the screen at most. */
function stripRect({ settings }: State, screen: Rect): Rect {
  const wanted = stripRows(screen.cols, hintsOf(settings.keys));
  const rows = Math.min(wanted, Math.floor(screen.rows / 2));
  return { ...screen, y: screen.rows - rows, rows };
}

/** In the middle, as big as its content; the footer stays free, it may have a notice to show. */
function overlayRect(state: State, screen: Rect): Rect | undefined {
  if (state.overlay === undefined) return undefined;
  const room: Size = { cols: screen.cols, rows: screen.rows - 1 };
  const size = overlaySize(state, room, hintsOf(state.settings.keys));
  return size && centred(size, room);
}

function centred(size: Size, room: Size): Rect {
  const x = Math.floor((room.cols - size.cols) / 2);
  const y = Math.floor((room.rows - size.rows) / 2);
  return { x, y, ...size };
}

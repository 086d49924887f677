/**
 * Where everything stands on the screen, as a pure function of size and choices.
 *
 * A pane has a title row on top and its content below; panes beside each other are parted by one
 * column. When only one pane is shown, a row of tabs takes the place of its title. The last row of
 * the screen is the footer. OpenCode is good from 60 columns, usable at 50, so the layout follows
 * the width unless the user has chosen one.
 */
import { type AgentMode, agentModes, type ByMode, byMode } from "./mode.ts";
import type { Rect } from "./rect.ts";
import type { State } from "./state.ts";

export type PanePlace = {
  /** The title row and the content. */
  readonly frame: Rect;
  /** What the pty gets. */
  readonly content: Rect;
  readonly visible: boolean;
};

export type Arrangement = "columns" | "main-stack" | "rows" | "single" | "too-small";

export type Scene = {
  readonly cols: number;
  readonly rows: number;
  readonly arrangement: Arrangement;
  /** Every pane has a place, also a hidden one: the size its pty keeps. */
  readonly panes: ByMode<PanePlace>;
  /** A row with one tab a mode, when only one pane is shown. */
  readonly tabs?: Rect;
  readonly panel?: Rect;
  readonly footer?: Rect;
  /** Columns of the lines that part panes, each one cell wide. */
  readonly separators: readonly Rect[];
};

const panelCols = 34;
/** A model's numbers fit in one line of it; taken where three panes keep their 60 columns beside it. */
const widePanelCols = 38;
const widePanelFrom = 3 * 60 + 2 + 1 + widePanelCols;
/** On a smaller screen nothing is shown. */
export const minimumScreen = { cols: 40, rows: 10 } as const;
/** Below this width OpenCode is hard to use: the panel then floats over the panes. */
const usableCols = 50;
/** OpenCode shows its prompt and a few lines from here on. */
const usableRows = 12;

type LayoutState = Pick<State, "screen" | "layout" | "zoomed" | "panel" | "focus">;

/** Places panes, tabs, panel and footer on the screen. */
export function arrange(state: LayoutState): Scene {
  const { cols, rows } = state.screen;
  if (cols < minimumScreen.cols || rows < minimumScreen.rows) return tooSmall(cols, rows);
  const footer: Rect = { x: 0, y: rows - 1, cols, rows: 1 };
  const panel = panelRect(state);
  const floats = panel !== undefined && panel.x < usableCols;
  const area: Rect = { x: 0, y: 0, cols: panel && !floats ? panel.x - 1 : cols, rows: rows - 1 };
  const arrangement = arrangementFor(state, area);
  const { frames, separators } = place(arrangement, area, state.focus);
  const zoomed = state.zoomed || arrangement === "single";
  const panes = byMode((mode): PanePlace => {
    const frame =
      zoomed && (mode === state.focus || arrangement === "single") ? area : frames[mode];
    return { frame, content: contentOf(frame), visible: !zoomed || mode === state.focus };
  });
  const parting = panel && !floats ? [{ x: panel.x - 1, y: 0, cols: 1, rows: rows - 1 }] : [];
  return {
    cols,
    rows,
    arrangement: zoomed ? "single" : arrangement,
    panes,
    footer,
    separators: zoomed ? parting : [...separators, ...parting],
    ...(panel ? { panel } : {}),
    ...(zoomed ? { tabs: { ...area, rows: 1 } } : {}),
  };
}

function tooSmall(cols: number, rows: number): Scene {
  // The children keep a size they can live with; nothing of them is shown.
  const frame: Rect = { x: 0, y: 0, cols: Math.max(cols, 20), rows: Math.max(rows, 5) };
  const hidden: PanePlace = { frame, content: contentOf(frame), visible: false };
  return { cols, rows, arrangement: "too-small", panes: byMode(() => hidden), separators: [] };
}

function panelRect({ screen, panel }: LayoutState): Rect | undefined {
  const shown = panel === "shown" || (panel === "auto" && screen.cols >= 200);
  if (!shown) return undefined;
  const wanted = screen.cols >= widePanelFrom ? widePanelCols : panelCols;
  const cols = Math.min(wanted, screen.cols);
  return { x: screen.cols - cols, y: 0, cols, rows: screen.rows - 1 };
}

function arrangementFor(
  { layout, screen }: LayoutState,
  area: Rect,
): Exclude<Arrangement, "too-small"> {
  const wanted = layout === "auto" ? automatic(screen.cols) : layout;
  if (wanted === "columns" && area.cols < 3 * 20 + 2) return "single";
  if (wanted === "main-stack" && (area.cols < 2 * 20 + 1 || area.rows < 2 * usableRows))
    return "single";
  if (wanted === "rows" && area.rows < 3 * 4) return "single";
  return wanted;
}

function automatic(cols: number): "columns" | "main-stack" | "single" {
  if (cols >= 200) return "columns";
  return cols >= 120 ? "main-stack" : "single";
}

type Placed = { readonly frames: ByMode<Rect>; readonly separators: readonly Rect[] };

function place(
  arrangement: Exclude<Arrangement, "too-small">,
  area: Rect,
  focus: AgentMode,
): Placed {
  switch (arrangement) {
    case "single":
      return { frames: byMode(() => area), separators: [] };
    case "columns":
      return columns(area);
    case "rows":
      return { frames: rowsOf(area, agentModes), separators: [] };
    case "main-stack":
      return mainAndStack(area, focus);
    default:
      return arrangement satisfies never;
  }
}

function columns(area: Rect): Placed {
  const widths = shares(area.cols - 2, 3);
  const xs = [0, widths[0]! + 1, widths[0]! + widths[1]! + 2]; // `shares` returns three
  const frames = byMode((mode) => {
    const index = agentModes.indexOf(mode);
    return { ...area, x: area.x + xs[index]!, cols: widths[index]! };
  });
  const separators = [1, 2].map((index) => ({ ...area, x: area.x + xs[index]! - 1, cols: 1 }));
  return { frames, separators };
}

function mainAndStack(area: Rect, focus: AgentMode): Placed {
  const stackCols = Math.min(
    Math.max(usableCols, Math.floor(area.cols * 0.38)),
    Math.floor(area.cols / 2),
  );
  const mainCols = area.cols - stackCols - 1;
  const stacked = agentModes.filter((mode) => mode !== focus);
  const stack = rowsOf({ ...area, x: area.x + mainCols + 1, cols: stackCols }, stacked);
  const main: Rect = { ...area, cols: mainCols };
  const frames = byMode((mode) => (mode === focus ? main : stack[mode]));
  return { frames, separators: [{ ...area, x: area.x + mainCols, cols: 1 }] };
}

/** Stacks some modes in an area; modes that are not among them get the whole area. */
function rowsOf(area: Rect, modes: readonly AgentMode[]): ByMode<Rect> {
  const heights = shares(area.rows, modes.length);
  return byMode((mode) => {
    const index = modes.indexOf(mode);
    if (index < 0) return area;
    const above = heights.slice(0, index).reduce((sum, rows) => sum + rows, 0);
    return { ...area, y: area.y + above, rows: heights[index]! };
  });
}

/** Splits a length in whole parts; the first ones get what is left over. */
function shares(total: number, parts: number): readonly number[] {
  const base = Math.floor(total / parts);
  return Array.from({ length: parts }, (_, index) => base + (index < total % parts ? 1 : 0));
}

function contentOf(frame: Rect): Rect {
  return { ...frame, y: frame.y + 1, rows: frame.rows - 1 };
}

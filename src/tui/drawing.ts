/**
 * What the compositor draws by itself, without Ink: the title row of each pane, the lines that part
 * them, the tabs, and the words over a pane whose process has ended. They are a few cells that must
 * be right in the same frame as the panes.
 */

import { textWidth } from "../core/cell-text.ts";
import { roughly } from "../core/format.ts";
import type { Scene } from "../core/layout.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { Rect } from "../core/rect.ts";
import { exitWords } from "../core/select.ts";
import type { PaneState, State } from "../core/state.ts";
import { printable } from "../core/text.ts";
import { fitTitle, type PaneTitle, paneTitle } from "../core/title.ts";
import type { Canvas, Style } from "../screen/canvas.ts";
import { placeTabs } from "./tabs.ts";
import { glyphText, glyphTone, type Tone } from "./view/theme.ts";

export type Drawing = {
  readonly canvas: Canvas;
  readonly state: State;
  readonly scene: Scene;
  readonly ascii: boolean;
};

/** Draws all of it anew; the compositor finds out what differs. */
export function drawFrame(drawing: Drawing): void {
  const { canvas, scene } = drawing;
  canvas.clear();
  if (scene.arrangement === "too-small") return;
  for (const line of scene.separators) drawSeparator(drawing, line);
  if (scene.tabs) drawTabs(drawing, scene.tabs);
  else for (const mode of agentModes) drawTitle(drawing, mode);
}

function drawSeparator({ canvas, ascii }: Drawing, line: Rect): void {
  canvas.fillRect(line, ascii ? "|" : "│", { dim: true });
}

function drawTitle(drawing: Drawing, mode: AgentMode): void {
  const { canvas, state, scene, ascii } = drawing;
  const { frame, visible } = scene.panes[mode];
  if (!visible) return;
  const focused = state.focus === mode;
  const rule = ruleChar(focused, ascii);
  const style: Style = focused ? { bold: true, fg: accent } : { dim: true };
  canvas.fillRect({ ...frame, rows: 1 }, rule, style);
  const title = fitTitle(paneTitle(state, mode), { cols: frame.cols - 4, widthOf: textWidth });
  const end = drawParts(drawing, { title, x: frame.x + 2, y: frame.y, focused });
  canvas.text(frame.x + 1, frame.y, " ", style);
  canvas.text(end, frame.y, " ", style);
}

const accent = 4; // blue of the host's palette

function ruleChar(focused: boolean, ascii: boolean): string {
  if (ascii) return focused ? "=" : "-";
  return focused ? "━" : "─";
}

type Placed = {
  readonly title: PaneTitle;
  readonly x: number;
  readonly y: number;
  readonly focused: boolean;
};

/** Draws the parts of a title and returns the column after them. */
function drawParts({ canvas, ascii }: Drawing, { title, x, y, focused }: Placed): number {
  const plain: Style = focused ? { bold: true } : {};
  let at = x;
  for (const [index, part] of title.parts.entries()) {
    if (index > 0) at = canvas.text(at, y, joiner(part.joiner, ascii), { dim: true });
    const marked = part.name === "glyph" || part.name === "state" || part.name === "age";
    const style = marked ? { ...plain, ...toneStyle(glyphTone(title.glyph)) } : plain;
    const text = part.name === "glyph" ? glyphText(title.glyph, ascii) : part.text;
    at = canvas.text(at, y, text, style);
  }
  return at;
}

function joiner(text: string, ascii: boolean): string {
  return ascii ? text.replace("·", "-") : text;
}

/** The theme names colours as Ink does; the canvas counts them as the terminal does. */
function toneStyle(tone: Tone): Style {
  return {
    ...(tone.color === undefined ? {} : { fg: paletteIndex[tone.color] }),
    ...(tone.bold ? { bold: true } : {}),
    ...(tone.dim ? { dim: true } : {}),
  };
}

const paletteIndex = { red: 1, green: 2, yellow: 3, cyan: 6 } as const;

function drawTabs(drawing: Drawing, area: Rect): void {
  const { canvas, state, ascii } = drawing;
  canvas.fillRect({ ...area, rows: 1 }, ascii ? "-" : "─", { dim: true });
  for (const { mode, title, rect } of placeTabs(state, area)) {
    const end = rect.x + rect.cols;
    const focused = state.focus === mode;
    canvas.text(rect.x, rect.y, " ".repeat(rect.cols), {});
    if (focused) canvas.text(rect.x, rect.y, ascii ? ">" : "▸", { bold: true, fg: accent });
    drawParts(drawing, { title, x: rect.x + 1, y: rect.y, focused });
    if (mode !== agentModes.at(-1)) canvas.text(end, rect.y, ascii ? "|" : "│", { dim: true });
  }
}

/** Words over a pane that has no process any more: what happened, for how long it ran, the key. */
export function bannerText(pane: PaneState, prefix: string): string | undefined {
  const { process } = pane;
  if (process.type === "failed") {
    const { message, remedy } = process.problem;
    const again = remedy.includes(`${prefix} r`) ? "" : ` · then ${prefix} r`;
    return printable(`${message} · ${remedy}${again}`);
  }
  if (process.type !== "exited") return undefined;
  const how = process.byHand ? "stopped" : exitWords(process.exit);
  const again =
    process.retryAt === undefined ? `${prefix} r starts it again` : "it starts again by itself";
  return `${how} after ${roughly(process.ranFor)} · ${again}`;
}

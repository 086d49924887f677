/** The tabs that stand above the one pane that is shown: where each is and what it says. */

import { textWidth } from "../core/cell-text.ts";
import type { Scene } from "../core/layout.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import { contains, type Rect } from "../core/rect.ts";
import type { State } from "../core/state.ts";
import { fitTitle, type PaneTitle, paneTitle } from "../core/title.ts";

export type Tab = {
  readonly mode: AgentMode;
  readonly title: PaneTitle;
  /** With a free column on both sides of the title. */
  readonly rect: Rect;
};

/** "2 build · ◐ permission" and its margins: what a tab has when it is not focused. */
const shortTab = 25;
const margins = 2;

/** The tabs from left to right, one column between them; the focused one takes what room it needs. */
export function placeTabs(state: State, { x, y, cols }: Rect): readonly Tab[] {
  const short = Math.min(shortTab, Math.floor((cols - 2) / agentModes.length));
  let at = x;
  return agentModes.map((mode, index) => {
    const isLast = index === agentModes.length - 1;
    const others = (agentModes.length - index - 1) * short;
    const free = x + cols - at - others - (isLast ? margins : margins + 1);
    const room = state.focus === mode ? free : Math.min(free, shortTab - margins);
    const title = fitTitle(paneTitle(state, mode), { cols: room, widthOf: textWidth });
    const rect = { x: at, y, cols: titleWidth(title) + margins, rows: 1 };
    at += rect.cols + 1;
    return { mode, title, rect };
  });
}

/** The mode whose tab is at a cell, if there are tabs and one is there. */
export function tabAt(
  state: State,
  { tabs }: Pick<Scene, "tabs">,
  { x, y }: Pick<Rect, "x" | "y">,
): AgentMode | undefined {
  if (!tabs || !contains(tabs, x, y)) return undefined;
  return placeTabs(state, tabs).find(({ rect }) => contains(rect, x, y))?.mode;
}

function titleWidth({ parts }: PaneTitle): number {
  const widths = parts.map(({ name, text, joiner }, index) => {
    return (index === 0 ? 0 : joiner.length) + (name === "glyph" ? 1 : textWidth(text));
  });
  return widths.reduce((sum, width) => sum + width, 0);
}

import type { Scene } from "../layout.ts";
import { type AgentMode, agentModes } from "../mode.ts";
import type { Rect } from "../rect.ts";

export type Direction = "left" | "right" | "up" | "down";

/**
 * The pane next to another one in a direction; the pane itself when there is none. With one pane
 * on the screen the modes stand in a row, as their tabs do.
 */
export function neighbour(scene: Scene, from: AgentMode, direction: Direction): AgentMode {
  if (scene.arrangement === "single") return inRow(from, direction);
  const origin = scene.panes[from].frame;
  const candidates = agentModes
    .filter((mode) => mode !== from && lies(scene.panes[mode].frame, direction, origin))
    .sort(
      (a, b) => distance(scene.panes[a].frame, origin) - distance(scene.panes[b].frame, origin),
    );
  return candidates[0] ?? from;
}

function inRow(from: AgentMode, direction: Direction): AgentMode {
  const by = direction === "left" || direction === "up" ? -1 : 1;
  return agentModes[agentModes.indexOf(from) + by] ?? from;
}

function lies(frame: Rect, direction: Direction, origin: Rect): boolean {
  switch (direction) {
    case "left":
      return frame.x + frame.cols <= origin.x;
    case "right":
      return frame.x >= origin.x + origin.cols;
    case "up":
      return frame.y + frame.rows <= origin.y && overlaps(frame, origin);
    case "down":
      return frame.y >= origin.y + origin.rows && overlaps(frame, origin);
    default:
      return direction satisfies never;
  }
}

/** Up and down stay in the column: a pane beside the main one is not "below" it. */
function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.cols && b.x < a.x + a.cols;
}

function distance(a: Rect, b: Rect): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

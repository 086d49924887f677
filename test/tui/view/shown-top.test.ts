import { describe, expect, it } from "vitest";
import { arrange } from "../../../src/core/layout.ts";
import type { Overlay } from "../../../src/core/state.ts";
import { shownTop } from "../../../src/tui/view/shown-top.ts";
import { sampleState } from "../../fakes/sample-state.ts";

const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
const end = Number.MAX_SAFE_INTEGER;

function topOf(overlay: Overlay): number | undefined {
  const state = sampleState({ overlay, screen: { cols: 100, rows: 25 } });
  return shownTop(state, arrange(state));
}

describe("the line at which a reader stands", () => {
  it.each<readonly [string, Overlay, number | undefined]>([
    ["where it was sent", { type: "log", lines, top: 7 }, 7],
    ["the last page when it was sent beyond", { type: "log", lines, top: end }, 80],
    ["the beginning when all is shown", { type: "log", lines: ["one"], top: end }, 0],
    ["the last page of the keys", { type: "help", filter: "quit", typing: false, top: end }, 0],
    [
      "nowhere where there is nothing to scroll",
      { type: "palette", query: "", selected: 0 },
      undefined,
    ],
  ])("is %s", (_, overlay, top) => {
    expect(topOf(overlay)).toBe(top);
  });
});

import { describe, expect, it } from "vitest";
import { arrange, type Scene } from "../../src/core/layout.ts";
import { agentModes } from "../../src/core/mode.ts";
import type { Rect } from "../../src/core/rect.ts";
import { layoutChoices } from "../../src/core/settings.ts";
import type { State } from "../../src/core/state.ts";
import { sampleState } from "../fakes/sample-state.ts";

function scene(cols: number, rows: number, changes: Partial<State> = {}): Scene {
  return arrange(sampleState({ screen: { cols, rows }, ...changes }));
}

function visible(of: Scene): readonly Rect[] {
  return agentModes.filter((mode) => of.panes[mode].visible).map((mode) => of.panes[mode].frame);
}

describe("arrange", () => {
  it.each([
    [220, 50, "columns"],
    [200, 50, "columns"],
    [199, 50, "main-stack"],
    [120, 40, "main-stack"],
    [119, 40, "single"],
    [90, 25, "single"],
    [40, 10, "single"],
    [39, 10, "too-small"],
    [80, 9, "too-small"],
    [140, 20, "single"],
  ])("shows %i x %i as %s", (cols, rows, arrangement) => {
    expect(scene(cols, rows).arrangement).toBe(arrangement);
  });

  it("gives OpenCode 50 columns or more wherever it shows several panes by itself", () => {
    for (let cols = 120; cols <= 320; cols++) {
      for (const frame of visible(scene(cols, 50))) expect(frame.cols).toBeGreaterThanOrEqual(50);
    }
  });

  it("shows the side panel from 200 columns on, unless the user chose otherwise", () => {
    expect(scene(200, 50).panel).toEqual({ x: 166, y: 0, cols: 34, rows: 49 });
    expect(scene(199, 50).panel).toBeUndefined();
    expect(scene(199, 50, { panel: "shown" }).panel).toBeDefined();
    expect(scene(220, 50, { panel: "hidden" }).panel).toBeUndefined();
  });

  it("widens the side panel where three panes keep 60 columns beside it", () => {
    expect(scene(220, 50).panel?.cols).toBe(34);
    expect(scene(221, 50).panel?.cols).toBe(38);
    expect(visible(scene(221, 50)).map(({ cols }) => cols)).toEqual([60, 60, 60]);
  });

  it("lets the panel float over a pane that would become too narrow", () => {
    const narrow = scene(80, 25, { panel: "shown" });

    expect(narrow.panes.plan.frame.cols).toBe(80);
    expect(narrow.panel?.x).toBe(46);
  });

  it("makes the focused pane the large one in main + stack", () => {
    const main = scene(160, 50, { focus: "build" });

    expect(main.panes.build.frame).toMatchObject({ x: 0, y: 0, rows: 49 });
    expect(main.panes.build.frame.cols).toBeGreaterThan(main.panes.plan.frame.cols);
    expect(main.panes.plan.frame.x).toBe(main.panes.review.frame.x);
  });

  it("zooms the focused pane and leaves the size of the others", () => {
    const plain = scene(220, 50);
    const zoomed = scene(220, 50, { zoomed: true, focus: "review" });

    expect(zoomed.panes.review).toMatchObject({ visible: true, frame: { x: 0, cols: 185 } });
    expect(zoomed.panes.plan).toEqual({ ...plain.panes.plan, visible: false });
    expect(zoomed.tabs).toEqual({ x: 0, y: 0, cols: 185, rows: 1 });
  });

  it("never overlaps panes nor leaves the screen, at any size and choice", () => {
    for (const layout of layoutChoices)
      for (let cols = 20; cols <= 260; cols += 7)
        for (let rows = 5; rows <= 80; rows += 5) checkFits(scene(cols, rows, { layout }));
  });
});

function checkFits(of: Scene): void {
  if (of.arrangement === "too-small") return expect(visible(of)).toEqual([]);
  const taken = new Set<number>();
  for (const frame of [...visible(of), ...of.separators, of.footer!]) {
    expect(frame.x + frame.cols).toBeLessThanOrEqual(of.cols);
    expect(frame.y + frame.rows).toBeLessThanOrEqual(of.rows);
    for (let y = frame.y; y < frame.y + frame.rows; y++)
      for (let x = frame.x; x < frame.x + frame.cols; x++) {
        const cell = y * of.cols + x;
        if (taken.has(cell))
          throw new Error(`cell ${x},${y} is taken twice: ${JSON.stringify(of)}`);
        taken.add(cell);
      }
  }
  for (const mode of agentModes) expect(of.panes[mode].content.rows).toBeGreaterThan(0);
}

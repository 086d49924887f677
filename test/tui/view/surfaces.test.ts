import { describe, expect, it } from "vitest";
import { arrange } from "../../../src/core/layout.ts";
import type { State } from "../../../src/core/state.ts";
import { surfaces } from "../../../src/tui/view/surfaces.ts";
import { fullStates } from "../../fakes/full-state.ts";
import { sampleNow as now, sampleState } from "../../fakes/sample-state.ts";

function placed(changes: Partial<State>) {
  const state = sampleState(changes);
  return surfaces(state, arrange(state));
}

const problem = { code: "nix/eval-failed", message: "no", remedy: "yes" } as const;

describe("the surfaces", () => {
  it("of a wide screen are panel and footer", () => {
    expect(placed({})).toEqual([
      { id: "panel", rect: { x: 166, y: 0, cols: 34, rows: 49 } },
      { id: "footer", rect: { x: 0, y: 49, cols: 200, rows: 1 } },
    ]);
  });

  it("of a narrow screen are the footer alone", () => {
    const screen = { cols: 100, rows: 30 };

    expect(placed({ screen }).map(({ id }) => id)).toEqual(["footer"]);
  });

  it("take the place of the panes while there is no environment", () => {
    const environment = { type: "failed", problem } as const;

    expect(placed({ environment })[0]).toEqual({
      id: "start",
      rect: { x: 0, y: 0, cols: 165, rows: 49 },
    });
    const screen = { cols: 60, rows: 20 };
    expect(placed({ environment, screen, panel: "shown" })).toMatchObject([
      { id: "start", rect: { cols: 60, rows: 19 } },
      { id: "footer" },
    ]);
  });

  it("put the which-key strip in the place of the footer", () => {
    const waits = { since: now, strip: false };

    expect(placed({ prefix: waits }).map(({ id }) => id)).toEqual(["panel", "footer"]);
    const strip = placed({ prefix: { ...waits, strip: true } }).at(-1);
    expect(strip).toMatchObject({ id: "strip", rect: { x: 0, cols: 200 } });
    expect(strip && strip.rect.y + strip.rect.rows).toBe(50);
  });

  it("have the overlay in the middle, on top of all", () => {
    const overlay = { type: "palette", query: "", selected: 0 } as const;

    expect(placed({ overlay }).at(-1)).toEqual({
      id: "overlay",
      rect: { x: 68, y: 9, cols: 64, rows: 30 },
    });
  });

  it("are one that says so when the screen is too small", () => {
    expect(placed({ screen: { cols: 30, rows: 5 }, prefix: { since: now, strip: true } })).toEqual([
      { id: "too-small", rect: { x: 0, y: 0, cols: 30, rows: 5 } },
    ]);
  });

  it("lie within the screen for every state and size", () => {
    for (const state of Object.values(fullStates)) {
      for (const [cols, rows] of [
        [1, 1],
        [40, 10],
        [41, 80],
        [119, 11],
        [250, 10],
      ] as const) {
        const sized = { ...state, screen: { cols, rows }, panel: "shown" } as const;
        for (const { rect } of surfaces(sized, arrange(sized))) {
          expect(rect.cols).toBeGreaterThan(0);
          expect(rect.rows).toBeGreaterThan(0);
          expect(rect.x).toBeGreaterThanOrEqual(0);
          expect(rect.y).toBeGreaterThanOrEqual(0);
          expect(rect.x + rect.cols).toBeLessThanOrEqual(cols);
          expect(rect.y + rect.rows).toBeLessThanOrEqual(rows);
        }
      }
    }
  });
});

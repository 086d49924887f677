import { describe, expect, it } from "vitest";
import { textWidth } from "../../../src/core/cell-text.ts";
import type { State } from "../../../src/core/state.ts";
import type { SurfaceId } from "../../../src/tui/view/surfaces.ts";
import { drawnFrame } from "../../fakes/drawn.tsx";
import { fullStates } from "../../fakes/full-state.ts";

const widths = [20, 41, 119, 250];
const heights = [5, 11, 50];
const sizes = widths.flatMap((cols) => heights.map((rows) => ({ cols, rows })));

describe("a surface", () => {
  it.each(Object.entries(fullStates))(
    "of the state '%s' fits in any size",
    { timeout: 30_000 },
    (_, state) => {
      for (const id of surfacesOf(state)) {
        for (const size of sizes) {
          const frame = drawnFrame({ id, state, size }).replace(/\u001B\[[\d;]*m/g, "");
          const rows = frame.split("\n");

          expect(rows.length, `${id} ${size.cols}x${size.rows}`).toBeLessThanOrEqual(size.rows);
          expect(rows.find((row) => textWidth(row) > size.cols)).toBeUndefined();
          expect(frame).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
        }
      }
    },
  );

  it.each([
    "help",
    "palette",
    "log end",
    "environment",
    "doctor",
    "doctor end",
    "confirm",
    "model picker",
    "switch options",
    "models",
  ])("keeps title, keys and frame of the overlay '%s' in a small room", (name) => {
    const frame = drawnFrame({
      id: "overlay",
      state: fullStates[name]!,
      size: { cols: 60, rows: 8 },
    });

    expect(frame.split("\n")).toHaveLength(8);
    expect(frame).toMatch(/^╭─+╮\n(.*│\n){6}╰─+╯$/u);
    expect(frame.split("\n")[6]).toMatch(/esc|yes/);
  });
});

function surfacesOf(state: State): readonly SurfaceId[] {
  if (state.overlay) return ["overlay"];
  if (state.environment.type !== "ready") return ["start", "panel"];
  return ["panel", "footer", "strip", "too-small"];
}

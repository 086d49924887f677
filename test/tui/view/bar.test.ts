import { describe, expect, it } from "vitest";
import { barText } from "../../../src/tui/view/bar.ts";
import { sparkline } from "../../../src/tui/view/sparkline.ts";

describe("a bar", () => {
  it.each<readonly [number, number | undefined, string]>([
    [0, undefined, "░░░░░░░░░░"],
    [0.001, undefined, "█░░░░░░░░░"],
    [0.5, undefined, "█████░░░░░"],
    [1, undefined, "██████████"],
    [1.7, undefined, "██████████"],
    [0.5, 0.8, "█████░░░│░"],
    [0.9, 0.5, "█████│███░"],
    [0.5, 1, "█████░░░░░"],
  ])("of %d with a mark at %s is %s", (share, mark, text) => {
    expect(barText(share, 10, mark)).toBe(text);
  });

  it("of no columns is empty", () => {
    expect(barText(0.5, 0, 0.5)).toBe("");
  });
});

describe("a sparkline", () => {
  it("has a level for each eighth and keeps to them", () => {
    const shares = [-1, 0, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1, 2];

    expect(sparkline(shares, 20)).toBe("▁▁▂▃▄▅▆▇███");
  });

  it("shows the newest where there is no room for all", () => {
    expect(sparkline([0, 0, 1, 0.5], 2)).toBe("█▅");
    expect(sparkline([1, 1], 0)).toBe("");
  });
});

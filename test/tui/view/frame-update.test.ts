import { describe, expect, it } from "vitest";
import { frameOf, frameUpdate } from "../../../src/tui/view/frame-update.ts";

const size = { cols: 5, rows: 3 };

describe("a frame", () => {
  it("has as many rows as its surface, whatever was written", () => {
    expect(frameOf("a\nb", size).lines).toEqual(["a", "b", ""]);
    expect(frameOf("a\nb\nc\nd", size).lines).toEqual(["a", "b", "c"]);
  });
});

describe("a frame's update", () => {
  it("clears the surface first and hides the cursor", () => {
    expect(frameUpdate(undefined, frameOf("a\n\nc", size))).toBe(
      "\u001B[?25l\u001B[?7l\u001B[0m\u001B[2J\u001B[1;1H\u001B[0m\u001B[Ka\u001B[3;1H\u001B[0m\u001B[Kc",
    );
  });

  it("places each changed row absolutely", () => {
    const update = frameUpdate(frameOf("a\nb\nc", size), frameOf("a\nx\nc", size));

    expect(update).toBe("\u001B[2;1H\u001B[0m\u001B[Kx");
  });

  it("is empty when nothing changed", () => {
    expect(frameUpdate(frameOf("a\nb", size), frameOf("a\nb", size))).toBe("");
  });

  it("clears again when the size changed", () => {
    const update = frameUpdate(frameOf("a", { cols: 9, rows: 3 }), frameOf("a", size));

    expect(update).toContain("\u001B[2J");
    expect(update).toContain("a");
  });
});

import { describe, expect, it } from "vitest";
import type { Glyph } from "../../../src/core/select.ts";
import { createTheme, glyphText, glyphTone } from "../../../src/tui/view/theme.ts";

const glyphs: readonly Glyph[] = [
  "busy",
  "waiting",
  "idle",
  "finished",
  "error",
  "starting",
  "stopped",
];

describe("the theme", () => {
  it("has a sign of its own for each state, also in ASCII", () => {
    expect(glyphs.map((glyph) => glyphText(glyph, false)).join(" ")).toBe("● ◐ ○ ✓ ✕ ⟳ –");
    expect(glyphs.map((glyph) => glyphText(glyph, true)).join(" ")).toBe("* ! . + x ~ -");
  });

  it("keeps bold, dim and inverse without colour", () => {
    const theme = createTheme({ ascii: false, color: false });

    expect(theme.tone("waiting")).toEqual({ bold: true });
    expect(theme.tone("selected")).toEqual({ inverse: true });
    expect(glyphTone("waiting")).toEqual({ color: "yellow", bold: true });
  });

  it("replaces its own punctuation in ASCII, cell by cell", () => {
    expect(createTheme({ ascii: true, color: true }).frame("a · b… – ≤8k")).toBe("a - b. - <8k");
    expect(createTheme({ ascii: false, color: true }).frame("a · b… –")).toBe("a · b… –");
  });
});

import { describe, expect, it } from "vitest";
import { clipText, textWidth } from "../../src/core/cell-text.ts";
import { loadXterm } from "../../src/screen/xterm-library.ts";

describe("the width of a text", () => {
  it.each([
    ["", 0],
    ["plain", 5],
    ["漢字", 4],
    ["e\u0301a", 2],
    ["👨‍👩‍👧‍👦", 2],
    ["🇩🇪🇫🇷", 4],
    ["❤️", 2],
    ["❤", 1],
    ["● ◐ ✓ ✕ ⟳ –", 11],
    ["한국어", 6],
    ["ｆｕｌｌ", 8],
    ["a\u200bb", 2],
  ])("%j is %i cells", (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  it("agrees with the emulator on the characters of Unicode 13 and on later emoji", async () => {
    const { widths } = await loadXterm();
    const assigned = /^[\p{L}\p{N}\p{P}\p{S}\p{Zs}]$/u;
    const differing: string[] = [];

    for (let codePoint = 0x20; codePoint < 0x32000; codePoint++) {
      const char = String.fromCodePoint(codePoint);
      if (!assigned.test(char)) continue;
      const width = (widths.charProperties(codePoint, 0) >> 1) & 3;
      if (textWidth(char) !== width)
        differing.push(`${codePoint.toString(16)} ${textWidth(char)} ${width}`);
    }

    expect(differing).toEqual([]);
  });
});

describe("a clipped text", () => {
  it.each([
    ["short", 5, "short"],
    ["longer", 5, "long…"],
    ["漢字漢字", 5, "漢字…"],
    ["漢字漢字", 4, "漢…"],
    ["👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3, "👨‍👩‍👧‍👦…"],
    ["text", 1, "…"],
    ["text", 0, ""],
  ])("%j in %i cells is %j", (text, cols, clipped) => {
    expect(clipText(text, cols)).toBe(clipped);
  });
});

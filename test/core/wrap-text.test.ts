import { describe, expect, it } from "vitest";
import { textWidth, wrapText } from "../../src/core/cell-text.ts";

describe("the width of a text", () => {
  it.each([
    ["", 0],
    ["plan", 4],
    ["é·–…●◐○✓✕⟳▸", 11],
    ["e\u0301", 1],
    ["日本語", 6],
    ["한국어", 6],
    ["👍🏽", 2],
    ["👩‍💻", 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["ｆｕｌｌ", 8],
  ])("of %s is counted in cells: %d", (text, cells) => {
    expect(textWidth(text)).toBe(cells);
  });
});

describe("a wrapped text", () => {
  it("breaks between words", () => {
    expect(wrapText("the quick brown fox", 10)).toEqual(["the quick", "brown fox"]);
  });

  it("breaks a word that is too long for a line", () => {
    expect(wrapText("a abcdefgh b", 3)).toEqual(["a", "abc", "def", "gh", "b"]);
  });

  it("breaks wide characters before the edge", () => {
    expect(wrapText("日本語", 3)).toEqual(["日", "本", "語"]);
  });

  it("ends in an ellipsis where rows are missing", () => {
    expect(wrapText("the quick brown fox", 10, 1)).toEqual(["the quick…"]);
    expect(wrapText("日本語日本語", 4, 1)).toEqual(["日…"]);
  });

  it("has one empty line for no text", () => {
    expect(wrapText("", 10)).toEqual([""]);
  });

  it("keeps the spaces at a line's beginning, which traces are indented with", () => {
    expect(wrapText("  at flake.nix", 20)).toEqual(["  at flake.nix"]);
  });

  it("takes a megabyte without spaces", () => {
    expect(wrapText("x".repeat(1_000_000), 100)).toHaveLength(10_000);
  });
});

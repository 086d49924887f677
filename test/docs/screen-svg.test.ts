import { describe, expect, it } from "vitest";
import type { Cell } from "../e2e/terminal.ts";
import { screenSvg } from "./screen-svg.ts";

const blank: Cell = {
  chars: "",
  width: 1,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  foreground: "default",
  background: "default",
};

describe("the picture of a screen", () => {
  it("puts text of one style in one run, as wide as its cells", () => {
    expect(drawn("a<b c")).toEqual([
      '<text x="0" y="13" textLength="40" fill="#d4d4d8">a&lt;b c</text>',
    ]);
  });

  it("parts runs where colour or weight change", () => {
    expect(drawn("ab", [{ foreground: "#102030" }, { bold: true, foreground: 1 }])).toEqual([
      '<text x="0" y="13" fill="#102030">a</text>',
      '<text x="8" y="13" fill="#f87171" font-weight="700">b</text>',
    ]);
  });

  it("lets a sign that another font may draw stand alone", () => {
    expect(drawn("a●b")).toHaveLength(3);
  });

  it("draws lines and blocks as shapes, those beside each other as one", () => {
    const svg = svgOf("──│");

    expect(svg).not.toContain("<text");
    expect(svg).toMatch(/<path fill="#d4d4d8" d="M0 7.86h16v1.2\dh-16zM/);
  });

  it("draws what lies behind text, and inverse text the other way round", () => {
    const svg = svgOf("ab", [{ background: 196 }, { inverse: true }]);

    expect(svg).toContain('<path fill="#ff0000" d="M0 0h8v17h-8z"/>');
    expect(svg).toContain('<path fill="#d4d4d8" d="M8 0h8v17h-8z"/>');
    expect(svg).toContain('fill="#101014">b</text>');
  });

  it("gives a wide character both of its cells", () => {
    const svg = svgOf("宽?x", [{ width: 2, background: 2 }, { width: 0 }, {}]);

    expect(svg).toContain("M0 0h16v17h-16z");
    expect(svg).toContain('<text x="16" y="13" fill="#d4d4d8">x</text>');
  });
});

function svgOf(text: string, styles: readonly Partial<Cell>[] = []): string {
  const cells = Array.from(text, (chars, x) => ({ ...blank, chars, ...styles[x] }));
  return screenSvg({
    cols: cells.length,
    rows: 1,
    cell: (x) => cells[x] ?? blank,
    title: "a test",
  });
}

function drawn(text: string, styles: readonly Partial<Cell>[] = []): readonly string[] {
  return svgOf(text, styles)
    .split("\n")
    .filter((line) => line.startsWith("<text"));
}

import { describe, expect, it } from "vitest";
import { createCanvas } from "../../src/screen/canvas.ts";
import { expectedRow } from "./expected-screen.ts";

function cells(canvas: ReturnType<typeof createCanvas>, y = 0): readonly string[] {
  const { cols, rows } = canvas;
  const layer = { id: "canvas", rect: { x: 0, y: 0, cols, rows }, source: canvas };
  return expectedRow([layer], y, cols).map(({ cell }) => cell.trim());
}

function text(canvas: ReturnType<typeof createCanvas>, y = 0): string {
  return cells(canvas, y)
    .map((cell) => cell.slice(1, cell.indexOf('" w')))
    .join("");
}

describe("a canvas", () => {
  it("draws text in a style", () => {
    const canvas = createCanvas(3, 1);

    canvas.text(1, 0, "x", {
      fg: 2,
      bg: { r: 0, g: 0, b: 255 },
      bold: true,
      dim: true,
      italic: true,
      underline: true,
      inverse: true,
    });

    expect(cells(canvas)[1]).toBe(
      '"x" w1 fg 1:2 bg 3:255 bold dim italic inverse underline 1 none',
    );
  });

  it("returns the column after the text", () => {
    expect(createCanvas(20, 1).text(2, 0, "漢字 e\u0301")).toBe(8);
  });

  it("cuts at its edges, wide characters as a whole", () => {
    const canvas = createCanvas(4, 1);

    expect(canvas.text(1, 0, "漢字漢")).toBe(3);
    expect(text(canvas)).toBe(" 漢 ");
    expect(canvas.text(-2, 0, "abcdefgh")).toBe(4);
    expect(text(canvas)).toBe("cdef");
    expect(canvas.text(2, 7, "outside")).toBe(2);
  });

  it("fills a rectangle, as far as it reaches", () => {
    const canvas = createCanvas(4, 3);

    canvas.fillRect({ x: 2, y: 1, cols: 9, rows: 9 }, "─");

    expect([0, 1, 2].map((y) => text(canvas, y))).toEqual(["    ", "  ──", "  ──"]);
  });

  it("is blank after it was cleared", () => {
    const canvas = createCanvas(2, 1);
    canvas.text(0, 0, "👍🏽");

    canvas.clear();

    expect(text(canvas)).toBe("  ");
  });
});

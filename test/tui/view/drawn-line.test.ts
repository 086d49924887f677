import { describe, expect, it } from "vitest";
import { textWidth } from "../../../src/core/cell-text.ts";
import { drawnLine } from "../../../src/tui/view/drawn-line.ts";
import { type Line, line, span } from "../../../src/tui/view/line.ts";
import { createTheme } from "../../../src/tui/view/theme.ts";

const colored = createTheme({ ascii: false, color: true });
const plain = createTheme({ ascii: false, color: false });

function shown(drawn: Line, cols: number): string {
  return drawnLine(drawn, cols, colored).replace(/\u001B\[\d+m/g, "");
}

describe("a drawn line", () => {
  it("closes each style where its text ends", () => {
    const drawn = { left: [span("a", "key"), span("b"), span("c", "dim")] };

    expect(drawnLine(drawn, 9, colored)).toBe("\x1b[36m\x1b[1ma\x1b[39m\x1b[22mb\x1b[2mc\x1b[22m");
  });

  it("has no colour where there shall be none, but what is bold or inverse", () => {
    const drawn: Line = { left: [span("a", "key"), span("b", "good"), { type: "cursor" }] };

    expect(drawnLine(drawn, 9, plain)).toBe("\x1b[1ma\x1b[22mb\x1b[7m \x1b[27m");
  });

  it("joins neighbours that look alike", () => {
    const drawn = { left: [span("a", "dim"), span("", "key"), span("b", "idle")] };

    expect(drawnLine(drawn, 9, colored)).toBe("\x1b[2mab\x1b[22m");
  });

  it("ends without spaces that nobody sees", () => {
    expect(drawnLine(line("a  ", "dim"), 9, colored)).toBe("\x1b[2ma\x1b[22m");
    expect(drawnLine(line("a  ", "selected"), 9, colored)).toBe("\x1b[7ma  \x1b[27m");
  });

  it("puts the right part at the edge, and cuts the left one for it", () => {
    const drawn = { left: [span("left "), span("part", "dim")], right: [span("12", "key")] };

    expect(shown(drawn, 14)).toBe("left part   12");
    expect(shown(drawn, 12)).toBe("left part 12");
    expect(shown(drawn, 11)).toBe("left pa… 12");
    expect(shown(drawn, 8)).toBe("left… 12");
    expect(shown(drawn, 2)).toBe("12");
    expect(shown(drawn, 1)).toBe("…");
  });

  it("cuts before a span that has no room", () => {
    const drawn: Line = { left: [span("abc"), { type: "glyph", glyph: "busy" }, span("d")] };

    expect(shown(drawn, 5)).toBe("abc●d");
    expect(shown(drawn, 4)).toBe("abc…");
    expect(shown(drawn, 3)).toBe("ab…");
    expect(shown(drawn, 0)).toBe("");
  });

  it.each(["漢字漢字", "👩‍👩‍👧‍👦👍🏽ab", "e\u0301e\u0301e\u0301e\u0301e\u0301", "❤️❤️❤️"])(
    "takes no more cells than it has: %s",
    (text) => {
      for (let cols = 1; cols <= 10; cols++) {
        const drawn = shown({ left: [span(text), span(text, "dim")], right: [span("x")] }, cols);

        expect(textWidth(drawn)).toBe(cols);
        expect(drawn.endsWith("x")).toBe(true);
      }
    },
  );

  it("lets no control character through", () => {
    expect(shown(line("a\u001B[2Jb\nc\u009Bd"), 20)).toBe("a[2Jbcd");
  });
});

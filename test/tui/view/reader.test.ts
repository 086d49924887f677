import { describe, expect, it } from "vitest";
import { pageAt, placeSpans, type ReaderLine } from "../../../src/tui/view/reader.ts";

const text: readonly ReaderLine[] = ["one", "two", "three is long", "four", "five"].map((each) => ({
  text: each,
  meaning: "plain",
}));
const size = { cols: 8, rows: 3 };

describe("a page", () => {
  it.each([
    [0, 0, ["one", "two", "three is"]],
    [1, 1, ["two", "three is", "long"]],
    [2, 2, ["three is", "long", "four"]],
    [3, 3, ["four", "five"]],
  ])("that starts at line %d holds what fits", (top, start, rows) => {
    const page = pageAt(text, top, { ...size, rows: top === 3 ? 2 : 3 });

    expect(page.top).toBe(start);
    expect(rowsOf(page)).toEqual(rows);
  });

  it("is the last one when it starts after the end", () => {
    const page = pageAt(text, Number.MAX_SAFE_INTEGER, size);

    expect(page.top).toBe(3);
    expect(rowsOf(page)).toEqual(["four", "five"]);
  });

  it("shows the end of the text when the last lines are short", () => {
    const lines = text.filter((each) => !each.text.includes(" "));

    expect(rowsOf(pageAt(lines, 99, size))).toEqual(["two", "four", "five"]);
  });

  it("shows the beginning of a line that is longer than the page", () => {
    const page = pageAt([{ text: "aa bb cc dd", meaning: "plain" }], 5, { cols: 2, rows: 2 });

    expect(page.top).toBe(0);
    expect(rowsOf(page)).toEqual(["aa", "b…"]);
  });

  it("is empty for no text and in no rows", () => {
    expect(rowsOf(pageAt([], 0, size))).toEqual([]);
    expect(rowsOf(pageAt(text, 0, { cols: 8, rows: 0 }))).toEqual([]);
  });

  it("tells where it stands only when there is more", () => {
    expect(placeSpans(pageAt(text, 0, { cols: 80, rows: 9 }), 5)).toEqual([]);
    expect(placeSpans(pageAt(text, 1, size), 5)).toMatchObject([{ text: "2/5" }]);
  });
});

function rowsOf(page: ReturnType<typeof pageAt>): readonly string[] {
  return page.lines.map(({ left }) => {
    return left.map((span) => (span.type === "text" ? span.text : "")).join("");
  });
}

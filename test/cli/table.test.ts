import { describe, expect, it } from "vitest";
import { createPaint } from "../../src/cli/paint.ts";
import { type Column, tableLines } from "../../src/cli/table.ts";

type Row = { readonly name: string; readonly size: string; readonly note: string };

const columns: readonly Column<Row>[] = [
  { title: "NAME", least: 4, cell: ({ name }) => ({ text: name }) },
  { title: "SIZE", keep: 2, right: true, cell: ({ size }) => ({ text: size }) },
  { title: "NOTE", keep: 1, cell: ({ note }) => ({ text: note, style: "dim" }) },
];

const rows: readonly Row[] = [
  { name: "qwen3-coder:30b", size: "17.3 GB", note: "loaded" },
  { name: "通义", size: "612 MB", note: "" },
];

function lines(cols: number, { colors = false, some = rows } = {}) {
  return tableLines({ columns, rows: some, cols, paint: createPaint(colors) });
}

describe("a table", () => {
  it("aligns its columns by cells and ends no line with spaces", () => {
    expect(lines(Number.POSITIVE_INFINITY)).toEqual([
      "NAME                SIZE  NOTE",
      "qwen3-coder:30b  17.3 GB  loaded",
      "通义              612 MB",
    ]);
  });

  it.each([
    [24, ["NAME        SIZE  NOTE", "qwen3-…  17.3 GB  loaded", "通义      612 MB"]],
    [15, ["NAME       SIZE", "qwen3…  17.3 GB", "通义     612 MB"]],
    [6, ["NAME", "qwen3…", "通义"]],
    [3, ["NA…", "qw…", "通…"]],
  ])("cuts what may be cut, then leaves out what says least, in %i cells", (cols, wanted) => {
    expect(lines(cols)).toEqual(wanted);
  });

  it("leaves out a column with nothing in it", () => {
    const some = rows.map((row) => ({ ...row, note: "" }));

    expect(lines(80, { some })[0]).toBe("NAME                SIZE");
  });

  it("paints cells, not the space between them", () => {
    expect(lines(80, { colors: true })[1]).toBe(
      "qwen3-coder:30b  17.3 GB  \u001B[2mloaded\u001B[0m",
    );
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Rect } from "../../src/core/rect.ts";
import { createCompositor } from "../../src/screen/compositor.ts";
import { type CreateEmulator, type Emulator, loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { expectedRow, type TestLayer } from "./expected-screen.ts";
import { loadOuterScreen, type OuterOptions, type OuterScreen } from "./outer-screen.ts";

/** Recordings of xterm.js (MIT): NAME.in is what a program wrote, NAME.text the screen in the end. */
const folder = join(import.meta.dirname, "../fixtures/xterm-escape-sequences");

/** What xterm.js's own runner leaves out too, with the difference that was seen. */
const skipped: ReadonlyMap<string, string> = new Map([
  [
    "t0055-EL",
    "after the last column xterm.js wraps what follows EL, xterm overwrites the last cell",
  ],
  ["t0084-CBT", "after the last column xterm.js counts a backward tab from another cell"],
  [
    "t0103-reverse_wrap",
    "moves left over the start of a line end elsewhere than in xterm (6 rows differ)",
  ],
  ["t0504-vim", "every row differs at 80x25; the recording's own size is not known"],
]);

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".in"))
  .map((file) => file.slice(0, -".in".length))
  .filter((name) => !skipped.has(name));

const pane = { cols: 80, rows: 25 };
const screen = { cols: 3 * (pane.cols + 1), rows: pane.rows + 2 };
const middle: Rect = { x: pane.cols + 1, y: 1, ...pane };

let createEmulator: CreateEmulator;
let createOuter: (options: OuterOptions) => OuterScreen;

beforeAll(async () => {
  createEmulator = await loadEmulator();
  createOuter = await loadOuterScreen();
});

/** The bytes as they come out of a tty, which turns each newline into a return and a newline. */
function recording(name: string): Uint8Array {
  const bytes = readFileSync(join(folder, `${name}.in`));
  return Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
}

function wantedLines(name: string): readonly string[] {
  return trimmed(readFileSync(join(folder, `${name}.text`), "utf8").split("\n"));
}

function trimmed(lines: readonly string[]): readonly string[] {
  const ends = lines.map((line) => line.trimEnd());
  return ends.slice(0, ends.findLastIndex((line) => line !== "") + 1);
}

function play(name: string): Emulator {
  const emulator = createEmulator({ ...pane, scrollback: 100, colors: createHostColors() });
  emulator.write(recording(name));
  return emulator;
}

/** Plays a recording in pane 2 of 3, its neighbours in the others, and composes the first frame. */
function composite(name: string): Composited {
  const at = names.indexOf(name);
  const neighbours = [names.at(at - 1), name, names[(at + 1) % names.length]];
  const layers = neighbours.map((played = name, index): TestLayer => {
    const rect = { ...middle, x: index * (pane.cols + 1) };
    return { id: `pane ${index}`, rect, source: play(played) };
  });
  const compositor = createCompositor({ ...screen, colorDepth: "truecolor", synchronized: true });
  const outer = createOuter(screen);
  const show = (size: { cols: number; rows: number }, shown: readonly TestLayer[]): void => {
    outer.resize(size.cols, size.rows);
    compositor.arrange({ ...size, layers: shown });
    const bytes = compositor.compose({});
    if (bytes) outer.write(bytes);
  };
  show(screen, layers);
  return { layers, outer, show };
}

type Composited = {
  readonly layers: readonly TestLayer[];
  readonly outer: OuterScreen;
  readonly show: (size: { cols: number; rows: number }, layers: readonly TestLayer[]) => void;
};

function textOf(outer: OuterScreen): readonly string[] {
  const { x, y, cols, rows } = middle;
  return trimmed(Array.from({ length: rows }, (_, row) => outer.rowText(y + row, x, x + cols)));
}

function differentCells({ layers, outer }: Composited): readonly string[] {
  return Array.from({ length: screen.rows }, (_, y) => y).flatMap((y) =>
    expectedRow(layers, y, screen.cols).flatMap(({ cell }, x) =>
      outer.cell(x, y) === cell ? [] : [`${x},${y}: shows ${outer.cell(x, y)}, holds ${cell}`],
    ),
  );
}

describe.each(names)("the recording %s", (name) => {
  it("gives the recorded screen in the emulator", () => {
    expect(trimmed(play(name).screenText().split("\n"))).toEqual(wantedLines(name));
  });

  it("is shown cell by cell in the middle of three panes", () => {
    const composited = composite(name);

    expect(textOf(composited.outer)).toEqual(wantedLines(name));
    expect(differentCells(composited).slice(0, 5)).toEqual([]);
  });

  it("is shown again after a resize and back, a zoom and back", () => {
    const composited = composite(name);
    const { layers, show } = composited;

    show({ cols: 100, rows: 20 }, layers);
    show(screen, layers);
    show(
      screen,
      layers.slice(1, 2).map((layer) => ({ ...layer, rect: { ...middle, x: 0, y: 0 } })),
    );
    show(screen, layers);

    expect(textOf(composited.outer)).toEqual(wantedLines(name));
    expect(differentCells(composited).slice(0, 5)).toEqual([]);
  });
});

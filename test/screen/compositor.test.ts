import { beforeAll, describe, expect, it } from "vitest";
import type { Rect } from "../../src/core/rect.ts";
import { type Canvas, createCanvas } from "../../src/screen/canvas.ts";
import {
  type Compositor,
  type CompositorOptions,
  createCompositor,
} from "../../src/screen/compositor.ts";
import { loadOuterScreen, type OuterOptions, type OuterScreen } from "./outer-screen.ts";

const decoder = new TextDecoder();

type Setup = {
  readonly compositor: Compositor;
  readonly canvas: Canvas;
  readonly frame: (options?: Frame) => string | undefined;
};

type Frame = Parameters<Compositor["compose"]>[0];

/** A screen that one canvas fills; the first frame is composed already. */
function setUp(options: Partial<CompositorOptions> = {}): Setup {
  const { cols = 20, rows = 3 } = options;
  const compositor = createCompositor({
    cols,
    rows,
    colorDepth: "truecolor",
    synchronized: true,
    ...options,
  });
  const canvas = createCanvas(cols, rows);
  const rect: Rect = { x: 0, y: 0, cols, rows };
  compositor.arrange({ cols, rows, layers: [{ id: "pane", rect, source: canvas }] });
  compositor.compose({});
  const frame = (composed: Frame = {}): string | undefined => {
    compositor.damage("pane", 0, rows - 1);
    const bytes = compositor.compose(composed);
    return bytes && decoder.decode(bytes);
  };
  return { compositor, canvas, frame };
}

/** The bytes of a frame without the marks of synchronized output. */
function inFrame(text: string | undefined): string | undefined {
  return text?.replace("\x1b[?2026h", "").replace("\x1b[?2026l", "");
}

describe("the screen as text", () => {
  it("is what the terminal shows, wide characters and clusters once, blanks at the ends gone", () => {
    const { compositor, canvas, frame } = setUp({ cols: 12 });
    canvas.text(0, 0, "a 界 e\u0301 👍🏽!");
    canvas.text(3, 2, "end");
    expect(compositor.screenText()).toBe("\n\n");

    frame();

    expect(compositor.screenText()).toBe("a 界 e\u0301 👍🏽!\n\n   end");
  });

  it("is blank where it is not known what the terminal shows", () => {
    const { compositor, canvas, frame } = setUp({ cols: 12, rows: 1 });
    canvas.text(0, 0, "old");
    frame();

    compositor.invalidate();

    expect(compositor.screenText()).toBe("");
  });
});

describe("a frame", () => {
  it("is nothing when nothing differs", () => {
    const { frame } = setUp();

    expect(frame()).toBeUndefined();
  });

  it("is nothing when neither a cell nor the cursor differs", () => {
    const { frame } = setUp();
    const cursor = { x: 3, y: 1, shape: "bar", blinking: true } as const;

    expect(frame({ cursor })).toBe("\x1b[2;4H\x1b[5 q\x1b[?25h");
    expect(frame({ cursor })).toBeUndefined();
  });

  it("is one move, one attribute sequence and one character when one cell differs", () => {
    const { canvas, frame } = setUp();

    canvas.text(4, 1, "x", { bold: true, fg: 2 });

    expect(frame()).toBe("\x1b[?2026h\x1b[2;5H\x1b[0;1;32mx\x1b[m\x1b[?2026l");
  });

  it("moves right over cells that are the same", () => {
    const { canvas, frame } = setUp();
    canvas.text(0, 0, "abcdef");
    frame();

    canvas.text(0, 0, "Abc Ef");

    expect(inFrame(frame())).toBe("\x1b[HA\x1b[2C E".replace("[H", "[1;1H"));
  });

  it("changes colours without starting anew when no attribute changes", () => {
    const { canvas, frame } = setUp();

    canvas.text(0, 0, "a", { fg: { r: 1, g: 2, b: 3 } });
    canvas.text(1, 0, "b", { fg: 9, bg: 0 });

    expect(inFrame(frame())).toBe("\x1b[1;1H\x1b[38;2;1;2;3ma\x1b[91;40mb\x1b[m");
  });

  it("erases many blanks with one sequence", () => {
    const { canvas, frame } = setUp();
    canvas.text(0, 0, "x".repeat(20));
    frame();

    canvas.text(0, 0, `x${" ".repeat(18)}x`);

    expect(inFrame(frame())).toBe("\x1b[1;2H\x1b[18X");
  });

  it("does not erase blanks that have a background", () => {
    const { canvas, frame } = setUp();

    canvas.text(0, 0, " ".repeat(20), { bg: 4 });

    expect(inFrame(frame())).toBe(`\x1b[1;1H\x1b[44m${" ".repeat(20)}\x1b[m`);
  });

  it("places the cursor anew only where drawing moved it", () => {
    const { canvas, frame } = setUp();
    const cursor = { x: 0, y: 2, shape: "block", blinking: false } as const;
    frame({ cursor });

    canvas.text(0, 0, "x");

    expect(inFrame(frame({ cursor }))).toBe("\x1b[1;1Hx\x1b[3;1H");
  });

  it("hides the cursor while it draws on a terminal without synchronized output", () => {
    const { canvas, frame } = setUp({ synchronized: false });
    const cursor = { x: 0, y: 2, shape: "default", blinking: false } as const;
    frame({ cursor });

    canvas.text(0, 0, "x");

    expect(frame({ cursor })).toBe("\x1b[?25l\x1b[1;1Hx\x1b[3;1H\x1b[?25h");
    expect(frame({ cursor })).toBeUndefined();
    expect(frame()).toBe("\x1b[?25l");
    expect(frame()).toBeUndefined();
  });

  it("finds the column again after a character whose width terminals do not agree on", () => {
    const { canvas, frame } = setUp();

    canvas.text(0, 0, "●b🚀c");

    expect(inFrame(frame())).toBe("\x1b[1;1H●\x1b[2Gb  \x1b[3G🚀\x1b[5Gc");
  });

  it("draws anew what a character may cover that some terminals draw wide", () => {
    const { canvas, frame } = setUp();
    canvas.text(0, 0, "abc");
    frame();

    canvas.text(0, 0, "\u4dc3");

    expect(inFrame(frame())).toBe("\x1b[1;1H\u4dc3\x1b[2Gb");
  });

  it("writes a cluster over blanks and draws anew what it may have run over", () => {
    const { canvas, frame } = setUp();
    canvas.text(0, 0, "abcdefgh");
    frame();

    canvas.text(0, 0, "👍🏽");

    expect(inFrame(frame())).toBe("\x1b[1;1H  \x1b[G👍🏽\x1b[3Gcd");
  });

  it("blanks half a wide character at the edge of a layer", () => {
    const { compositor, canvas } = setUp();
    const overlay = createCanvas(3, 1);
    overlay.text(0, 0, "xyz");
    canvas.text(0, 0, "a漢漢漢b");

    compositor.arrange({
      cols: 20,
      rows: 3,
      layers: [
        { id: "pane", rect: { x: 0, y: 0, cols: 20, rows: 3 }, source: canvas },
        { id: "overlay", rect: { x: 2, y: 0, cols: 3, rows: 1 }, source: overlay },
      ],
    });

    const bytes = compositor.compose({});
    expect(inFrame(bytes && decoder.decode(bytes))).toBe("\x1b[1;1Ha\x1b[Cxyz漢b");
  });

  it("leaves out layers that are held, until they are not", () => {
    const { canvas, frame } = setUp();
    canvas.text(0, 0, "x");

    expect(frame({ hold: new Set(["pane"]) })).toBeUndefined();
    expect(inFrame(frame())).toBe("\x1b[1;1Hx");
  });

  it("draws a wide character anew of which half was drawn over while its layer was held", () => {
    const { compositor, canvas, frame } = setUp();
    canvas.text(0, 0, "a漢b");
    frame();
    const overlay = createCanvas(1, 1);
    overlay.text(0, 0, "x");
    const pane = { id: "pane", rect: { x: 0, y: 0, cols: 20, rows: 3 }, source: canvas };
    const cover = { id: "cover", rect: { x: 2, y: 0, cols: 1, rows: 1 }, source: overlay };

    compositor.arrange({ cols: 20, rows: 3, layers: [pane, cover] });
    expect(inFrame(frame({ hold: new Set(["pane"]) }))).toBe("\x1b[1;2H x");
    compositor.arrange({ cols: 20, rows: 3, layers: [pane] });

    expect(inFrame(frame())).toBe("\x1b[1;2H漢");
  });

  it("draws only the layer that is asked for", () => {
    const { canvas, frame } = setUp();
    canvas.text(0, 0, "x");

    expect(frame({ only: "other" })).toBeUndefined();
    expect(inFrame(frame({ only: "pane" }))).toBe("\x1b[1;1Hx");
  });

  it("has every cell after the terminal's screen became unknown", () => {
    const { compositor, canvas, frame } = setUp({ cols: 4, rows: 2 });
    canvas.text(0, 0, "abcd");
    frame();

    compositor.invalidate();

    expect(inFrame(frame())).toBe("\x1b[?7l\x1b[m\x1b[1;1Habcd\x1b[2;1H    \x1b[?25l");
  });

  it("never holds a control character", () => {
    const { canvas, frame } = setUp();

    canvas.text(0, 0, "a\x1b]0;evil\x07b\x9bc\x00d\x7fe\u202ef");

    expect(frame()).toBe("\x1b[?2026h\x1b[1;1Habdef\x1b[?2026l");
  });
});

describe("the colours of a frame", () => {
  it.each([
    ["truecolor", "\x1b[38;2;250;10;10m"],
    ["256", "\x1b[38;5;196m"],
    ["16", "\x1b[91m"],
    ["none", ""],
  ] as const)("are the nearest that a terminal with %s has", (colorDepth, sequence) => {
    const { canvas, frame } = setUp({ colorDepth });

    canvas.text(0, 0, "x", { fg: { r: 250, g: 10, b: 10 } });

    expect(inFrame(frame())).toBe(`\x1b[1;1H${sequence}x${sequence && "\x1b[m"}`);
  });
});

describe("a terminal with older widths", () => {
  let createOuter: (options: OuterOptions) => OuterScreen;

  beforeAll(async () => {
    createOuter = await loadOuterScreen();
  });

  it("shows the neighbours of emoji where they belong", () => {
    const size = { cols: 20, rows: 2 };
    const outer = createOuter({ ...size, widths: "old" });
    const compositor = createCompositor({ ...size, colorDepth: "truecolor", synchronized: true });
    const [left, right] = [createCanvas(10, 2), createCanvas(10, 2)];
    const layers = [
      { id: "left", rect: { x: 0, y: 0, cols: 10, rows: 2 }, source: left },
      { id: "right", rect: { x: 10, y: 0, cols: 10, rows: 2 }, source: right },
    ];
    right.text(0, 0, "0123456789");
    compositor.arrange({ ...size, layers });
    outer.write(compositor.compose({}) ?? new Uint8Array());

    left.text(0, 0, "a👨‍👩‍👧‍👦b👨‍👩‍👧‍👦c👨‍👩‍👧‍👦");
    compositor.damage("left", 0, 1);
    outer.write(compositor.compose({}) ?? new Uint8Array());

    expect(outer.rowText(0, 10)).toBe("0123456789");
    expect([0, 3, 6].map((x) => outer.cell(x, 0).slice(0, 3))).toEqual(['"a"', '"b"', '"c"']);
    expect(outer.rowText(1)).toBe("");
  });
});

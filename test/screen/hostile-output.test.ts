import { beforeAll, describe, expect, it } from "vitest";
import type { Rect } from "../../src/core/rect.ts";
import { createCanvas } from "../../src/screen/canvas.ts";
import { createCompositor } from "../../src/screen/compositor.ts";
import { type CreateEmulator, type Emulator, loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { loadOuterScreen, type OuterOptions, type OuterScreen } from "./outer-screen.ts";
import { chooseSeed, createRandom, type Random } from "./random.ts";

let createEmulator: CreateEmulator;
let createOuter: (options: OuterOptions) => OuterScreen;

beforeAll(async () => {
  createEmulator = await loadEmulator();
  createOuter = await loadOuterScreen();
});

const size = { cols: 40, rows: 12 };
const inside: Rect = { x: 5, y: 2, cols: 30, rows: 8 };

function createPane(): Emulator {
  return createEmulator({ ...inside, scrollback: 50, colors: createHostColors() });
}

/** Pieces that random bytes alone would seldom make. */
const openings = [
  "\x1b[",
  "\x1b]",
  "\x1bP",
  "\x1b_",
  "\x1b^",
  "\x1bX",
  "\x9b",
  "\x9d",
  "\x90",
  "\x1b[?",
  "\x1b[>",
  "\x1bPtmux;\x1b",
  "\x1b]52;c;",
  "\x1b]8;;",
  "\x1b]4;",
  "\x1bP$q",
  "\x1bP+q",
] as const;
const endings = [
  "m",
  "H",
  "J",
  "K",
  "r",
  "h",
  "l",
  "t",
  "u",
  "q",
  "n",
  "c",
  "b",
  "L",
  "M",
  "S",
  "T",
  "@",
  "P",
  "X",
  "\x07",
  "\x1b\\",
  "\x9c",
  "\x18",
  "\x1a",
] as const;

function hostileBytes(random: Random): Uint8Array {
  const parts = Array.from({ length: 1 + random.below(20) }, () => hostilePart(random));
  return Buffer.from(parts.join(""), random.once(2) ? "latin1" : "utf8");
}

function hostilePart(random: Random): string {
  const text = (length: number): string =>
    Array.from({ length }, () => String.fromCharCode(random.below(256))).join("");
  switch (random.below(4)) {
    case 0:
      return text(1 + random.below(60));
    case 1: {
      const numbers = Array.from({ length: random.below(6) }, () =>
        random.pick(["", "0", "1", "4:3", "65535", "2147483647", "99999999999", "1049", "2026"]),
      );
      return random.pick(openings) + numbers.join(";") + random.pick(endings);
    }
    case 2:
      return random.pick(openings) + text(random.below(40)) + random.pick(endings);
    default:
      return random.pick([
        "👩‍💻",
        "\u0301",
        "\u202e",
        "\ud800",
        "𒐫",
        "\u2028",
        "漢",
        "\x0e",
        "\x1b(0",
        "\x1bc",
        "\x1b#8",
      ]);
  }
}

describe("hostile output", () => {
  it("never throws, and changes no cell outside its pane", () => {
    const seed = chooseSeed();
    const random = createRandom(seed);
    const frame = createCanvas(size.cols, size.rows);
    for (let y = 0; y < size.rows; y++) frame.text(0, y, "0123456789".repeat(4));
    const pane = createPane();
    const compositor = createCompositor({ ...size, colorDepth: "truecolor", synchronized: true });
    const outer = createOuter({ ...size, widths: random.once(2) ? "old" : "graphemes" });
    pane.onDamage((first, last) => compositor.damage("pane", first, last));
    compositor.arrange({
      ...size,
      layers: [
        { id: "frame", rect: { x: 0, y: 0, ...size }, source: frame },
        { id: "pane", rect: inside, source: pane },
      ],
    });
    let replied = 0;
    pane.onReply((text) => (replied += text.length));

    for (let round = 0; round < 1500; round++) {
      replied = 0;
      pane.write(hostileBytes(random));
      const bytes = compositor.compose({ cursor: { ...pane.cursor(), x: 0, y: 0 } });
      if (bytes) outer.write(bytes);

      expect(replied, `SEED=${seed}, round ${round}`).toBeLessThanOrEqual(16_384);
      expect(outside(outer), `SEED=${seed}, round ${round}`).toBe(untouched);
      expect(outer.scrolled, `SEED=${seed}, round ${round}`).toBe(0);
    }
  });

  it.each([
    ["a repeat without end", "x\x1b[2147483647b"],
    ["lines scrolled without end", "\x1b[2147483647S\x1b[2147483647T"],
    ["lines inserted without end", "\x1b[2147483647L\x1b[2147483647M"],
    ["tabs without end", "\x1b[2147483647I\x1b[2147483647Z"],
    ["cells inserted without end", "\x1b[2147483647@\x1b[2147483647P\x1b[2147483647X"],
    ["a cursor far away", "\x1b[2147483647;2147483647H\x1b[2147483647Ax"],
    ["marks without end", `e${"\u0301".repeat(200_000)}`],
    ["a string that does not end", `\x1b]0;${"x".repeat(2_000_000)}`],
    ["a link in every cell", "\x1b]8;;http://x/\x1b\\x".repeat(5000)],
  ])("%s ends soon", (_name, bytes) => {
    const pane = createPane();
    const start = performance.now();

    pane.write(bytes);
    pane.write("\x1b\\\x1bcok");

    expect(pane.screenText().trimEnd()).toBe("ok");
    expect(performance.now() - start).toBeLessThan(5000); // minutes without the guard
  });
});

const untouched = Array.from({ length: size.rows }, (_, y) =>
  y >= inside.y && y < inside.y + inside.rows ? "01234|56789" : "0123456789".repeat(4),
).join("\n");

/** What stands around the pane. */
function outside(outer: OuterScreen): string {
  return Array.from({ length: size.rows }, (_, y) =>
    y >= inside.y && y < inside.y + inside.rows
      ? `${outer.rowText(y, 0, inside.x)}|${outer.rowText(y, inside.x + inside.cols)}`
      : outer.rowText(y),
  ).join("\n");
}

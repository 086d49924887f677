import { beforeAll, describe, expect, it } from "vitest";
import type { Rect } from "../../src/core/rect.ts";
import { type Compositor, createCompositor } from "../../src/screen/compositor.ts";
import { type CreateEmulator, type Emulator, loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { expectedRow, type TestLayer } from "./expected-screen.ts";
import { loadOuterScreen, type OuterOptions, type OuterScreen } from "./outer-screen.ts";
import { chooseSeed, createRandom, type Random } from "./random.ts";
import { randomOutput } from "./random-output.ts";

/** Frames a run; ORACLE_FRAMES=20000 for the long one. */
const frames = Number(process.env["ORACLE_FRAMES"] ?? 500);

let createEmulator: CreateEmulator;
let createOuter: (options: OuterOptions) => OuterScreen;

beforeAll(async () => {
  createEmulator = await loadEmulator();
  createOuter = await loadOuterScreen();
});

type Pane = { readonly id: string; readonly emulator: Emulator; rect: Rect };

type World = {
  readonly random: Random;
  readonly compositor: Compositor;
  readonly outer: OuterScreen;
  readonly panes: Pane[];
  readonly size: { cols: number; rows: number };
};

function createWorld(random: Random): World {
  const size = { cols: 60, rows: 20 };
  const compositor = createCompositor({
    ...size,
    colorDepth: "truecolor",
    synchronized: random.once(2),
  });
  const world: World = { random, compositor, outer: createOuter(size), panes: [], size };
  for (const id of ["plan", "build", "review", "overlay", "panel"]) addPane(world, id);
  arrange(world);
  return world;
}

function addPane({ compositor, panes, random, size }: World, id: string): void {
  const rect = randomRect(random, size);
  const emulator = createEmulator({
    cols: rect.cols,
    rows: rect.rows,
    scrollback: 30,
    colors: createHostColors(),
  });
  emulator.onDamage((first, last) => compositor.damage(id, first, last));
  panes.push({ id, emulator, rect });
}

/** Anywhere, also over the edges of the screen and over others. */
function randomRect(random: Random, { cols, rows }: { cols: number; rows: number }): Rect {
  return {
    x: random.below(cols) - 3,
    y: random.below(rows) - 2,
    cols: 2 + random.below(cols),
    rows: 1 + random.below(rows),
  };
}

function layersOf({ panes }: World): readonly TestLayer[] {
  return panes.map(({ id, rect, emulator }) => ({ id, rect, source: emulator }));
}

function arrange(world: World): void {
  world.compositor.arrange({ ...world.size, layers: layersOf(world) });
}

function step(world: World): void {
  const { random, compositor, outer, size, panes } = world;
  for (const { emulator } of panes)
    if (random.once(2)) emulator.write(randomOutput(random, emulator));
  const pane = random.pick(panes);
  if (random.once(6)) pane.emulator.scrollBy(random.below(21) - 10);
  if (random.once(10)) {
    pane.rect = randomRect(random, size);
    if (random.once(2)) pane.emulator.resize(pane.rect);
    arrange(world);
  }
  if (random.once(15)) {
    panes.reverse();
    arrange(world);
  }
  if (random.once(40)) {
    size.cols = 20 + random.below(60);
    size.rows = 5 + random.below(25);
    outer.resize(size.cols, size.rows);
    arrange(world);
  }
  if (random.once(30)) compositor.invalidate();
}

function stepOrTell(world: World, where: string): void {
  try {
    step(world);
  } catch (error) {
    throw new Error(where, { cause: error });
  }
}

/** Composes a frame, some of it held back, and returns the ids of the layers that must be right. */
function composeFrame(world: World): ReadonlySet<string> {
  const { random, compositor, outer, panes, size } = world;
  const hold = new Set(panes.filter(() => random.once(8)).map(({ id }) => id));
  const only = random.once(5) ? random.pick(panes).id : undefined;
  const cursor = random.once(3)
    ? undefined
    : {
        x: random.below(size.cols),
        y: random.below(size.rows),
        shape: "bar" as const,
        blinking: random.once(2),
      };
  const bytes = compositor.compose({ cursor, only, hold });
  if (bytes) outer.write(bytes);
  expect(outer.cursor.visible).toBe(cursor !== undefined);
  if (cursor) expect(outer.cursor).toMatchObject({ x: cursor.x, y: cursor.y });
  const drawn = ["", ...panes.map(({ id }) => id)].filter(
    (id) => !hold.has(id) && (!only || id === only),
  );
  return new Set(drawn);
}

/** The cells that differ, as text; none if all is well. */
function differences(world: World, drawn: ReadonlySet<string>): readonly string[] {
  const { outer, size } = world;
  const found: string[] = [];
  for (let y = 0; y < size.rows; y++) {
    for (const [x, { owner, cell }] of expectedRow(layersOf(world), y, size.cols).entries()) {
      const shown = outer.cell(x, y);
      if (drawn.has(owner) && shown !== cell)
        found.push(`${x},${y} of "${owner}": shows ${shown}, holds ${cell}`);
    }
  }
  return found;
}

describe("the compositor against a second terminal", () => {
  it("shows every cell of random screens, layouts, resizes and held layers", () => {
    const seed = chooseSeed();
    const world = createWorld(createRandom(seed));

    for (let frame = 0; frame < frames; frame++) {
      stepOrTell(world, `SEED=${seed}, frame ${frame}`);
      const drawn = composeFrame(world);

      const found = differences(world, drawn);
      expect(
        found.slice(0, 5),
        `SEED=${seed}, frame ${frame}, ${found.length} cells differ`,
      ).toEqual([]);
      expect(world.outer.scrolled, `SEED=${seed}, frame ${frame} scrolled`).toBe(0);
    }
  }, 600_000);
});

/**
 * What a frame costs: three panes on a screen of 316x80, one cell changed and every cell changed,
 * and how fast the emulator parses. Run with `node test/bench/frame.ts`; with `--json` the last line
 * holds the medians of the two that have a budget.
 *
 * CPU time is taken from the clock of a run that does nothing else; medians are what counts on a
 * machine that is shared.
 */
import type { Rect } from "../../src/core/rect.ts";
import { type Compositor, createCompositor } from "../../src/screen/compositor.ts";
import { type CreateEmulator, type Emulator, loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";

const screen = { cols: 316, rows: 80 };
const paneIds = ["plan", "build", "review"] as const;

type Bench = { readonly compositor: Compositor; readonly panes: readonly Emulator[] };

function setUp(create: CreateEmulator): Bench {
  const compositor = createCompositor({ ...screen, colorDepth: "truecolor", synchronized: true });
  const panes = paneIds.map(() =>
    create({ cols: 92, rows: 78, scrollback: 5000, colors: createHostColors() }),
  );
  const rects = paneIds.map((_, index): Rect => ({ x: index * 93 + 1, y: 1, cols: 92, rows: 78 }));
  compositor.arrange({
    ...screen,
    layers: panes.map((source, index) => ({
      id: paneIds[index] ?? "",
      rect: rects[index] ?? { x: 0, y: 0, ...screen },
      source,
    })),
  });
  for (const [index, pane] of panes.entries())
    pane.onDamage((first, last) => compositor.damage(paneIds[index] ?? "", first, last));
  return { compositor, panes };
}

/** A screen full of text as an agent's TUI draws code: a true colour a word, a background a row. */
function fullScreen(seed: number): Uint8Array {
  const rows = Array.from({ length: 78 }, (_, y) => {
    const words = Array.from({ length: 92 / 4 }, (_word, x) => {
      const shade = (seed * 37 + (x >> 1) * 11 + y * 5) % 256;
      const letter = String.fromCharCode(97 + ((seed + x + y) % 26));
      const color = x % 2 === 0 ? `\x1b[38;2;${shade};${255 - shade};80m` : "";
      return `${color}${letter.repeat(4)}`;
    });
    return `\x1b[${y + 1};1H\x1b[48;2;${10 + seed};${y};30m${words.join("")}`;
  });
  return new TextEncoder().encode(rows.join(""));
}

type Times = { readonly median: number; readonly p95: number };

function summary(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
}

function measure(count: number, prepare: (run: number) => void, deed: () => void): Times {
  const times: number[] = [];
  for (let run = 0; run < count; run++) {
    prepare(run);
    const start = performance.now();
    deed();
    times.push(performance.now() - start);
  }
  return summary(times.slice(count / 5)); // the first ones warm up
}

function print(name: string, times: Times, budget: number): void {
  const ms = (value: number): string => value.toFixed(4);
  const verdict = times.median <= budget ? "ok" : "MISSED";
  process.stdout.write(
    `${name.padEnd(36)} median ${ms(times.median)} ms  p95 ${ms(times.p95)} ms  budget ${budget} ms  ${verdict}\n`,
  );
}

type Medians = { readonly oneCell: number; readonly everyCell: number };

function benchFrames({ compositor, panes }: Bench): Medians {
  const cursor = { x: 10, y: 10, shape: "block", blinking: false } as const;
  const screens = [fullScreen(1), fullScreen(2)] as const;
  const oneCell = measure(
    5000,
    (run) => panes[0]?.write(run % 2 === 0 ? "\rA" : "\rB"),
    () => compositor.compose({ cursor }),
  );
  print("one cell changed", oneCell, 0.02);
  const everyCell = measure(
    500,
    (run) => panes.forEach((pane) => pane.write(screens[run % 2 === 0 ? 0 : 1])),
    () => compositor.compose({ cursor }),
  );
  print("every cell of three panes changed", everyCell, 0.8);
  const nothing = measure(
    500,
    () => panes.forEach((_, index) => compositor.damage(paneIds[index] ?? "", 0, 77)),
    () => compositor.compose({ cursor }),
  );
  print("all rows dirty, nothing changed", nothing, 0.8);
  const repaint = measure(
    200,
    () => compositor.invalidate(),
    () => compositor.compose({ cursor }),
  );
  print("repaint from scratch", repaint, 2);
  return { oneCell: oneCell.median, everyCell: everyCell.median };
}

function benchParser(create: CreateEmulator): void {
  const pane = create({ cols: 92, rows: 78, scrollback: 5000, colors: createHostColors() });
  const line =
    "\x1b[38;5;110mlorem ipsum \x1b[1mdolor\x1b[m sit amet, consectetur ─ é 漢字 done\r\n";
  const bytes = new TextEncoder().encode(line.repeat(20_000));
  const rates = Array.from({ length: 8 }, () => {
    const start = performance.now();
    for (let at = 0; at < bytes.length; at += 4095) pane.write(bytes.subarray(at, at + 4095));
    return bytes.length / 1000 / (performance.now() - start);
  });
  const { median } = summary(rates);
  process.stdout.write(`${"parse, 4 KB reads".padEnd(36)} median ${median.toFixed(1)} MB/s\n`);
}

const create = await loadEmulator();
const medians = benchFrames(setUp(create));
benchParser(create);
if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(medians)}\n`);

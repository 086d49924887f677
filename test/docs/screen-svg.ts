/**
 * A terminal's screen as an SVG picture: text, colours and bold, nothing embedded. Lines and blocks
 * are drawn as shapes, because fonts leave gaps between them; every run of text is stretched to its
 * cells, because the reader's monospace font is not known.
 */
import type { Cell } from "../e2e/terminal.ts";

export type ScreenPicture = {
  readonly cols: number;
  readonly rows: number;
  readonly cell: (x: number, y: number) => Cell;
  /** What the picture shows, for those who cannot see it. */
  readonly title: string;
};

const cellWidth = 8;
const cellHeight = 17;
/** Above the bottom of a cell. */
const baseline = 4;
const margin = 8;
/** A monospace glyph is 0.6 em wide in nearly every font. */
const fontSize = 13.33;

const background = "#101014";
const foreground = "#d4d4d8";
const palette = `
  #18181b #f87171 #86c06c #e6b450 #6ea8fe #c678dd #56b6c2 #d4d4d8
  #71717a #fca5a5 #a7d78f #f2cc7c #93c5fd #dba4ec #8bd5dd #fafafa
`
  .trim()
  .split(/\s+/);

/** Draws a screen. */
export function screenSvg(picture: ScreenPicture): string {
  const width = picture.cols * cellWidth + 2 * margin;
  const height = picture.rows * cellHeight + 2 * margin;
  const placed = placedCells(picture);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${width} ${height}" role="img">`,
    `<title>${escaped(picture.title)}</title>`,
    `<rect x="${-margin}" y="${-margin}" width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    `<g shape-rendering="crispEdges">`,
    ...backgroundPaths(placed),
    "</g>",
    ...shapePaths(placed),
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${fontSize}" xml:space="preserve">`,
    ...textRuns(placed),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

type PlacedCell = {
  readonly x: number;
  readonly y: number;
  readonly chars: string;
  readonly width: number;
  readonly fill: string;
  /** Undefined where the background of the picture shows. */
  readonly behind: string | undefined;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
};

function placedCells({ cols, rows, cell }: ScreenPicture): readonly PlacedCell[] {
  const all = Array.from({ length: cols * rows }, (_, index) => {
    const [x, y] = [index % cols, Math.floor(index / cols)];
    return placedCell(cell(x, y), { x, y });
  });
  // The second half of a wide character has no width of its own.
  return all.filter(({ width }) => width > 0);
}

function placedCell(cell: Cell, { x, y }: { x: number; y: number }): PlacedCell {
  const [front, back] = cell.inverse
    ? [cell.background, cell.foreground]
    : [cell.foreground, cell.background];
  const behind = colorOf(back, cell.inverse ? foreground : background);
  const plain = colorOf(front, cell.inverse ? background : foreground);
  const { chars, width, bold, italic, underline } = cell;
  return {
    x,
    y,
    chars,
    width,
    bold,
    italic,
    underline,
    fill: cell.dim ? mixed(plain, behind) : plain,
    behind: behind === background ? undefined : behind,
  };
}

function colorOf(color: Cell["foreground"], unset: string): string {
  if (color === "default") return unset;
  return typeof color === "string" ? color : indexed(color);
}

/** xterm's 256 colours: 16 of the palette, a cube of 6 steps a side, 24 greys. */
function indexed(index: number): string {
  const named = palette[index];
  if (named !== undefined) return named;
  if (index >= 232) return hex([0, 0, 0].map(() => 8 + (index - 232) * 10));
  const step = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  const inCube = index - 16;
  return hex([Math.floor(inCube / 36), Math.floor(inCube / 6) % 6, inCube % 6].map(step));
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** Dim text: two parts of its colour, one of what lies behind it. */
function mixed(front: string, back: string): string {
  const parts = (color: string) =>
    (color.match(/[0-9a-f]{2}/gi) ?? []).map((part) => parseInt(part, 16));
  const behind = parts(back);
  return hex(parts(front).map((part, index) => Math.round((part * 2 + (behind[index] ?? 0)) / 3)));
}

function backgroundPaths(cells: readonly PlacedCell[]): readonly string[] {
  const runs = runsOf(cells, (cell, before) => cell.behind === before.behind);
  return pathPerColor(
    runs.flatMap((run) => {
      const color = run[0]?.behind;
      return color === undefined ? [] : [{ color, d: rectangle(run, whole) }];
    }),
  );
}

/** What goes on in the next row overlaps it by a third of a pixel, or a smaller picture shows seams. */
const upToNext = 8 + 0.14;

/** A part of a cell, in eighths of its width and height: left, top, width, height. */
type Part = readonly [number, number, number, number];

const whole: Part = [0, 0, 8, 8];

const shapes: Readonly<Record<string, Part>> = {
  "─": [0, 3.7, 8, 0.6],
  "━": [0, 3.5, 8, 1],
  "│": [3.4, 0, 1.2, upToNext],
  "┃": [3, 0, 2, upToNext],
  "╹": [3, 0, 2, 4],
  "╻": [3, 4, 2, 4],
  "█": whole,
  "▀": [0, 0, 8, 4],
  "▄": [0, 4, 8, 4],
  "▌": [0, 0, 4, upToNext],
  "▐": [4, 0, 4, upToNext],
  "■": [1, 2, 6, 4],
  "⬝": [3, 3.5, 2, 1],
};

function shapePaths(cells: readonly PlacedCell[]): readonly string[] {
  const alike = (cell: PlacedCell, before: PlacedCell) =>
    cell.chars === before.chars && cell.fill === before.fill && spans(cell);
  return pathPerColor(
    runsOf(cells, alike).flatMap((run) => {
      const [first] = run;
      const part = first && shapes[first.chars];
      return part ? [{ color: first.fill, d: rectangle(run, part) }] : [];
    }),
  );
}

/** Whether the shape of a cell touches the cell to its right. */
function spans({ chars }: PlacedCell): boolean {
  return shapes[chars]?.[2] === 8;
}

function rectangle(run: readonly PlacedCell[], [left, top, width, height]: Part): string {
  const [{ x, y } = { x: 0, y: 0 }] = run;
  const others = widthOf(run.slice(0, -1)) * cellWidth;
  const across = others + (width * cellWidth) / 8 + ((run.at(-1)?.width ?? 1) - 1) * cellWidth;
  const from = `M${number(x * cellWidth + (left * cellWidth) / 8)} ${number(y * cellHeight + (top * cellHeight) / 8)}`;
  const down = (height * cellHeight) / 8;
  return `${from}h${number(across)}v${number(down)}h${number(-across)}z`;
}

function pathPerColor(pieces: readonly { color: string; d: string }[]): readonly string[] {
  const byColor = Map.groupBy(pieces, ({ color }) => color);
  return [...byColor].map(
    ([color, same]) => `<path fill="${color}" d="${same.map(({ d }) => d).join("")}"/>`,
  );
}

function textRuns(cells: readonly PlacedCell[]): readonly string[] {
  const written = cells.map((cell) => (cell.chars in shapes ? { ...cell, chars: " " } : cell));
  const alike = (cell: PlacedCell, before: PlacedCell) =>
    cell.fill === before.fill &&
    cell.bold === before.bold &&
    cell.italic === before.italic &&
    cell.underline === before.underline &&
    isPlain(cell) &&
    isPlain(before);
  return runsOf(written, alike).flatMap(textRun);
}

/** A sign beyond Latin may come from another font, of another width: it stands alone. */
function isPlain({ chars }: PlacedCell): boolean {
  return /^[\u0020-\u024f]?$/.test(chars);
}

function textRun(run: readonly PlacedCell[]): readonly string[] {
  const from = run.findIndex(isVisible);
  if (from < 0) return [];
  const shown = run.slice(from, run.findLastIndex(isVisible) + 1);
  const [first] = shown;
  if (first === undefined) return [];
  const length = shown.length > 1 ? ` textLength="${widthOf(shown) * cellWidth}"` : "";
  const weight = first.bold ? ` font-weight="700"` : "";
  const slant = first.italic ? ` font-style="italic"` : "";
  const line = first.underline ? ` text-decoration="underline"` : "";
  const place = `x="${first.x * cellWidth}" y="${(first.y + 1) * cellHeight - baseline}"`;
  const text = escaped(shown.map(({ chars }) => chars || " ").join(""));
  return [`<text ${place}${length} fill="${first.fill}"${weight}${slant}${line}>${text}</text>`];
}

function isVisible({ chars, underline }: PlacedCell): boolean {
  return chars.trim() !== "" || underline;
}

/** Cells of one row beside each other that belong together. */
function runsOf(
  cells: readonly PlacedCell[],
  belongs: (cell: PlacedCell, before: PlacedCell) => boolean,
): readonly (readonly PlacedCell[])[] {
  const runs: PlacedCell[][] = [];
  for (const cell of cells) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run && before && before.y === cell.y && belongs(cell, before)) run.push(cell);
    else runs.push([cell]);
  }
  return runs;
}

function widthOf(run: readonly PlacedCell[]): number {
  return run.reduce((sum, { width }) => sum + width, 0);
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A source of cells that the program draws itself: borders, titles, tabs. */

import { graphemes, graphemeWidth } from "../core/cell-text.ts";
import type { Rect } from "../core/rect.ts";
import { printable } from "../core/text.ts";
import {
  backgroundFlags,
  blankContent,
  type CellSource,
  cellWords,
  colorBits,
  contentBits,
  fillBlank,
  foregroundFlags,
  underlineStyleShift,
} from "./cell.ts";
import { createClusters } from "./clusters.ts";
import type { Rgb } from "./colors.ts";

/** An index of the 16 colours of the user's theme, or an exact colour. */
export type StyleColor = number | "default" | Rgb;

export type Style = {
  readonly fg?: StyleColor;
  readonly bg?: StyleColor;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
};

export type Canvas = CellSource & {
  readonly cols: number;
  readonly rows: number;
  clear(): void;
  /** Draws one line of text, cut at the right edge; returns the column after it. */
  text(x: number, y: number, text: string, style?: Style): number;
  /** Fills a rectangle with one character of width 1. */
  fillRect(rect: Rect, char: string, style?: Style): void;
};

/** Makes a blank canvas. */
export function createCanvas(cols: number, rows: number): Canvas {
  const clusters = createClusters();
  const words = new Uint32Array(cols * rows * cellWords);
  fillBlank(words, 0, cols * rows);

  function put(cell: PlacedCell): void {
    const at = (cell.y * cols + cell.x) * cellWords;
    words[at] = cell.content;
    words.set(cell.style, at + 1);
  }

  function text(x: number, y: number, line: string, style: Style = {}): number {
    if (y < 0 || y >= rows) return x;
    const styleWords = wordsOf(style);
    let column = x;
    for (const grapheme of graphemes(printable(line))) {
      const width = graphemeWidth(grapheme);
      if (width === 0) continue;
      if (column + width > cols) break;
      if (column >= 0) {
        const content = clusters.contentOf(grapheme) | (width << contentBits.widthShift);
        put({ x: column, y, content, style: styleWords });
        if (width === 2) put({ x: column + 1, y, content: 0, style: styleWords });
      }
      column += width;
    }
    return column;
  }

  return {
    cols,
    rows,
    clear() {
      fillBlank(words, 0, cols * rows);
      clusters.clear();
    },
    text,
    fillRect(rect, char, style) {
      const line = char.repeat(Math.max(0, Math.min(cols, rect.x + rect.cols) - rect.x));
      for (let y = rect.y; y < rect.y + rect.rows; y++) text(rect.x, y, line, style);
    },
    copyRow(row, { from, to, at }, into) {
      if (row < 0 || row >= rows) return fillBlank(into.words, at, at + to - from);
      const end = Math.max(from, Math.min(to, cols));
      const first = (row * cols + from) * cellWords;
      into.words.set(words.subarray(first, first + (end - from) * cellWords), at * cellWords);
      fillBlank(into.words, at + end - from, at + to - from);
      for (let x = at; x < at + end - from; x++) {
        const content = into.words[x * cellWords] ?? blankContent;
        if (content & contentBits.cluster) into.words[x * cellWords] = translate(content, into);
      }
    },
  };

  /** The cluster numbers of the canvas are its own. */
  function translate(content: number, into: Parameters<CellSource["copyRow"]>[2]): number {
    const cluster = clusters.textOf(content & contentBits.codePoint);
    return (content & ~contentBits.text) | into.clusters.contentOf(cluster);
  }
}

type PlacedCell = {
  readonly x: number;
  readonly y: number;
  readonly content: number;
  readonly style: StyleWords;
};

/** The foreground, background and underline words of a cell. */
type StyleWords = readonly [number, number, number];

function wordsOf(style: Style): StyleWords {
  let foreground = colorWord(style.fg);
  let background = colorWord(style.bg);
  if (style.bold) foreground |= foregroundFlags.bold;
  if (style.inverse) foreground |= foregroundFlags.inverse;
  if (style.underline) foreground |= foregroundFlags.underline;
  if (style.dim) background |= backgroundFlags.dim;
  if (style.italic) background |= backgroundFlags.italic;
  return [foreground >>> 0, background, style.underline ? 1 << underlineStyleShift : 0];
}

function colorWord(color: StyleColor = "default"): number {
  if (color === "default") return 0;
  if (typeof color === "number") return colorBits.palette16 | (color & 0xf);
  return colorBits.rgb | (color.r << 16) | (color.g << 8) | color.b;
}

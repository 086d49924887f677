/**
 * A cell of the screen is four 32-bit words. The first three have the layout of xterm.js's buffer
 * (bits counted from 0), so that reading a row of an emulator is a copy and comparing two cells is
 * four comparisons:
 *
 * - content: 0-20 the code point, or the number of a cluster when bit 21 is set; 22-23 the width
 * - foreground: 0-23 the colour, 24-25 its kind, 26-31 inverse, bold, underline, blink, invisible, strike
 * - background: 0-23 the colour, 24-25 its kind, 26 italic, 27 dim, 30 overline
 * - underline: 0-23 the colour, 24-25 its kind, 26-28 the style (1 single ... 5 dashed)
 *
 * A wide character is a cell of width 2 followed by its right half, a cell of width 0 without
 * content. Cells in a row buffer are canonical: nothing that does not show differs between equals.
 */
import type { Clusters } from "./clusters.ts";

/** Words a cell. */
export const cellWords = 4;

export const contentBits = {
  codePoint: 0x1f_ffff,
  cluster: 0x20_0000,
  text: 0x3f_ffff,
  widthShift: 22,
} as const;

export const colorBits = {
  value: 0xff_ffff,
  kind: 0x300_0000,
  all: 0x3ff_ffff,
  palette16: 0x100_0000,
  palette256: 0x200_0000,
  rgb: 0x300_0000,
} as const;

export const foregroundFlags = {
  inverse: 0x400_0000,
  bold: 0x800_0000,
  underline: 0x1000_0000,
  blink: 0x2000_0000,
  invisible: 0x4000_0000,
  strike: 0x8000_0000,
  all: 0xfc00_0000,
} as const;

export const backgroundFlags = {
  italic: 0x400_0000,
  dim: 0x800_0000,
  overline: 0x4000_0000,
  all: 0x4c00_0000,
} as const;

export const underlineStyleShift = 26;

/** The content word of a blank: a space of width 1. */
export const blankContent = 0x20 | (1 << contentBits.widthShift);

/** Cells of one row, with the table that their cluster numbers point into. */
export type RowBuffer = { readonly words: Uint32Array; readonly clusters: Clusters };

/** The cells `from` (inclusive) to `to` (exclusive) of a row go to the cell `at` of the buffer. */
export type Span = { readonly from: number; readonly to: number; readonly at: number };

/** Something that has rows of cells to show: an emulator, a canvas. */
export type CellSource = {
  /** Writes a span of a visible row; what lies outside the source is written as blanks. */
  copyRow(row: number, span: Span, into: RowBuffer): void;
};

/** Fills cells `from` (inclusive) to `to` (exclusive) of a buffer with blanks. */
export function fillBlank(words: Uint32Array, from: number, to: number): void {
  for (let index = from * cellWords; index < to * cellWords; index += cellWords) {
    words[index] = blankContent;
    words[index + 1] = 0;
    words[index + 2] = 0;
    words[index + 3] = 0;
  }
}

/** A colour word without bits that do not show: xterm.js leaves old RGB bits above a palette index. */
export function canonicalColor(word: number): number {
  const kind = word & colorBits.kind;
  if (kind === colorBits.rgb) return word & colorBits.all;
  return kind === 0 ? 0 : kind | (word & 0xff);
}

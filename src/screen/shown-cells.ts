/**
 * What the outer terminal shows, cell by cell, and the writing of a row that is to show something
 * else. It keeps one rule: a cell that the terminal may have changed by itself is unknown, and an
 * unknown cell equals none.
 */
import { blankContent, cellWords, contentBits } from "./cell.ts";
import type { CellWriter } from "./cell-writer.ts";
import type { Clusters } from "./clusters.ts";
import { hasAgreedWidth } from "./printable.ts";

export type ShownCells = {
  /** Cells written so far. */
  readonly written: number;
  /** Copies what a row shows. */
  copyRow(y: number, into: Uint32Array): void;
  /** A row as text, without blanks at its end; what is not known is blank. */
  rowText(y: number): string;
  /** Brings a row from what it shows to what `change` holds between its bounds. */
  write(y: number, change: RowChange): void;
  /** Nothing is known any more. */
  forget(): void;
};

/** `row` holds the whole row; outside `from` (inclusive) and `to` (exclusive) as `copyRow` gave it. */
export type RowChange = { readonly from: number; readonly to: number; readonly row: Uint32Array };

export type ShownCellsOptions = {
  readonly cols: number;
  readonly rows: number;
  readonly writer: CellWriter;
  readonly clusters: Clusters;
};

/** No cell has this content. */
const unknown = 0xffff_ffff;

/** The content of the second cell of a wide character. */
const rightHalf = 0;

/** A tilde of width 1; ASCII characters begin with the blank. */
const lastAscii = blankContent - 0x20 + 0x7e;

/** ECH and the move over the erased cells are as long as this many spaces. */
const shortestErase = 9;

/** Makes the cells of a terminal of which nothing is known. */
export function createShownCells(options: ShownCellsOptions): ShownCells {
  return new RowWriter(options);
}

class RowWriter implements ShownCells {
  readonly #cols: number;
  readonly #writer: CellWriter;
  readonly #clusters: Clusters;
  readonly #words: Uint32Array;
  #written = 0;
  /** The row that is being written, and where it begins in `#words`. */
  #row: Uint32Array = new Uint32Array(0);
  #start = 0;

  constructor({ cols, rows, writer, clusters }: ShownCellsOptions) {
    this.#cols = cols;
    this.#writer = writer;
    this.#clusters = clusters;
    this.#words = new Uint32Array(cols * rows * cellWords).fill(unknown);
  }

  get written(): number {
    return this.#written;
  }

  forget(): void {
    this.#words.fill(unknown);
  }

  copyRow(y: number, into: Uint32Array): void {
    const start = y * this.#cols * cellWords;
    into.set(this.#words.subarray(start, start + this.#cols * cellWords));
  }

  rowText(y: number): string {
    const row = Array.from({ length: this.#cols }, (_, x) => this.#textAt(y * this.#cols + x));
    return row.join("").trimEnd();
  }

  #textAt(cell: number): string {
    const content = this.#words[cell * cellWords] ?? unknown;
    if (content === rightHalf) return "";
    if (content === unknown) return " ";
    const code = content & contentBits.codePoint;
    return content & contentBits.cluster ? this.#clusters.textOf(code) : String.fromCodePoint(code);
  }

  write(y: number, { from, to, row }: RowChange): void {
    this.#row = row;
    this.#start = y * this.#cols * cellWords;
    // Cells before this column may have been run over and are drawn even if they did not change.
    let redrawTo = 0;
    let x = from;
    while (x < to || x < redrawTo) {
      if (x >= redrawTo && this.#isShown(x)) {
        x += 1;
        continue;
      }
      const content = row[x * cellWords] ?? 0;
      if (content === unknown || content === rightHalf) {
        x += 1;
        continue;
      }
      const count = this.#draw({ x, y, end: Math.max(to, redrawTo) });
      if (content > lastAscii)
        redrawTo = Math.max(redrawTo, Math.min(this.#cols, x + this.#reach(content)));
      x += count;
    }
  }

  /** Draws the cell at `x` with those behind it that can be drawn as one; returns how many. */
  #draw({ x, y, end }: { x: number; y: number; end: number }): number {
    const at = x * cellWords;
    this.#writer.moveTo(x, y);
    const blanks = this.#isPlainBlank(x) ? this.#blanksToErase(x, end) : 0;
    const run = blanks === 0 ? this.#asciiRun(x, end) : 0;
    const count = blanks >= shortestErase ? blanks : run || this.#widthAt(x);
    if (blanks >= shortestErase) this.#writer.erase(blanks);
    else if (run > 0) this.#writer.asciiRun(this.#row, at, run);
    else this.#writer.cell(this.#row, at);
    this.#claim(x, count);
    return count;
  }

  /**
   * How many cells from `x` on are ASCII characters of one style that the terminal does not show:
   * nearly all of a screen, and three times as fast to draw as one run.
   */
  #asciiRun(x: number, end: number): number {
    const row = this.#row;
    const shown = this.#words;
    const first = x * cellWords;
    const foreground = row[first + 1];
    const background = row[first + 2];
    const underline = row[first + 3];
    const last = end * cellWords;
    let at = first;
    for (let there = this.#start + first; at < last; at += cellWords, there += cellWords) {
      const content = row[at] ?? 0;
      if (content < blankContent || content > lastAscii) break;
      if (row[at + 1] !== foreground || row[at + 2] !== background) break;
      if (row[at + 3] !== underline) break;
      const isShown =
        content === shown[there] &&
        foreground === shown[there + 1] &&
        background === shown[there + 2] &&
        underline === shown[there + 3];
      if (isShown && at > first) break;
    }
    return (at - first) / cellWords;
  }

  #widthAt(x: number): number {
    return (this.#row[x * cellWords] ?? 0) >>> contentBits.widthShift;
  }

  /** How many plain blanks stand from `x` on, up to the last one that the terminal does not show. */
  #blanksToErase(x: number, end: number): number {
    let count = 0;
    for (let column = x; column < end && this.#isPlainBlank(column); column++)
      if (!this.#isShown(column)) count = column - x + 1;
    return count;
  }

  #isPlainBlank(x: number): boolean {
    const at = x * cellWords;
    const row = this.#row;
    return row[at] === blankContent && row[at + 1] === 0 && row[at + 2] === 0 && row[at + 3] === 0;
  }

  /** The right half of a wide character is shown when its left half is: see `#claim`. */
  #isShown(x: number): boolean {
    const row = this.#row;
    const shown = this.#words;
    const at = x * cellWords;
    const there = this.#start + at;
    return (
      row[at] === shown[there] &&
      row[at + 1] === shown[there + 1] &&
      row[at + 2] === shown[there + 2] &&
      row[at + 3] === shown[there + 3]
    );
  }

  /** How far a terminal that sees another width may run, in columns; 0 when all agree. */
  #reach(content: number): number {
    const code = content & contentBits.codePoint;
    if (content & contentBits.cluster) return this.#clusters.reachOf(code);
    return hasAgreedWidth(code) ? 0 : 2;
  }

  /** Notes what the terminal shows now; a wide character of which half was drawn over is lost. */
  #claim(x: number, count: number): void {
    const shown = this.#words;
    const row = this.#row;
    const offset = this.#start;
    const first = x * cellWords;
    const next = first + count * cellWords;
    if (x > 0 && shown[offset + first] === rightHalf) shown[offset + first - cellWords] = unknown;
    if (x + count < this.#cols && shown[offset + next] === rightHalf)
      shown[offset + next] = unknown;
    for (let at = first; at < next; at++) shown[offset + at] = row[at] ?? 0;
    this.#written += count;
  }
}

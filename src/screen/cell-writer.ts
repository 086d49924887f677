/**
 * Cells as bytes for the outer terminal. It remembers where the terminal's cursor is and which
 * attributes are on, and writes only what differs. Sequences: xterm ctlseqs.
 */
import { ByteBuffer } from "./byte-buffer.ts";
import { cellWords, contentBits } from "./cell.ts";
import type { Clusters } from "./clusters.ts";
import type { ColorDepth } from "./colors.ts";
import { hasAgreedWidth, isPrintable } from "./printable.ts";
import { StyleWriter } from "./style-writer.ts";

/** The column is not known: the terminal may see another width than we do. */
const unknown = -1;

/** No cell needs more, its attributes and moves included; the text of a cluster makes its own room. */
const mostBytes = 256;

export type CellWriterOptions = { readonly colorDepth: ColorDepth; readonly clusters: Clusters };

export class CellWriter {
  readonly #out = new ByteBuffer();
  readonly #clusters: Clusters;
  #cols = 0;
  #x = unknown;
  #y = unknown;
  readonly #style: StyleWriter;

  constructor({ colorDepth, clusters }: CellWriterOptions) {
    this.#style = new StyleWriter(this.#out, colorDepth);
    this.#clusters = clusters;
  }

  get length(): number {
    return this.#out.length;
  }

  /** Starts a frame; where the cursor is then is not relied on. */
  begin(cols: number): void {
    this.#out.clear();
    this.#cols = cols;
    this.#x = unknown;
    this.#y = unknown;
  }

  take(): Uint8Array {
    return this.#out.take();
  }

  /** Writes a control sequence that moves no cursor and changes no attribute. */
  control(sequence: string): void {
    this.#out.reserve(sequence.length);
    this.#out.ascii(sequence);
  }

  /** Turns all attributes off, whatever was on. */
  resetStyle(): void {
    this.#out.reserve(mostBytes);
    this.#style.reset();
  }

  /** Turns attributes off that are on: what is erased or drawn by others is then not coloured. */
  endStyle(): void {
    this.#out.reserve(mostBytes);
    this.#style.set(0, 0, 0);
  }

  moveTo(x: number, y: number): void {
    if (x === this.#x && y === this.#y) return;
    this.#out.reserve(mostBytes);
    if (y !== this.#y) this.#position(x, y);
    else if (this.#x === unknown || x < this.#x)
      this.#sequence(x + 1, 0x47); // CHA
    else if (x > this.#x) this.#sequence(x - this.#x, 0x43); // CUF
    this.#x = x;
    this.#y = y;
  }

  /** Makes `count` cells blank with default colours; the cursor stays. */
  erase(count: number): void {
    this.#out.reserve(mostBytes);
    this.endStyle();
    this.#sequence(count, 0x58); // ECH
  }

  /** Draws the cell at `at` of `words`; the cursor must stand on it. */
  cell(words: Uint32Array, at: number): void {
    this.#out.reserve(mostBytes);
    const content = words[at] ?? 0;
    this.#style.set(words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0);
    if (content & contentBits.cluster) this.#cluster(content);
    else this.#character(content & contentBits.codePoint, content >>> contentBits.widthShift);
    if (this.#x >= this.#cols) this.#x = unknown;
  }

  /** Draws `count` cells from `at` on, all of them ASCII characters in the style of the first. */
  asciiRun(words: Uint32Array, at: number, count: number): void {
    this.#out.reserve(mostBytes + count);
    this.#style.set(words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0);
    this.#out.lowBytes(words, at, { stride: cellWords, count });
    this.#x += count;
    if (this.#x >= this.#cols) this.#x = unknown;
  }

  #character(codePoint: number, width: number): void {
    if (codePoint < 0x7f) {
      this.#out.byte(codePoint < 0x20 ? 0x20 : codePoint);
      this.#x += 1;
      if (width === 2) this.#blanks(1);
      return;
    }
    if (!isPrintable(codePoint)) return this.#blanks(width);
    const agreed = hasAgreedWidth(codePoint);
    if (!agreed && width === 2) this.#clear(width);
    this.#out.codePoint(codePoint);
    this.#x = agreed ? this.#x + width : unknown;
  }

  #cluster(content: number): void {
    this.#clear(content >>> contentBits.widthShift);
    this.#out.utf8(this.#clusters.textOf(content & contentBits.codePoint));
    this.#x = unknown;
  }

  /** A terminal that draws the text narrower than we count must not leave what stood there. */
  #clear(width: number): void {
    const x = this.#x;
    this.#blanks(width);
    this.#sequence(x + 1, 0x47); // CHA
    this.#x = x;
  }

  #blanks(count: number): void {
    for (let index = 0; index < count; index++) this.#out.byte(0x20);
    this.#x += count;
  }

  #sequence(parameter: number, final: number): void {
    const out = this.#out;
    out.byte(0x1b);
    out.byte(0x5b);
    if (parameter > 1) out.number(parameter);
    out.byte(final);
  }

  #position(x: number, y: number): void {
    const out = this.#out;
    out.byte(0x1b);
    out.byte(0x5b);
    out.number(y + 1);
    out.byte(0x3b);
    out.number(x + 1);
    out.byte(0x48); // CUP
  }
}

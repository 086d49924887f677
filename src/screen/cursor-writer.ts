/** The outer terminal's cursor: where it was left, and what brings it to where it is to be. */
import type { CellWriter } from "./cell-writer.ts";

export type CursorShape = "default" | "block" | "underline" | "bar";

export type Cursor = {
  readonly x: number;
  readonly y: number;
  readonly shape: CursorShape;
  readonly blinking: boolean;
};

/** DECSCUSR (xterm ctlseqs): the odd number blinks; 0 is what the user has set. */
const shapes = { default: 0, block: 1, underline: 3, bar: 5 } as const;

export class CursorWriter {
  readonly #writer: CellWriter;
  #place: { readonly x: number; readonly y: number } | undefined;
  #shape: number | undefined;
  #isVisible: boolean | undefined;

  constructor(writer: CellWriter) {
    this.#writer = writer;
  }

  /** Whether it may be visible now. */
  get isShown(): boolean {
    return this.#isVisible !== false;
  }

  /** Nothing of it is known any more. */
  forget(): void {
    this.#place = undefined;
    this.#shape = undefined;
    this.#isVisible = undefined;
  }

  hide(): void {
    if (this.isShown) this.#writer.control("\x1b[?25l");
    this.#isVisible = false;
  }

  /** It was hidden by a sequence that is already written. */
  noteHidden(): void {
    this.#isVisible = false;
  }

  /** Drawing has moved it. */
  lose(): void {
    this.#place = undefined;
  }

  /** Brings it to where it is to be; undefined hides it. */
  set(cursor: Cursor | undefined): void {
    if (!cursor) return this.hide();
    const { x, y } = cursor;
    if (this.#place?.x !== x || this.#place.y !== y) this.#writer.moveTo(x, y);
    this.#place = { x, y };
    this.#setShape(shapes[cursor.shape] + (cursor.blinking || cursor.shape === "default" ? 0 : 1));
    if (this.#isVisible !== true) this.#writer.control("\x1b[?25h");
    this.#isVisible = true;
  }

  #setShape(shape: number): void {
    if (shape !== this.#shape) this.#writer.control(`\x1b[${shape} q`);
    this.#shape = shape;
  }
}

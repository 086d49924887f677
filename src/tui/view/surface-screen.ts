import { PassThrough, Writable } from "node:stream";
import { type Frame, frameOf, frameUpdate } from "./frame-update.ts";
import type { Size } from "./line.ts";

export type SurfaceScreenOptions = Size & {
  /** Gets the bytes that bring an emulator of this size up to the newest frame; never empty ones. */
  readonly onUpdate: (update: string, size: Size) => void;
  /** Applied to each frame before it is compared. */
  readonly rewrite: (frame: string) => string;
};

/**
 * What Ink takes for the terminal of one surface. Each write is a whole frame; what differs from
 * the frame before is handed on.
 */
export class SurfaceScreen extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #options: SurfaceScreenOptions;
  #last: Frame | undefined;
  #silent = false;

  constructor(options: SurfaceScreenOptions) {
    super({ decodeStrings: false });
    this.columns = options.cols;
    this.rows = options.rows;
    this.#options = options;
  }

  /** Takes effect with the next frame, which is whole: the other side starts a new emulator. */
  resize({ cols, rows }: Size): void {
    if (cols === this.columns && rows === this.rows) return;
    this.columns = cols;
    this.rows = rows;
    this.#last = undefined;
  }

  /** Nothing is handed on from now on: what Ink writes at its end is of no use. */
  silence(): void {
    this.#silent = true;
  }

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    if (!this.#silent) this.#show(this.#options.rewrite(String(chunk)));
    done();
  }

  #show(text: string): void {
    const size = { cols: this.columns, rows: this.rows };
    const frame = frameOf(text, size);
    const update = frameUpdate(this.#last, frame);
    this.#last = frame;
    if (update !== "") this.#options.onUpdate(update, size);
  }
}

/** An input on which no key ever arrives: the chrome sees none. */
export function silentInput(): NodeJS.ReadableStream {
  return new PassThrough();
}

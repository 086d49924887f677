/**
 * From the frames that Ink draws to bytes for an emulator. Ink's own ways to update a terminal move
 * the cursor relative to where they left it, and leave stale cells behind when a frame shrinks or
 * fills the screen; here each changed row is placed absolutely and cleared before it is written.
 */
import type { Size } from "./line.ts";

export type Frame = Size & {
  /** One string a row, with SGR sequences that are closed within the row. */
  readonly lines: readonly string[];
};

/** Cuts what Ink wrote into the rows of a surface; rows that it left out are empty. */
export function frameOf(text: string, size: Size): Frame {
  const written = text.split("\n");
  const lines = Array.from({ length: size.rows }, (_, row) => written[row] ?? "");
  return { ...size, lines };
}

/**
 * The bytes that turn one frame into the next, empty when nothing changed. Without a previous frame
 * of the same size the surface is cleared first and the cursor hidden.
 */
export function frameUpdate(previous: Frame | undefined, next: Frame): string {
  const sameSize = previous?.cols === next.cols && previous.rows === next.rows;
  const before = sameSize ? previous.lines : [];
  const changed = next.lines.flatMap((line, row) => {
    return line === (before[row] ?? "") ? [] : [rowUpdate(line, row)];
  });
  return sameSize ? changed.join("") : prepare + changed.join("");
}

/**
 * DECTCEM off, DECAWM off (a row that is wider than we think is cut, not continued on the next),
 * SGR reset, ED 2.
 */
const prepare = "\u001B[?25l\u001B[?7l\u001B[0m\u001B[2J";

/** CUP, SGR reset, EL 0, then the row. Erasing comes first: after the last column it would erase that. */
function rowUpdate(line: string, row: number): string {
  return `\u001B[${row + 1};1H\u001B[0m\u001B[K${line}`;
}

/** Wide characters that are cut by the edge of a layer, or that came in halves. */
import { blankContent, cellWords, contentBits } from "./cell.ts";

const { widthShift } = contentBits;

/**
 * Makes cells `from` to `to` whole by themselves: each wide character has its right half, in its own
 * colours, and half of one becomes a blank in the colours it had.
 */
export function mendWideCells(words: Uint32Array, from: number, to: number): void {
  for (let x = from; x < to; x++) {
    const at = x * cellWords;
    const width = (words[at] ?? 0) >>> widthShift;
    if (width === 1) continue;
    const isWhole = width === 2 && x + 1 < to && isRightHalf(words, at + cellWords);
    if (isWhole) {
      words[at + 4] = 0;
      words.copyWithin(at + 5, at + 1, at + 4);
      x++;
    } else {
      words[at] = blankContent;
    }
  }
}

/**
 * Blanks the half of a wide character that stands alone on one side of the boundary before cell `x`,
 * which is not the first or beyond the last; returns its column.
 */
export function mendBoundary(words: Uint32Array, x: number): number | undefined {
  const left = (words[(x - 1) * cellWords] ?? 0) >>> widthShift;
  const hasRight = isRightHalf(words, x * cellWords);
  if ((left === 2) === hasRight) return undefined;
  const blanked = hasRight ? x : x - 1;
  words[blanked * cellWords] = blankContent;
  return blanked;
}

function isRightHalf(words: Uint32Array, at: number): boolean {
  return (words[at] ?? 0) >>> widthShift === 0;
}

/** How many cells a text takes, and how it breaks into lines of so many cells. */

const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;
const marksOnly = /^[\p{Mark}\p{Format}]+$/u;
const ascii = /^[\u0020-\u007E]*$/;

/** How many cells a printable text takes. */
export function cellWidth(text: string): number {
  if (ascii.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

/**
 * Breaks a printable text into lines of at most `cols` cells, between words where it can. With
 * `rows`, what has no room is left out and the last line ends in "…".
 */
export function wrapText(text: string, cols: number, rows = Number.POSITIVE_INFINITY): string[] {
  const lines = brokenWords(text, Math.max(1, cols));
  if (lines.length <= rows) return lines;
  const shown = lines.slice(0, Math.max(1, rows));
  const last = shown.pop() ?? "";
  const [head = ""] = pieceWord(last, Math.max(1, cols - 1));
  return [...shown, `${head.trimEnd()}…`];
}

function brokenWords(text: string, cols: number): string[] {
  const lines: string[] = [];
  let current = "";
  // Each word has the spaces before it; at the beginning of the text they indent it.
  for (const word of text.match(/ *[^ ]+/gu) ?? []) {
    if (cellWidth(current + word) <= cols) {
      current += word;
      continue;
    }
    if (current !== "") lines.push(current);
    const pieces = pieceWord(word.trimStart(), cols);
    current = pieces.pop() ?? "";
    lines.push(...pieces);
  }
  return [...lines, current];
}

/** A word in pieces of at most `cols` cells; a wide character in one column makes a piece of its own. */
function pieceWord(word: string, cols: number): string[] {
  const pieces: string[] = [];
  let piece = "";
  let width = 0;
  for (const grapheme of graphemes(word)) {
    width += graphemeWidth(grapheme);
    if (width > cols && piece !== "") {
      pieces.push(piece);
      piece = "";
      width = graphemeWidth(grapheme);
    }
    piece += grapheme;
  }
  return [...pieces, piece];
}

function graphemes(text: string): string[] {
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(text);
  return Array.from(segments, ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (marksOnly.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

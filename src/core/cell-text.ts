/**
 * The width of text in cells, and text fitted into cells, for what the program draws itself. Pane programs are measured by the
 * emulator's own table; the two agree (a test compares them).
 */

/**
 * Text in which each character stands for itself in one cell: Latin, dashes and bullets, box drawing
 * and the signs of ours. What we draw is mostly this, and it needs no segmenter.
 */
const plain = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2500-\u25fc✓✕⟳]*$/u;
const emojiByDefault = /^(?:\p{RI}{2}|(?!\p{RI})\p{Emoji_Presentation})/u;
const madeEmoji = /^\p{Emoji}.*\ufe0f/su;
const noWidth = /^[\p{M}\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** East Asian wide and full-width blocks (UAX 11), apart from emoji. */
const wideBlocks = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2e80, 0x2ffb],
  [0x3000, 0x303e],
  [0x3041, 0x31e3],
  [0x31f0, 0x3247],
  [0x3250, 0x4dbf],
  [0x4e00, 0xa4c6],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x16ff1],
  [0x17000, 0x187f7],
  [0x18800, 0x18cd5],
  [0x18d00, 0x18d08],
  [0x1b000, 0x1b11e],
  [0x1b150, 0x1b152],
  [0x1b164, 0x1b2fb],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
] as const;

/** Making one takes 8 ms and holds no state between calls: it is made when a text first needs it. */
const segmentsOf = lazySegmenter();

function lazySegmenter(): (text: string) => Intl.Segments {
  let segmenter: Intl.Segmenter | undefined;
  return (text) => {
    segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
    return segmenter.segment(text);
  };
}

/** What a reader sees as one character, one after the other. */
export function graphemes(text: string): Iterable<string> {
  return plain.test(text) ? text : segments(text);
}

function* segments(text: string): Generator<string> {
  for (const { segment } of segmentsOf(text)) yield segment;
}

/** The cells that one grapheme takes: 0, 1 or 2. */
export function graphemeWidth(grapheme: string): 0 | 1 | 2 {
  if (plain.test(grapheme)) return 1;
  if (emojiByDefault.test(grapheme) || madeEmoji.test(grapheme)) return 2;
  if (noWidth.test(grapheme)) return 0;
  const codePoint = grapheme.codePointAt(0) ?? 0;
  return wideBlocks.some(([first, last]) => codePoint >= first && codePoint <= last) ? 2 : 1;
}

/** The cells that a line of text takes. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmentsOf(text)) width += graphemeWidth(segment);
  return width;
}

/** The start of a text that fits into `cols` cells; a cut one ends in "…". */
export function clipText(text: string, cols: number): string {
  if (textWidth(text) <= cols) return text;
  let clipped = "";
  let width = 0;
  for (const { segment } of segmentsOf(text)) {
    width += graphemeWidth(segment);
    if (width > cols - 1) break;
    clipped += segment;
  }
  return cols > 0 ? `${clipped}…` : "";
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
    if (textWidth(current + word) <= cols) {
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

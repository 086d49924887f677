/**
 * The width of text in cells, for what the program draws itself. Pane programs are measured by the
 * emulator's own table; the two agree (a test compares them).
 */

/** One segmenter for all: it holds no state between calls and is slow to make. */
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const plain = /^[\u0020-\u007e]*$/u;
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

/** What a reader sees as one character, one after the other. */
export function graphemes(text: string): Iterable<string> {
  return plain.test(text) ? text : segments(text);
}

function* segments(text: string): Generator<string> {
  for (const { segment } of segmenter.segment(text)) yield segment;
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
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The start of a text that fits into `cols` cells; a cut one ends in "…". */
export function clipText(text: string, cols: number): string {
  if (textWidth(text) <= cols) return text;
  let clipped = "";
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += graphemeWidth(segment);
    if (width > cols - 1) break;
    clipped += segment;
  }
  return cols > 0 ? `${clipped}…` : "";
}

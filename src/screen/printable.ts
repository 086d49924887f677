/**
 * What may be written to the outer terminal as the text of a cell. Pane programs are not trusted:
 * a control character would act, a mark that turns the reading direction would reorder what stands
 * beside it, and a lone combining mark would land on the neighbouring cell.
 */

/** More code points than any emoji or letter needs; xterm.js joins without end. */
export const maxClusterLength = 24;

/** Marks, format characters, surrogates, line and paragraph separators, conjoining Hangul vowels. */
const zeroWidth = /[\p{M}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u1160-\u11ff\ud7b0-\ud7ff]/u;
/** Format characters that clusters are made of: ZWNJ, ZWJ and the tags of flags. */
const joiners = /\u200c|\u200d|[\u{e0020}-\u{e007f}]/u;
const control = /\p{Cc}/u;
const format = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether a terminal draws a code point by itself as one or two cells. */
export function isPrintable(codePoint: number): boolean {
  if (codePoint < 0x7f) return codePoint >= 0x20;
  if (codePoint < 0x300) return codePoint >= 0xa0 && codePoint !== 0xad;
  if (isCommonBlock(codePoint)) return true;
  return !zeroWidth.test(String.fromCodePoint(codePoint));
}

/** The text of a cell without anything that is not to reach a terminal; a space if nothing is left. */
export function cleanCluster(text: string): string {
  let clean = "";
  let length = 0;
  for (const char of text) {
    if (length === maxClusterLength) break;
    const refused = length === 0 ? isRefusedAtStart(char) : isRefused(char);
    if (refused) continue;
    clean += char;
    length++;
  }
  return clean || " ";
}

function isRefusedAtStart(char: string): boolean {
  return control.test(char) || zeroWidth.test(char);
}

function isRefused(char: string): boolean {
  return control.test(char) || (format.test(char) && !joiners.test(char));
}

/**
 * Whether all terminals give a code point the width that we give it. After any other one the
 * cursor's column is not relied on.
 */
export function hasAgreedWidth(codePoint: number): boolean {
  return codePoint < 0x300 || isCommonBlock(codePoint);
}

/** Blocks that make up the bulk of text; those with marks, emoji or ambiguous widths are left out. */
const commonBlocks = [
  [0x0370, 0x0482], // Greek, Cyrillic
  [0x048a, 0x052f], // Cyrillic
  [0x2010, 0x2027], // punctuation
  [0x2500, 0x259f], // box drawing, blocks
  [0x2800, 0x28ff], // braille
  [0x3041, 0x3096], // hiragana
  [0x30a0, 0x30ff], // katakana
  [0x3400, 0x4dbf], // CJK, extension A
  [0x4e00, 0x9fff], // CJK
  [0xac00, 0xd7a3], // Hangul
] as const;

function isCommonBlock(codePoint: number): boolean {
  for (const [first, last] of commonBlocks) {
    if (codePoint < first) return false;
    if (codePoint <= last) return true;
  }
  return false;
}

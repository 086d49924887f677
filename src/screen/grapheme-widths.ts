/**
 * The width table of the emulator: @xterm/addon-unicode-graphemes, with two corrections.
 *
 * It ends at Unicode 13, but terminals and programs draw the emoji of later versions two cells wide,
 * so those are measured as an older emoji. And it joins combining marks without end: a program could
 * grow the text of one cell until memory is gone, so a cluster is cut at `maxClusterLength`.
 */
import type { IUnicodeVersionProvider } from "@xterm/headless";
import { maxClusterLength } from "./printable.ts";

/** The name under which the table is registered. */
export const graphemeVersion = "ai-rules-graphemes";

/** Emoji blocks with characters from Unicode 14 on. */
const newEmoji = { first: 0x1f6d8, last: 0x1faff } as const;
/** An emoji of the first days that the table knows. */
const oldEmoji = 0x1f600;
const emojiByDefault = /\p{Emoji_Presentation}/u;

/**
 * A property of xterm.js is 24 bits of state, 2 of width, 1 whether it joins what stands before. Of
 * the state the addon reads only the lowest 4 bits, the kind of break; it sets all others where a
 * cluster ends, so they are cut off, and the length of the cluster takes their place.
 */
const joinBit = 1;
const propertyBits = 0b1111_11_1;
const lengthShift = 16;
/** Width 1, joined to nothing. */
const narrow = 1 << 1;

/** Wraps the addon's table. */
export function createGraphemeWidths(addon: IUnicodeVersionProvider): IUnicodeVersionProvider {
  function charProperties(codePoint: number, preceding: number): number {
    // As in the addon: ASCII after ASCII joins nothing.
    if (codePoint >= 0x20 && codePoint < 0x7f && preceding >> 3 === 0) return narrow;
    const length = preceding >> lengthShift;
    const properties = propertiesAfter(codePoint, preceding & propertyBits);
    if ((properties & joinBit) === 0) return properties;
    if (length + 2 > maxClusterLength) return propertiesAfter(codePoint, 0);
    return properties | ((length + 1) << lengthShift);
  }

  function propertiesAfter(codePoint: number, preceding: number): number {
    return addon.charProperties(known(codePoint), preceding) & propertyBits;
  }

  return {
    version: graphemeVersion,
    wcwidth: (codePoint) => addon.wcwidth(known(codePoint)),
    charProperties,
  };
}

function known(codePoint: number): number {
  if (codePoint < newEmoji.first || codePoint > newEmoji.last) return codePoint;
  return emojiByDefault.test(String.fromCodePoint(codePoint)) ? oldEmoji : codePoint;
}

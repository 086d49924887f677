/**
 * Text of a cell that is more than one code point (an emoji with a skin tone, a letter with accents)
 * as a number, so that a cell stays four words. The compositor owns one table and empties it when it
 * has grown large, for a hostile program can invent new clusters for ever.
 */
import { contentBits } from "./cell.ts";
import { cleanCluster, hasAgreedWidth } from "./printable.ts";

export type Clusters = {
  /** The content bits (without width) for a cell's text: a code point, or a number of this table. */
  contentOf(text: string): number;
  /** The text behind a number that `contentOf` gave. */
  textOf(id: number): string;
  /** The columns it takes in a terminal that draws its parts side by side; 0 when all agree. */
  reachOf(id: number): number;
  readonly size: number;
  clear(): void;
};

type Entry = { readonly text: string; readonly reach: number };

/** Makes an empty table. */
export function createClusters(): Clusters {
  const contents = new Map<string, number>();
  let entries: Entry[] = [];

  function add(text: string): number {
    const clean = cleanCluster(text);
    const [first = " ", second] = clean; // by code points
    if (second === undefined) return first.codePointAt(0) ?? 0x20;
    entries.push({ text: clean, reach: reach(clean) });
    return contentBits.cluster | (entries.length - 1);
  }

  return {
    contentOf(text) {
      const known = contents.get(text);
      if (known !== undefined) return known;
      const content = add(text);
      contents.set(text, content);
      return content;
    },
    textOf: (id) => entries[id]?.text ?? " ",
    reachOf: (id) => entries[id]?.reach ?? 0,
    get size() {
      return contents.size;
    },
    clear() {
      contents.clear();
      entries = [];
    },
  };
}

/** The accents of Latin, Greek and Cyrillic: no terminal gives them a column. */
const accent = /[\u0300-\u036f]/u;
/** Marks of other scripts; a terminal whose tables are old may give a new one a column. */
const mark = /[\p{Mn}\p{Me}]/u;

/** What is no mark may be drawn as an emoji of two columns (ZWJ sequences, flags, skin tones). */
function reach(text: string): number {
  const parts = Array.from(text).filter((char) => !accent.test(char)); // by code points
  const isLetter = parts.length === 1 && hasAgreedWidth(text.codePointAt(0) ?? 0);
  return isLetter ? 0 : parts.reduce((sum, part) => sum + (mark.test(part) ? 1 : 2), 0);
}

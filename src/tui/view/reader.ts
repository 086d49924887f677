/**
 * A reader shows a long text a page at a time: the log, the environment with its hook's output. It
 * counts in lines of the text, not in rows of the screen, so that a text is wrapped only where it
 * is seen.
 */
import { wrapText } from "../../core/cell-text.ts";
import { type Line, line, type Meaning, type Size, type Span } from "./line.ts";

export type ReaderLine = { readonly text: string; readonly meaning: Meaning };

export type Page = {
  readonly lines: readonly Line[];
  /** The first line shown, after clamping. */
  readonly top: number;
};

/** The page of a text that starts at a line, or the last one when the text ends before. */
export function pageAt(text: readonly ReaderLine[], top: number, size: Size): Page {
  const start = clampTop(text, top, size);
  const lines: Line[] = [];
  for (const each of text.slice(start, start + size.rows)) lines.push(...rowsOf(each, size));
  return { top: start, lines: lines.slice(0, size.rows) };
}

/** The line at which a page can start at most: from there on the rest of the text fits. */
function clampTop(text: readonly ReaderLine[], top: number, size: Size): number {
  if (top === 0) return 0;
  let start = text.length;
  let room = size.rows;
  while (start > 0) {
    room -= rowsOf(text[start - 1]!, size).length; // `start` is at most the length.
    if (room < 0) break;
    start -= 1;
  }
  // A line longer than the page is shown from its beginning.
  return Math.min(top, Math.min(start, Math.max(0, text.length - 1)));
}

function rowsOf({ text, meaning }: ReaderLine, { cols, rows }: Size): readonly Line[] {
  return wrapText(text, cols, rows).map((each) => line(each, meaning));
}

/** "12/80": where a page stands; nothing when the whole text is on it. */
export function placeSpans(page: Page, total: number): readonly Span[] {
  if (page.top === 0 && page.lines.length >= total) return [];
  return [{ type: "text", text: `${page.top + 1}/${total}`, meaning: "dim" }];
}

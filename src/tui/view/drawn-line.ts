/** One line of the chrome as the string that a terminal gets, its styles in it. */
import { clipText } from "../../core/cell-text.ts";
import { type Line, type Span, span, spansWidth } from "./line.ts";
import { styledText, type Theme, type Tone } from "./theme.ts";

/** A line in so many cells at most: cut with an ellipsis where it is too long, styles closed. */
export function drawnLine({ left, right = [] }: Line, cols: number, theme: Theme): string {
  const shownRight = clippedSpans(right, cols);
  const rightCols = spansWidth(shownRight);
  const apart = rightCols === 0 ? 0 : 1;
  const shownLeft = clippedSpans(left, Math.max(0, cols - rightCols - apart));
  const gap = rightCols === 0 ? 0 : cols - spansWidth(shownLeft) - rightCols;
  return drawnSpans([...shownLeft, span(" ".repeat(gap)), ...shownRight], theme);
}

function clippedSpans(spans: readonly Span[], cols: number): readonly Span[] {
  if (spansWidth(spans) <= cols) return spans;
  const shown: Span[] = [];
  let room = cols;
  for (const each of spans) {
    const width = spansWidth([each]);
    if (width >= room) return [...shown, cutSpan(each, room)];
    shown.push(each);
    room -= width;
  }
  return shown;
}

/** A span that more follows, in the room up to the edge. */
function cutSpan(cut: Span, room: number): Span {
  if (cut.type !== "text") return span(room > 0 ? "…" : "", "dim");
  return { ...cut, text: clipText(`${cut.text}…`, room) };
}

/** Neighbours that look alike share their sequences. */
function drawnSpans(spans: readonly Span[], theme: Theme): string {
  let drawn = "";
  let text = "";
  let tone: Tone = {};
  for (const each of spans) {
    const added = textOf(each, theme);
    if (added === "") continue;
    const next = toneOf(each, theme);
    if (!isSameTone(next, tone)) {
      drawn += styledText(text, tone);
      text = "";
      tone = next;
    }
    text += added;
  }
  // Ink takes its time for each cell, and spaces at the end show only where they are inverse.
  return drawn + styledText(tone.inverse ? text : text.trimEnd(), tone);
}

function isSameTone(a: Tone, b: Tone): boolean {
  return a.color === b.color && a.bold === b.bold && a.dim === b.dim && a.inverse === b.inverse;
}

function textOf(each: Span, theme: Theme): string {
  switch (each.type) {
    case "text":
      // The views make all text printable; a control character that slipped through ends here.
      return each.text.replace(/\p{Cc}/gu, "");
    case "glyph":
      return theme.glyph(each.glyph);
    case "marker":
      return theme.marker;
    case "cursor":
      return " ";
    default:
      return each satisfies never;
  }
}

function toneOf(each: Span, theme: Theme): Tone {
  switch (each.type) {
    case "text":
      return theme.tone(each.meaning);
    case "glyph":
      return theme.tone(each.glyph);
    case "marker":
      return theme.tone("key");
    case "cursor":
      return theme.tone("selected");
    default:
      return each satisfies never;
  }
}

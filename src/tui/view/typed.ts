import { graphemes, graphemeWidth, textWidth } from "../../core/cell-text.ts";
import { printable } from "../../core/text.ts";
import { type Span, span } from "./line.ts";

/** What is typed and the cursor behind it; of a long text the end is shown. */
export function typedSpans(text: string, cols: number): readonly Span[] {
  return [span(endOf(printable(text), Math.max(0, cols - 1))), { type: "cursor" }];
}

function endOf(text: string, cols: number): string {
  if (textWidth(text) <= cols) return text;
  let end = "";
  let width = 1; // the ellipsis
  for (const grapheme of [...graphemes(text)].toReversed()) {
    width += graphemeWidth(grapheme);
    if (width > cols) break;
    end = grapheme + end;
  }
  return cols > 0 ? `…${end}` : "";
}

/**
 * What the chrome shows, as data: lines of spans. The views (panel.ts, help.ts ...) make lines from
 * the state, already sized; the components only place them. Two equal views draw the same frame, so
 * a view that did not change needs no frame at all.
 */
import { textWidth } from "../../core/cell-text.ts";
import type { Glyph } from "../../core/select.ts";

/** What a piece of text means; the theme says how it looks. */
export type Meaning = Glyph | "plain" | "strong" | "dim" | "key" | "good" | "warning" | "selected";

export type Span =
  | { readonly type: "text"; readonly text: string; readonly meaning: Meaning }
  | { readonly type: "glyph"; readonly glyph: Glyph }
  /** Marks the focused or selected line. */
  | { readonly type: "marker" }
  /** The cell where typed text goes. */
  | { readonly type: "cursor" };

export type Line = {
  readonly left: readonly Span[];
  /** Stands at the right edge; the left part gives way to it. */
  readonly right?: readonly Span[];
};

export type Size = { readonly cols: number; readonly rows: number };

export const blank: Line = { left: [] };

/** A line of one piece of text. */
export function line(text: string, meaning: Meaning = "plain"): Line {
  return { left: [span(text, meaning)] };
}

export function span(text: string, meaning: Meaning = "plain"): Span {
  return { type: "text", text, meaning };
}

/** The cells that spans take. */
export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, each) => sum + (each.type === "text" ? textWidth(each.text) : 1), 0);
}

/**
 * What the last row of the screen says. On its left stands what the user needs now: that we stop,
 * that a key is awaited, a notice with its remedy, else the keys. On its right the project and what
 * is special: trouble with models that no panel shows, a changed environment, zoom, the mouse let go.
 */

import type { EnvironmentSource } from "../../core/environment.ts";
import type { Notice, State } from "../../core/state.ts";
import { printable } from "../../core/text.ts";
import { reloadText } from "./environment-text.ts";
import { type Hints, type KeyHint, wayTo } from "./hints.ts";
import { type Line, type Meaning, type Size, type Span, span, spansWidth } from "./line.ts";
import { hasHiddenTrouble } from "./model-trouble.ts";

export type FooterView = { readonly type: "footer"; readonly line: Line };

export function footerView(state: State, size: Size, hints: Hints): FooterView {
  const cols = size.cols - 2; // One column is left free on both sides.
  const urgent = urgentSpans(state, hints);
  const special = specialTexts(state, hints);
  const wanted = urgent ?? hintSpans(hints.footer, cols);
  const sides = [...usualTexts(state), ...special];
  // A notice takes the whole row if it must; what is special goes before keys, the usual after them.
  const right = fitting(sides, cols - spansWidth(wanted), urgent ? 0 : special.length);
  const left = urgent ?? hintSpans(hints.footer, cols - spansWidth(right) - 1);
  return { type: "footer", line: right.length === 0 ? { left } : { left, right } };
}

/** What goes before the keys, if there is such a thing. */
function urgentSpans(state: State, hints: Hints): readonly Span[] | undefined {
  if (state.quitting) return [span("stopping the agents", "strong")];
  if (state.prefix)
    return [span(hints.prefix, "key"), span(" and then? "), span("esc", "key"), span(" cancels")];
  return state.notice && noticeSpans(state.notice);
}

const noticeMeanings = {
  info: "plain",
  warning: "warning",
  error: "error",
} as const satisfies Record<Notice["level"], Meaning>;

function noticeSpans({ level, text, remedy }: Notice): readonly Span[] {
  const label = level === "info" ? [] : [span(`${level}: `, noticeMeanings[level])];
  const fix = remedy ? [span(" · ", "dim"), span(printable(remedy), "strong")] : [];
  return [...label, span(printable(text), noticeMeanings[level]), ...fix];
}

/** Where we are: it has no news. */
function usualTexts({ project, environment }: State): readonly Span[] {
  const name = span(printable(project.name), "dim");
  if (environment.type !== "ready") return [name];
  return [name, span(environmentWord(environment.summary.source), "dim")];
}

/** What is not as usual, the least important first. */
function specialTexts(state: State, hints: Hints): readonly Span[] {
  const { environment, zoomed, mouseCaptured } = state;
  const changed =
    environment.type === "ready"
      ? reloadText(environment.reload, wayTo("restart-all", hints))
      : undefined;
  return [
    ...(zoomed ? [span("zoom", "strong")] : []),
    ...(mouseCaptured ? [] : [span("mouse off", "strong")]),
    ...(changed === undefined ? [] : [span(changed, "warning")]),
    ...(hasHiddenTrouble(state) ? [span(`model trouble, ${wayTo("models", hints)}`, "error")] : []),
  ];
}

function environmentWord(source: EnvironmentSource): string {
  return source === "last-good" ? "last good environment" : `${source} environment`;
}

/** The last of the texts for which there is room, with separators; `keep` of them whatever the room. */
function fitting(texts: readonly Span[], cols: number, keep: number): readonly Span[] {
  const joined = texts.flatMap((text, index) => {
    return index === 0 ? [text] : [span(" · ", "dim"), text];
  });
  if (texts.length <= keep || spansWidth(joined) < cols) return joined;
  return fitting(texts.slice(1), cols, keep);
}

/** As many keys as there is room for; none is cut. */
function hintSpans(hints: readonly KeyHint[], cols: number): readonly Span[] {
  const shown: Span[] = [];
  for (const { keys, title } of hints) {
    const gap = shown.length === 0 ? [] : [span("  ")];
    const next = [...gap, span(keys, "key"), span(` ${title}`, "dim")];
    if (spansWidth([...shown, ...next]) > cols) break;
    shown.push(...next);
  }
  return shown;
}

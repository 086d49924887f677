/** What is wrong with models, as the side panel shows it: each with the key that leads to its end. */
import { wrapText } from "../../core/cell-text.ts";
import type { ModelWarning } from "../../core/model-warnings.ts";
import { printable } from "../../core/text.ts";
import { type Hints, wayTo } from "./hints.ts";
import { type Line, line, type Meaning, type Span, span } from "./line.ts";

export type WarningsRequest = {
  readonly warnings: readonly ModelWarning[];
  readonly cols: number;
  readonly hints: Hints;
  /** "all": in full; "short": one line each; "errors": one line, and only what keeps a mode from work. */
  readonly room: "all" | "short" | "errors";
};

/** More of them than this are counted, not told. */
const most = { all: 4, short: 3, errors: 2 } as const;
const warningRows = 6;

export function warningLines(request: WarningsRequest): readonly Line[] {
  const { warnings, room } = request;
  const found = warnings.filter(({ level }) => room !== "errors" || level === "error");
  const rest = found.length - most[room];
  return [
    ...found.slice(0, most[room]).flatMap((warning) => linesOf(warning, request)),
    ...(rest > 0 ? [line(`  and ${rest} more`, "dim")] : []),
  ];
}

function linesOf(warning: ModelWarning, request: WarningsRequest): readonly Line[] {
  return request.room === "all" ? longLines(warning, request) : [shortLine(warning, request)];
}

/** "! build: a context of 8k is too small for an agent · ctrl+o m: pick it again with 64k". */
function longLines(warning: ModelWarning, { cols, hints }: WarningsRequest): readonly Line[] {
  const { text, action, remedy, level } = warning;
  const way = action === undefined ? remedy : `${wayTo(action, hints)}: ${remedy}`;
  return wrapText(printable(`${text} · ${way}`), cols - 2, warningRows).map((each, index) => ({
    left: [...(index === 0 ? signOf(level) : [span("  ")]), span(each, meanings[level])],
  }));
}

function shortLine({ text, action, level }: ModelWarning, { hints }: WarningsRequest): Line {
  const left = [...signOf(level), span(printable(text), meanings[level])];
  const key = action === undefined ? "" : hints.chordOf(action);
  return key === "" ? { left } : { left, right: [span(key, "key")] };
}

const meanings = {
  error: "error",
  warning: "warning",
} as const satisfies Record<ModelWarning["level"], Meaning>;

function signOf(level: ModelWarning["level"]): readonly Span[] {
  return level === "error"
    ? [{ type: "glyph", glyph: "error" }, span(" ")]
    : [span("! ", "warning")];
}

import type { EnvironmentState } from "../../core/environment.ts";
import type { Problem } from "../../core/error.ts";
import { printable, printableLines } from "../../core/text.ts";
import {
  evaluatedText,
  positionText,
  progressTexts,
  reloadText,
  sourceText,
} from "./environment-text.ts";
import { wayTo } from "./hints.ts";
import { type Meaning, span } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";
import { pageAt, placeSpans, type ReaderLine } from "./reader.ts";

/** The environment in full: where it comes from, what is wrong with it, what its hook printed. */
export function environmentView({
  state,
  overlay,
  hints,
  size,
}: OverlayRequest<"environment">): OverlayView {
  const text = environmentLines({
    environment: state.environment,
    root: state.project.root,
    now: state.now,
    restartKeys: wayTo("restart-all", hints),
  });
  const page = pageAt(text, overlay.top, size);
  return {
    type: "overlay",
    title: { left: [span("environment", "strong")], right: placeSpans(page, text.length) },
    lines: page.lines,
    keys: [
      { keys: "j k g G", title: "scroll" },
      { keys: "r", title: "evaluate again" },
      { keys: "esc", title: "close" },
    ],
    top: page.top,
    wanted: pageAt(text, 0, { ...size, rows: 200 }).lines.length,
  };
}

type Request = {
  readonly environment: EnvironmentState;
  readonly root: string;
  readonly now: number;
  readonly restartKeys: string;
};

function environmentLines(request: Request): readonly ReaderLine[] {
  const { environment, root, now, restartKeys } = request;
  switch (environment.type) {
    case "loading":
      return [environment.progress.activity, ...progressTexts(environment.progress)].map(plain);
    case "failed":
      return problemLines({ problem: environment.problem, root, meaning: "error" });
    case "ready": {
      const { summary, reload } = environment;
      return [
        plain(sourceText(summary)),
        ...optional(evaluatedText(summary, now), "plain"),
        plain(`${summary.variableCount} variables added or changed`),
        ...optional(summary.problem ? undefined : summary.note, "plain"),
        ...optional(reloadText(reload, restartKeys), "warning"),
        ...(reload.type === "broken"
          ? problemLines({ problem: reload.problem, root, meaning: "warning" })
          : []),
        ...(summary.problem
          ? problemLines({ problem: summary.problem, root, meaning: "error" })
          : []),
        ...hookLines(summary.hookOutput, summary.hookWarned),
      ];
    }
    default:
      return environment satisfies never;
  }
}

type Trouble = { readonly problem: Problem; readonly root: string; readonly meaning: Meaning };

function problemLines({ problem, root, meaning }: Trouble): readonly ReaderLine[] {
  return [
    empty,
    { text: printable(problem.message), meaning },
    ...optional(problem.position && positionText(problem.position, root), "plain"),
    plain(`fix: ${problem.remedy}`),
    ...longText(problem.detail ?? ""),
  ];
}

function hookLines(output: string, warned: boolean): readonly ReaderLine[] {
  const title = warned ? "the shell hook failed; it printed:" : "the shell hook printed:";
  const lines = longText(output);
  if (lines.length === 0 && !warned) return [];
  return [empty, { text: title, meaning: warned ? "warning" : "strong" }, ...lines];
}

/** A trace can be megabytes long; what is said last matters most. A hook's output is cut before. */
const longest = 128 * 1024;

function longText(text: string): readonly ReaderLine[] {
  return printableLines(text.slice(-longest)).map((each) => ({ text: each, meaning: "dim" }));
}

const empty: ReaderLine = { text: "", meaning: "plain" };

function plain(text: string): ReaderLine {
  return { text: printable(text), meaning: "plain" };
}

function optional(text: string | undefined, meaning: Meaning): readonly ReaderLine[] {
  return text === undefined ? [] : [{ text: printable(text), meaning }];
}

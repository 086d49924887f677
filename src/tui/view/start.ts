/** The start screen: what takes the place of the panes until there is an environment to run them in. */

import { wrapText } from "../../core/cell-text.ts";
import type { EnvironmentState } from "../../core/environment.ts";
import { clock, roughly } from "../../core/format.ts";
import type { State } from "../../core/state.ts";
import { printable, printableLines } from "../../core/text.ts";
import { positionText, progressTexts } from "./environment-text.ts";
import { blank, type Line, line, type Size, span } from "./line.ts";

export type StartView = {
  readonly type: "start";
  /** How many columns the lines take; they stand in the middle of the screen. */
  readonly cols: number;
  readonly lines: readonly Line[];
};

const widest = 76;
const detailRows = 12;

export function startView(state: State, size: Size): StartView | undefined {
  const { environment } = state;
  const cols = Math.max(1, Math.min(widest, size.cols - 4));
  if (environment.type === "ready") return undefined;
  const lines =
    environment.type === "loading"
      ? loadingLines(state, environment, cols)
      : failedLines({
          environment,
          root: state.project.root,
          now: state.now,
          cols,
          rows: size.rows,
        });
  return { type: "start", cols, lines: lines.slice(0, size.rows) };
}

type Loading = Extract<EnvironmentState, { type: "loading" }>;
type Failed = Extract<EnvironmentState, { type: "failed" }>;

function loadingLines(state: State, { since, progress }: Loading, cols: number): readonly Line[] {
  const activity = printable(progress.activity) || "looking at the project";
  return [
    line(printable(state.project.name), "strong"),
    blank,
    ...wrapText(activity, cols, 2).map((text, index): Line => {
      return index === 0
        ? { left: [{ type: "glyph", glyph: "starting" }, span(` ${text}`)] }
        : line(`  ${text}`);
    }),
    ...progressTexts(progress).map((text) => line(`  ${text}`, "dim")),
    line(`  ${clock(state.now - since)}`, "dim"),
    blank,
    keyLine("esc", "cancel"),
    keyLine("q", "quit"),
  ];
}

type FailedRequest = {
  readonly environment: Failed;
  readonly root: string;
  readonly now: number;
  readonly cols: number;
  readonly rows: number;
};

/** What failed and the choices; of the detail what there is room for, from its end, where tools say why. */
function failedLines({ environment, root, now, cols, rows }: FailedRequest): readonly Line[] {
  const { problem, lastGoodAt } = environment;
  const position = problem.position === undefined ? [] : [positionText(problem.position, root)];
  const said: readonly Line[] = [
    ...wrapText(printable(problem.message), cols - 2, 4).map((text, index): Line => {
      return index === 0
        ? { left: [{ type: "glyph", glyph: "error" }, span(` ${text}`, "error")] }
        : line(`  ${text}`, "error");
    }),
    ...position.map((text) => line(`  ${text}`)),
    ...wrapText(`fix: ${printable(problem.remedy)}`, cols - 2, 4).map((text) => line(`  ${text}`)),
  ];
  const choices: readonly Line[] = [
    keyLine("r", "try again"),
    keyLine("p", "go on with the plain environment"),
    ...(lastGoodAt === undefined
      ? []
      : [keyLine("l", `go on with the last good one, ${roughly(now - lastGoodAt)} old`)]),
    keyLine("d", "ask the doctor"),
    keyLine("q", "quit"),
  ];
  const gap = rows > choices.length + 1 ? [blank] : [];
  // Without the choices nobody can go on, so they give way last.
  const room = rows - gap.length - choices.length;
  const lines = [...said.slice(0, Math.max(1, room)), ...gap, ...choices];
  return [...lines, ...detailLines(problem.detail, Math.min(detailRows, rows - lines.length - 1))];
}

function detailLines(detail: string | undefined, rows: number): readonly Line[] {
  if (detail === undefined || rows < 1) return [];
  const texts = printableLines(detail.slice(-20_000)).slice(-rows);
  return [blank, ...texts.map((text) => line(text, "dim"))];
}

function keyLine(key: string, title: string): Line {
  return { left: [span("  "), span(key.padEnd(4), "key"), span(title)] };
}

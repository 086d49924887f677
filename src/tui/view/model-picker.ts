/** The picker: all models of all runtimes, for one mode. Only the rows in sight are laid out. */
import { wrapText } from "../../core/cell-text.ts";
import { fitLines } from "../../core/fit.ts";
import { isMissed } from "../../core/installed-models.ts";
import { filterModelRows, type ModelRow, modelRows, runtimeName } from "../../core/model-rows.ts";
import type { RuntimeState } from "../../core/runtime.ts";
import type { Overlay, State } from "../../core/state.ts";
import { printable } from "../../core/text.ts";
import type { KeyHint } from "./hints.ts";
import { blank, type Line, line, type Size, span } from "./line.ts";
import { windowTop } from "./list-window.ts";
import { modelColumns, modelHeader, modelLine } from "./model-columns.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";
import { typedSpans } from "./typed.ts";

type Picker = Extract<Overlay, { type: "model-picker" }>;

export function modelPickerView({
  state,
  overlay,
  size,
}: OverlayRequest<"model-picker">): OverlayView {
  const rows = rowsOf(state);
  const found = filterModelRows(rows, overlay.query);
  const place = { found: found.length, all: rows.length };
  return {
    type: "overlay",
    title: titleLine(overlay, { ...place, cols: size.cols }),
    lines: found.length === 0 ? emptyLines(state, size, rows.length) : list(overlay, found, size),
    keys: keysOf(overlay),
    wanted: pickerRows(state, overlay),
  };
}

/**
 * Only the filter changes from letter to letter: the rows, and what fits, are worked out once. What
 * is kept follows from models and panes alone, which never change in place.
 */
const rowsOf = rememberedRows();

function rememberedRows(): (state: State) => readonly ModelRow[] {
  let last: Pick<State, "models" | "panes"> | undefined;
  let rows: readonly ModelRow[] = [];
  return ({ models, panes }) => {
    if (last?.models !== models || last.panes !== panes) rows = modelRows({ models, panes });
    last = { models, panes };
    return rows;
  };
}

const arithmeticRows = 6;

/**
 * The rows that the picker wants, without making one of them. All models count, so that the frame
 * keeps its height while a query is typed.
 */
export function pickerRows({ models }: State, { arithmetic }: Picker): number {
  const installed = models.runtimes.flatMap((runtime) => runtime.installed);
  const count = installed.filter(({ chat }) => chat).length + models.opencodeModels.length;
  return Math.max(4, count) + 1 + (arithmetic ? arithmeticRows : 0);
}

type Title = { readonly found: number; readonly all: number; readonly cols: number };

/** "model for build: qwen3 ▏                 4 of 40". */
function titleLine({ mode, query, entered }: Picker, { found, all, cols }: Title): Line {
  const what = `model for ${mode}`;
  const numbers = query === "" ? `${all}` : `${found} of ${all}`;
  const count = entered === undefined ? numbers : "asking for its details";
  const room = cols - what.length - count.length - 4;
  return {
    left: [span(what, "strong"), span(": ", "key"), ...typedSpans(query, room)],
    right: all === 0 ? [] : [span(count, "dim")],
  };
}

function list({ selected, arithmetic }: Picker, found: readonly ModelRow[], size: Size) {
  const at = Math.min(selected, found.length - 1);
  const sum = arithmetic ? sumLines(found[at], size) : [];
  const rows = Math.max(0, size.rows - 1 - sum.length);
  const top = windowTop(at, { count: found.length, rows });
  const several = found.some(({ runtimeTitle }) => runtimeTitle !== undefined);
  const columns = modelColumns(size.cols, several);
  const lines = found
    .slice(top, top + rows)
    .map((row, index) => modelLine(row, { ...columns, selected: top + index === at }));
  return [modelHeader(columns), ...lines, ...sum].slice(0, size.rows);
}

/** The arithmetic of one model, always as high, so that the list stays where it is. */
function sumLines(row: ModelRow | undefined, { cols, rows }: Size): readonly Line[] {
  if (row === undefined) return [];
  const texts = row.disabled === undefined ? fitLines(row.fit) : [row.disabled];
  const lines = texts.flatMap((text) => wrapText(printable(text), cols, 2));
  const all = [blank, ...lines.map((text) => line(text, "dim"))];
  const height = Math.min(arithmeticRows, Math.floor(rows / 2));
  return Array.from({ length: height }, (_, index) => all[index] ?? blank);
}

/** Why there is nothing to pick, and what to do. */
function emptyLines({ models }: State, { cols, rows }: Size, all: number): readonly Line[] {
  if (all > 0) return [line("nothing matches", "dim")];
  if (!models.surveyed) return [line("asking the runtimes", "dim")];
  const up = models.runtimes.filter(({ connection: { type } }) => type === "up");
  if (up.length > 0) return wrapText(getOneText(up), cols, 3).map((text) => line(text, "dim"));
  const ways = models.runtimes.flatMap((runtime) => {
    const { connection } = runtime;
    if (!isMissed(runtime, models) || !("problem" in connection)) return [];
    return [`${runtimeName(runtime)}: ${connection.problem.remedy}`];
  });
  const texts =
    ways.length === 0
      ? ["no runtime answers: start one with `ollama serve`"]
      : ["no runtime answers", ...ways];
  return texts
    .flatMap((text) => wrapText(printable(text), cols, 2))
    .map((text) => line(text, "dim"))
    .slice(0, rows);
}

/** How to come by a model, of the runtimes that have none. */
function getOneText(up: readonly RuntimeState[]): string {
  const loader =
    up.find(({ abilities }) => abilities.pull) ?? up.find(({ kind }) => kind === "mlx");
  if (loader)
    return `no model is installed: get one with \`ai-rules models pull ${printable(loader.address.id)}/NAME\``;
  return `no model is there: ${up.map(runtimeName).join(", ")} must be started with one`;
}

function keysOf({ query, arithmetic }: Picker): readonly KeyHint[] {
  return [
    { keys: "enter", title: "use it" },
    { keys: "up down", title: "select" },
    { keys: "tab", title: arithmetic ? "hide the arithmetic" : "arithmetic" },
    { keys: "esc", title: query === "" ? "close" : "all models" },
  ];
}

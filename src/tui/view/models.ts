/** The runtimes with their models, to act on: a flat list, and the details of the selected row. */
import { clipText } from "../../core/cell-text.ts";
import { memory, tokens } from "../../core/format.ts";
import type { AgentMode } from "../../core/mode.ts";
import { type RuntimeRow, runtimeRows } from "../../core/model-rows.ts";
import { modelWarnings } from "../../core/model-warnings.ts";
import type { LoadedModel, RuntimeState } from "../../core/runtime.ts";
import { modeNumber } from "../../core/select.ts";
import { elapsed } from "../../core/switch-text.ts";
import { printable } from "../../core/text.ts";
import type { KeyHint } from "./hints.ts";
import { blank, type Line, line, type Span, span, spansWidth } from "./line.ts";
import { windowTop } from "./list-window.ts";
import { splitText, untilText } from "./loaded.ts";
import { type DetailsRequest, detailLines } from "./model-details.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";
import { type WarningsRequest, warningLines } from "./panel-warnings.ts";
import { addressText, connectionText, runtimeTitle } from "./runtime-text.ts";

export function modelsView({ state, overlay, hints, size }: OverlayRequest<"models">): OverlayView {
  const { now, models } = state;
  const { cols } = size;
  const rows = runtimeRows(state);
  const at = Math.min(overlay.selected, rows.length - 1);
  const row = rows[at];
  const warnings = warningsBelow({ warnings: modelWarnings(state), cols, hints });
  // Warnings have the room that the list leaves, and a third of it at least.
  const room = Math.max(Math.floor(size.rows / 3), size.rows - rows.length);
  const below =
    overlay.details && row
      ? detailsBelow({ row, models, now, cols }, size.rows)
      : warnings.slice(0, room);
  const listRows = Math.max(1, size.rows - below.length);
  const top = windowTop(at, { count: rows.length, rows: listRows });
  const lines = rows.slice(top, top + listRows).map((each, index) => {
    return rowLine(each, { now, cols, isSelected: top + index === at });
  });
  return {
    type: "overlay",
    title: { left: [span("models", "strong")], right: [span(countText(rows), "dim")] },
    lines: [...(rows.length === 0 ? [nothing] : lines), ...below].slice(0, size.rows),
    keys: keysOf(row, { details: overlay.details, focus: state.focus }),
    // Room for the details of any row, so that the frame stays where it is while one selects.
    wanted: Math.max(1, rows.length) + (overlay.details ? mostDetails : warnings.length),
  };
}

const nothing = line("no runtime answers: start one with `ollama serve`, then press r", "dim");

const mostDetails = 14;

/** The details take two thirds of the room at most. */
function detailsBelow(request: DetailsRequest, rows: number): readonly Line[] {
  return [blank, ...detailLines(request)].slice(0, Math.floor((rows * 2) / 3));
}

function warningsBelow(request: Omit<WarningsRequest, "room">): readonly Line[] {
  const lines = warningLines({ ...request, room: "all" });
  return lines.length === 0 ? [] : [blank, ...lines];
}

function countText(rows: readonly RuntimeRow[]): string {
  const loaded = rows.filter(({ type }) => type === "loaded").length;
  const all = rows.filter(({ type }) => type !== "runtime").length;
  return all === 0 ? "" : `${loaded} loaded of ${all}`;
}

type Place = { readonly now: number; readonly cols: number; readonly isSelected: boolean };

function rowLine(row: RuntimeRow, place: Place): Line {
  switch (row.type) {
    case "runtime":
      return runtimeLine(row.runtime, place);
    case "loaded":
      return modelLine(row, {
        ...place,
        name: row.loaded.name,
        right: loadedSpans(row, place.now),
      });
    case "installed":
      return modelLine(row, {
        ...place,
        name: row.model.name,
        right: installedSpans(row, place.now),
      });
    default:
      return row satisfies never;
  }
}

function markSpans(isSelected: boolean): readonly Span[] {
  return [isSelected ? { type: "marker" } : span(" "), span(" ")];
}

/** "▸ ● Ollama 0.32.15 · 127.0.0.1:11434            up". */
function runtimeLine(runtime: RuntimeState, { now, isSelected }: Place): Line {
  const { glyph, word } = connectionText(runtime, now);
  return {
    left: [
      ...markSpans(isSelected),
      { type: "glyph", glyph },
      span(" "),
      span(runtimeTitle(runtime), isSelected ? "selected" : "strong"),
      span(` · ${addressText(runtime)}`, "dim"),
    ],
    right: [span(word, glyph)],
  };
}

type ModelPlace = Place & { readonly name: string; readonly right: readonly Span[] };

function modelLine(
  { type, usedBy }: Exclude<RuntimeRow, { type: "runtime" }>,
  { name, right, cols, isSelected }: ModelPlace,
): Line {
  const users = usedBy.length === 0 ? "" : ` [${usedBy.map(modeNumber).join("")}]`;
  const room = cols - spansWidth(right) - users.length - 7;
  const sign: Span = type === "loaded" ? { type: "glyph", glyph: "busy" } : span(" ");
  const plain = type === "loaded" ? "plain" : "dim";
  return {
    left: [
      ...markSpans(isSelected),
      span("  "),
      sign,
      span(" "),
      span(clipText(printable(name), Math.max(1, room)), isSelected ? "selected" : plain),
      span(users, "strong"),
    ],
    right,
  };
}

/** "Q4_K_M 64k 24.0 GB 100% GPU 4m". */
function loadedSpans(
  { loaded, job }: Extract<RuntimeRow, { type: "loaded" }>,
  now: number,
): readonly Span[] {
  const until = job?.deed.type === "unload" ? "unloading" : untilText(withTime(loaded, job), now);
  const texts = [
    loaded.quantization,
    loaded.context === undefined ? undefined : tokens(loaded.context),
    loaded.sizeBytes === undefined ? undefined : memory(loaded.sizeBytes),
    splitText(loaded),
  ];
  const numbers = texts.filter((each) => each !== undefined).map(printable);
  return [
    span(clipText(numbers.join(" "), numbersCols), "dim"),
    ...(until === undefined ? [] : [span(` ${until}`)]),
  ];
}

/** What a model's numbers may take; a quantisation is a text from outside, of any length. */
const numbersCols = 36;

function withTime(loaded: LoadedModel, job: { readonly since: number } | undefined) {
  return job && loaded.state === "loading" ? { ...loaded, since: job.since } : loaded;
}

/** "4.7 GB Q4_K_M", or what is being done with it. */
function installedSpans(
  { model, job }: Extract<RuntimeRow, { type: "installed" }>,
  now: number,
): readonly Span[] {
  if (job) {
    const word = job.deed.type === "load" ? "loading" : "making";
    return [span(`${word} ${elapsed(job, now)}`, "starting")];
  }
  const size = model.sizeBytes === undefined ? "" : memory(model.sizeBytes);
  const text = model.cloud ? "cloud" : `${size} ${printable(model.quantization ?? "")}`.trim();
  return [span(clipText(text, numbersCols), "dim")];
}

/** The keys that do something with the selected row. */
function keysOf(
  row: RuntimeRow | undefined,
  { details, focus }: { readonly details: boolean; readonly focus: AgentMode },
): readonly KeyHint[] {
  const can = (deed: RuntimeRow["deeds"][number], keys: string, title: string) => {
    return row?.deeds.includes(deed) ? [{ keys, title }] : [];
  };
  return [
    { keys: "enter", title: details ? "less" : "details" },
    ...can("load", "l", "load"),
    ...can("unload", "u", "unload"),
    ...can("keep-alive", "t", "keep for"),
    ...can("pick", "m", `use in ${focus}`),
    ...can("cancel", "x", "cancel"),
    ...can("copy", "c", "copy the command"),
    { keys: "r", title: "ask again" },
    { keys: "esc", title: details ? "less" : "close" },
  ];
}

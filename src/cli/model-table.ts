/** The table of models. */
import { memory as memoryText, tokens } from "../core/format.ts";
import { printable } from "../core/text.ts";
import { loadedText } from "./loaded-text.ts";
import type { ModelReport, ModelsReport } from "./models-report-schema.ts";
import type { TextOptions } from "./models-table.ts";
import type { Style } from "./paint.ts";
import { type Cell, type Column, tableLines } from "./table.ts";

/** Its lines, and what else there is; models that answer no chats are only counted. */
export function modelLines(report: ModelsReport, options: TextOptions): readonly string[] {
  const shown = report.models.filter(({ chat }) => chat);
  const hidden = report.models.length - shown.length;
  const lines = tableLines({
    columns: modelColumns(report, options.now),
    rows: shown,
    cols: options.cols,
    paint: options.paint,
  });
  const notes = [
    ...(hidden > 0 ? [`${hidden} that ${hidden === 1 ? "answers" : "answer"} no chats`] : []),
    ...(report.opencodeModels.length > 0
      ? [`of OpenCode's own: ${report.opencodeModels.map(printable).join(", ")}`]
      : []),
  ];
  const body = shown.length > 0 ? lines : ["none"];
  return [...body, ...notes.map((note) => options.paint("dim", `and ${note}`))];
}

function modelColumns(report: ModelsReport, now: number): readonly Column<ModelReport>[] {
  const isUp = new Set(
    report.runtimes.filter(({ state }) => state === "up" || state === "stale").map(({ id }) => id),
  );
  return [
    { title: "", cell: ({ loaded }) => markOf(loaded) },
    { title: "MODEL", least: 40, cell: (model) => ({ text: printable(shownRef(model)) }) },
    { title: "SIZE", keep: 3, right: true, cell: (model) => ({ text: sizeText(model) }) },
    { title: "QUANT", keep: 1, cell: (model) => ({ text: printable(model.quantization ?? "") }) },
    { title: "CONTEXT", keep: 4, right: true, cell: contextCell },
    { title: "TOOLS", keep: 5, cell: toolsCell },
    {
      title: "FITS",
      keep: 6,
      least: 12,
      cell: ({ cloud, fit, runtime }) => {
        if (!isUp.has(runtime)) return { text: "no answer", style: "dim" };
        return cloud ? { text: "cloud", style: "dim" } : fitCell(fit);
      },
    },
    { title: "LOADED UNTIL", keep: 2, cell: ({ loaded }) => ({ text: loadedText(loaded, now) }) },
    { title: "USED BY", keep: 7, cell: usedCell },
  ];
}

/** By the names of the settings, where it has some: a path is long and hard to type. */
function shownRef({ ref, runtime, aliases }: ModelReport): string {
  return aliases?.map((alias) => `${runtime}/${alias}`).join(", ") ?? ref;
}

function markOf(loaded: ModelReport["loaded"]): Cell {
  if (loaded.some(({ state }) => state === "loaded")) return { text: "●", style: "good" };
  return loaded.length > 0 ? { text: "○", style: "warning" } : { text: "" };
}

function sizeText({ cloud, sizeBytes }: ModelReport): string {
  return cloud || sizeBytes === undefined ? "" : memoryText(sizeBytes);
}

/** The longest context a model can have is not the one it has. */
function contextCell({ loaded, ownContext, maxContext }: ModelReport): Cell {
  const real = loaded.find(({ state }) => state === "loaded")?.context ?? ownContext;
  if (real !== undefined) return { text: tokens(real) };
  return maxContext === undefined
    ? { text: "" }
    : { text: `max ${tokens(maxContext)}`, style: "dim" };
}

function toolsCell({ tools }: ModelReport): Cell {
  if (tools === undefined) return { text: "?", style: "dim" };
  return tools ? { text: "yes", style: "good" } : { text: "no", style: "error" };
}

const fitStyles: Readonly<Record<ModelReport["fit"]["verdict"], Style>> = {
  fits: "good",
  tight: "warning",
  "fits-after-unloading": "warning",
  "partly-on-cpu": "warning",
  "will-not-fit": "error",
  unknown: "dim",
  remote: "dim",
};

/** The verdict in the colour of what it means. */
function fitCell({ verdict, text }: Pick<ModelReport["fit"], "verdict" | "text">): Cell {
  return { text, style: fitStyles[verdict] };
}

function usedCell({ usedBy, usedByRunning }: ModelReport): Cell {
  if (usedBy.length > 0) return { text: usedBy.join(", "), style: "strong" };
  return { text: usedByRunning ? "a running ai-rules" : "" };
}

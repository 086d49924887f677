/** What `ai-rules models` prints for people: runtimes, models, modes, memory, and what is wrong. */
import { memory as memoryText, tokens } from "../core/format.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { SettingSource } from "../core/runtime.ts";
import { sourceText } from "../core/setting-source.ts";
import { printable } from "../core/text.ts";
import { loadedText } from "./loaded-text.ts";
import type { ModelReport, ModelsReport, RuntimeReport } from "./models-report-schema.ts";
import type { Paint, Style } from "./paint.ts";
import { type Cell, type Column, tableLines } from "./table.ts";

export type TextOptions = {
  readonly cols: number;
  readonly paint: Paint;
  /** ms since the epoch. */
  readonly now: number;
};

/** The whole report in lines. */
export function modelsTable(report: ModelsReport, options: TextOptions): readonly string[] {
  const { paint } = options;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["runtimes", runtimeLines(report.runtimes, options)],
    ["models", modelLines(report, options)],
    ["modes", modeLines(report.modes, options)],
    ["memory", memoryLines(report.memory)],
    ["warnings", report.warnings.flatMap((warning) => warningLines(warning, paint))],
    ["variables that nothing reads", variableLines(report, options)],
  ];
  const told = sections.filter(([, lines]) => lines.length > 0);
  return told.flatMap(([title, lines], index) => [
    ...(index === 0 ? [] : [""]),
    paint("strong", title),
    ...lines.map((line) => `  ${line}`),
  ]);
}

/** Sections are moved to the right by so many cells. */
const indent = 2;

function runtimeLines(runtimes: readonly RuntimeReport[], options: TextOptions): readonly string[] {
  if (runtimes.length === 0)
    return [
      "none answers: start one (`ollama serve`, `lms server start`), or name it in ai-rules.json",
    ];
  const [titles = "", ...lines] = tableLines({
    columns: runtimeColumns,
    rows: runtimes,
    cols: options.cols - indent,
    paint: options.paint,
  });
  return [
    titles,
    ...runtimes.flatMap((runtime, index) => [
      lines[index] ?? "",
      ...problemsOf(runtime).flatMap(({ message, remedy }) => [
        `  ${options.paint("warning", printable(message))}`,
        `  fix: ${printable(remedy)}`,
      ]),
    ]),
  ];
}

const runtimeColumns: readonly Column<RuntimeReport>[] = [
  { title: "ID", cell: ({ id }) => ({ text: printable(id) }) },
  { title: "KIND", keep: 3, cell: ({ title }) => ({ text: title }) },
  { title: "VERSION", keep: 1, cell: ({ version }) => ({ text: printable(version ?? "") }) },
  { title: "STATE", cell: ({ state }) => stateCells[state] },
  {
    title: "ADDRESS",
    keep: 4,
    cell: ({ url }) => ({ text: printable(url.replace(/^http:\/\//, "")) }),
  },
  { title: "FROM", keep: 2, cell: ({ source }) => ({ text: wordOf(source), style: "dim" }) },
  {
    title: "LOADED",
    keep: 5,
    right: true,
    cell: (runtime) => ({ text: countText(runtime) }),
  },
];

function countText({ state, can, loadedCount, installedCount }: RuntimeReport): string {
  if (state !== "up" && state !== "stale") return "";
  return can.includes("seesLoaded") ? `${loadedCount} of ${installedCount}` : `${installedCount}`;
}

const stateCells: Readonly<Record<RuntimeReport["state"], Cell>> = {
  probing: { text: "no answer yet", style: "warning" },
  up: { text: "up", style: "good" },
  stale: { text: "slow", style: "warning" },
  down: { text: "down", style: "error" },
  "wrong-service": { text: "wrong service", style: "error" },
  "needs-token": { text: "needs a token", style: "warning" },
};

function problemsOf({ problem, note, troubles }: RuntimeReport) {
  // A note that is the very reason has been told.
  const more = note?.remedy === problem?.remedy ? [] : [note];
  return [problem, ...more, ...troubles].filter((each) => each !== undefined);
}

function modelLines(report: ModelsReport, options: TextOptions): readonly string[] {
  const shown = report.models.filter(({ chat }) => chat);
  const hidden = report.models.length - shown.length;
  const lines = tableLines({
    columns: modelColumns(report, options.now),
    rows: shown,
    cols: options.cols - indent,
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
    { title: "MODEL", least: 40, cell: ({ ref }) => ({ text: printable(ref) }) },
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
export function fitCell({ verdict, text }: Pick<ModelReport["fit"], "verdict" | "text">): Cell {
  return { text, style: fitStyles[verdict] };
}

function usedCell({ usedBy, usedByRunning }: ModelReport): Cell {
  if (usedBy.length > 0) return { text: usedBy.join(", "), style: "strong" };
  return { text: usedByRunning ? "a running ai-rules" : "" };
}

type ModeRow = ModelsReport["modes"][AgentMode] & { readonly mode: AgentMode };

function modeLines(modes: ModelsReport["modes"], options: TextOptions): readonly string[] {
  const rows = agentModes.map((mode) => ({ mode, ...modes[mode] }));
  return tableLines({
    columns: modeColumns,
    rows,
    cols: options.cols - indent,
    paint: options.paint,
  });
}

const modeColumns: readonly Column<ModeRow>[] = [
  { title: "MODE", cell: ({ mode }) => ({ text: mode }) },
  { title: "MODEL", least: 40, cell: modeModelCell },
  { title: "WHY", keep: 3, cell: ({ source }) => ({ text: source ? whyText(source) : "" }) },
  {
    title: "TEMPERATURE",
    keep: 2,
    cell: ({ temperature, temperatureSource: from }) => ({
      text: temperature === undefined ? "" : `${temperature}${from ? ` (${whyText(from)})` : ""}`,
    }),
  },
  {
    title: "INSTEAD OF",
    keep: 1,
    cell: ({ insteadOf }) => ({ text: printable(insteadOf ?? ""), style: "warning" }),
  },
];

function modeModelCell({ model, command }: ModeRow): Cell {
  if (command) return { text: `runs ${printable(command.join(" "))}`, style: "dim" };
  return model === undefined ? { text: "none", style: "warning" } : { text: printable(model) };
}

/** "picked", "from OLLAMA_MODEL_PLAN", "from ai-rules.json", "chosen". */
export function whyText(source: NonNullable<ModeRow["source"]>): string {
  const word = wordOf(source);
  const isFile = ["project", "variable", "user", "opencode"].includes(source.from);
  return isFile ? `from ${word}` : word;
}

function wordOf({ from, name = "" }: NonNullable<ModeRow["source"]>): string {
  const source: SettingSource = from === "variable" ? { from, name } : { from };
  return sourceText(source);
}

function memoryLines(memory: ModelsReport["memory"]): readonly string[] {
  if (!memory) return [];
  const { usedBytes, totalBytes, budgetBytes, budgetFrom } = memory;
  const titles = { gpu: "GPU", unified: "GPU and CPU share it", ram: "RAM, no GPU" } as const;
  const names = memory.devices.map(({ name }) => printable(name));
  const what = names.length > 0 ? names.join(", ") : titles[memory.kind];
  const used = `${memoryText(usedBytes)} of ${memoryText(totalBytes)} used`;
  const budget = `models may take ${memoryText(budgetBytes)} (${printable(budgetFrom)})`;
  return [`${what}: ${used}, ${budget}`];
}

function warningLines(
  { level, text, remedy }: ModelsReport["warnings"][number],
  paint: Paint,
): readonly string[] {
  return [paint(level, printable(text)), `  fix: ${printable(remedy)}`];
}

function variableLines(
  { variables }: ModelsReport,
  { cols, paint }: TextOptions,
): readonly string[] {
  return tableLines({
    columns: [
      { title: "", cell: ({ variable }) => ({ text: variable }) },
      { title: "", least: 20, cell: ({ why }) => ({ text: why, style: "dim" }) },
    ],
    rows: variables.unused,
    cols: cols - indent,
    paint,
  });
}

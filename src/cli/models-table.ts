/** What `ai-rules models` prints for people: runtimes, models, modes, memory, and what is wrong. */
import { memory as memoryText } from "../core/format.ts";
import { printable } from "../core/text.ts";
import { modeLines } from "./mode-table.ts";
import { modelLines } from "./model-table.ts";
import type { ModelsReport } from "./models-report-schema.ts";
import type { Paint } from "./paint.ts";
import { runtimeLines } from "./runtime-table.ts";
import { settingLines } from "./settings-table.ts";
import { tableLines } from "./table.ts";

export type TextOptions = {
  readonly cols: number;
  readonly paint: Paint;
  /** ms since the epoch. */
  readonly now: number;
};

/** The whole report in lines. */
export function modelsTable(report: ModelsReport, whole: TextOptions): readonly string[] {
  const { paint } = whole;
  const options = { ...whole, cols: whole.cols - indent };
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ["runtimes", runtimeLines(report.runtimes, options)],
    ["models", modelLines(report, options)],
    ["modes", modeLines(report.modes, options)],
    ["memory", memoryLines(report.memory)],
    ["warnings", report.warnings.flatMap((warning) => warningLines(warning, paint))],
    ["settings of the runtimes", settingLines(report.settings, options)],
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
    cols,
    paint,
  });
}

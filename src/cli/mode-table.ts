/** The table of modes: what each uses, and why. */
import { type AgentMode, agentModes } from "../core/mode.ts";
import { printable } from "../core/text.ts";
import type { ModelsReport } from "./models-report-schema.ts";
import type { TextOptions } from "./models-table.ts";
import { whyText } from "./source-text.ts";
import { type Cell, type Column, tableLines } from "./table.ts";

/** Its lines, the titles first. */
export function modeLines(modes: ModelsReport["modes"], options: TextOptions): readonly string[] {
  const rows = agentModes.map((mode) => ({ mode, ...modes[mode] }));
  return tableLines({
    columns: modeColumns,
    rows,
    cols: options.cols,
    paint: options.paint,
  });
}

type ModeRow = ModelsReport["modes"][AgentMode] & { readonly mode: AgentMode };

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

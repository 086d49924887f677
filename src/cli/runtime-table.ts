/** The table of runtimes, with what is wrong with each below it. */
import { printable } from "../core/text.ts";
import type { RuntimeReport } from "./models-report-schema.ts";
import type { TextOptions } from "./models-table.ts";
import { wordOf } from "./source-text.ts";
import { type Cell, type Column, tableLines } from "./table.ts";

/** Its lines, or what to do where there are none. */
export function runtimeLines(
  runtimes: readonly RuntimeReport[],
  options: TextOptions,
): readonly string[] {
  if (runtimes.length === 0)
    return [
      "none answers: start one (`ollama serve`, `lms server start`), or name it in ai-rules.json",
    ];
  const [titles = "", ...lines] = tableLines({
    columns: runtimeColumns,
    rows: runtimes,
    cols: options.cols,
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

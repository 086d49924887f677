/** What `ai-rules config` prints for people. */
import { printable } from "../core/text.ts";
import type { ConfigReport } from "./config-report-schema.ts";
import type { Paint } from "./paint.ts";
import { type Column, tableLines } from "./table.ts";

type TextOptions = {
  readonly cols: number;
  readonly paint: Paint;
  readonly home: string;
};

type Setting = ConfigReport["settings"][number];

/** The settings as a table. */
export function configTable(report: ConfigReport, options: TextOptions): readonly string[] {
  const { cols, paint, home } = options;
  const place = (source: Setting["source"]) => placeText(source, { root: report.project, home });
  const columns: readonly Column<Setting>[] = [
    { title: "SETTING", cell: ({ name }) => ({ text: printable(name) }) },
    {
      title: "VALUE",
      least: 16,
      cell: ({ value, source }) => ({
        text: valueText(value),
        style: source.from === "default" ? "dim" : undefined,
      }),
    },
    {
      title: "FROM",
      keep: 2,
      least: 16,
      cell: ({ source }) => ({ text: place(source), style: "dim" }),
    },
    {
      title: "INSTEAD OF",
      keep: 1,
      cell: ({ overruled }) => ({
        text: overruled && overruled.from !== "default" ? place(overruled) : "",
        style: "dim",
      }),
    },
  ];
  return tableLines({ columns, rows: report.settings, cols, paint });
}

type Bases = { readonly root: string; readonly home: string };

/** "ai-rules.json:4", "~/.config/ai-rules/config.json:2", "OLLAMA_MODEL_PLAN", "picked". */
function placeText({ from, name, file, line }: Setting["source"], bases: Bases): string {
  switch (from) {
    case "project":
    case "user":
      return [shortPath(file ?? "", bases), ...(line === undefined ? [] : [line])].join(":");
    case "variable":
      return name ?? from;
    case "pick":
      return "picked";
    case "default":
      return "default";
    default:
      return from satisfies never;
  }
}

/** A path as people write it: from the project, or from the home. */
export function shortPath(path: string, { root, home }: Bases): string {
  if (path.startsWith(`${root}/`)) return printable(path.slice(root.length + 1));
  return printable(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
}

function valueText(value: unknown): string {
  if (typeof value === "string") return printable(value);
  if (value === null) return "none";
  return printable(JSON.stringify(value));
}

/** The table of what the settings say of the runtimes' models, with what that does below each row. */
import { memory as memoryText, tokens } from "../core/format.ts";
import { printable } from "../core/text.ts";
import type { ModelsReport } from "./models-report-schema.ts";
import type { TextOptions } from "./models-table.ts";
import { wordOf } from "./source-text.ts";
import { type Column, tableLines } from "./table.ts";

type Setting = ModelsReport["settings"][number];

/** Its lines; none where the settings say nothing. */
export function settingLines(
  settings: readonly Setting[],
  { cols, paint }: TextOptions,
): readonly string[] {
  if (settings.length === 0) return [];
  const rows = grouped(settings);
  const [titles = "", ...lines] = tableLines({ columns: settingColumns, rows, cols, paint });
  return [
    titles,
    ...rows.flatMap(({ first: { used, does } }, index) => [
      lines[index] ?? "",
      `  ${used ? paint("dim", does) : paint("warning", `does nothing: ${does}`)}`,
    ]),
  ];
}

/** Values of several modes that come from one place and do the same. */
type Row = { readonly first: Setting; readonly values: string };

function grouped(settings: readonly Setting[]): readonly Row[] {
  const groups = new Map<string, readonly Setting[]>();
  for (const each of settings) {
    const { runtime, setting, source, does } = each;
    const same = JSON.stringify([runtime, setting, source, does]);
    groups.set(same, [...(groups.get(same) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ first, values: group.map(valueText).join(", ") }] : [];
  });
}

const settingColumns: readonly Column<Row>[] = [
  {
    title: "SETTING",
    cell: ({ first }) => ({ text: `${printable(first.runtime)}.${first.setting}` }),
  },
  { title: "VALUE", least: 20, cell: ({ values }) => ({ text: printable(values) }) },
  {
    title: "FROM",
    keep: 1,
    cell: ({ first }) => ({ text: wordOf(first.source), style: "dim" }),
  },
];

function valueText({ setting, key, value }: Setting): string {
  const text = plainText(setting, value);
  if (key === undefined) return text;
  return setting === "models" ? `${key} = ${text}` : `${key} ${text}`;
}

function plainText(setting: Setting["setting"], value: Setting["value"]): string {
  if (typeof value === "object") {
    const { bits, groupSize } = value;
    const group = groupSize === undefined ? [] : [`groups of ${groupSize}`];
    return [...(bits === undefined ? [] : [`${bits} bits`]), ...group].join(", ");
  }
  if (typeof value === "string") return value;
  if (setting === "memoryLimit") return memoryText(value);
  return setting === "context" ? tokens(value) : String(value);
}

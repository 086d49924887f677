/** What `ai-rules env` prints for people. */
import { moment, took } from "../core/format.ts";
import { printable } from "../core/text.ts";
import type { EnvReport } from "./env-report-schema.ts";
import type { Paint } from "./paint.ts";

/** One line a variable, as `env` has it; what parts lines is written out. */
export function variableLines(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).map(([name, value]) => assigned(name, value));
}

/** What the shell adds, changes and removes. */
export function differenceLines(
  { added, changed, removed }: NonNullable<EnvReport["difference"]>,
  paint: Paint,
): readonly string[] {
  return [
    ...variableLines(added).map((line) => paint("good", `+ ${line}`)),
    ...changed.flatMap((change) => changeLines(change, paint)),
    ...variableLines(removed).map((line) => paint("error", `- ${line}`)),
  ];
}

type Change = NonNullable<EnvReport["difference"]>["changed"][number];

function changeLines({ name, before, after, entries }: Change, paint: Paint): readonly string[] {
  if (!entries)
    return [
      paint("warning", `~ ${printable(name)}`),
      paint("error", `    - ${visible(before)}`),
      paint("good", `    + ${visible(after)}`),
    ];
  const order = entries.added.length + entries.removed.length === 0 ? ": another order" : "";
  return [
    paint("warning", `~ ${printable(name)}${order}`),
    ...entries.removed.map((entry) => paint("error", `    - ${visible(entry)}`)),
    ...entries.added.map((entry) => paint("good", `    + ${visible(entry)}`)),
  ];
}

/** Where the variables come from, in one line. */
export function sourceLine(
  { source, shell, evaluatedAt, tookMs = 0 }: EnvReport["environment"],
  now: number,
): string {
  const when = evaluatedAt === undefined ? "" : moment(Date.parse(evaluatedAt), now);
  const which = `shell ${printable(shell ?? "default")}`;
  switch (source) {
    case "nix":
      return `${which}, evaluated in ${took(tookMs)}`;
    case "cache":
      return `${which}, evaluated ${when}; from the cache in ${took(tookMs)}`;
    case "last-good":
      return `${which}, evaluated ${when}: the last one that worked`;
    case "inherited":
      return "the environment that ai-rules was started in, which is a development shell already";
    case "none":
      return "no development shell";
    default:
      return source satisfies never;
  }
}

/** "3 added, 1 changed, 0 removed". */
export function countLine({
  added,
  changed,
  removed,
}: NonNullable<EnvReport["difference"]>): string {
  const [came, went] = [added, removed].map((each) => Object.keys(each).length);
  return `${came} added, ${changed.length} changed, ${went} removed`;
}

function assigned(name: string, value: string): string {
  return `${printable(name)}=${visible(value)}`;
}

const names: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r" };

/** A value in one line: what a terminal would take for a command is written out. */
function visible(value: string): string {
  return printable(
    value.replaceAll(
      /[\u0000-\u001f\u007f-\u009f]/g,
      (unit) => names[unit] ?? `\\x${unit.charCodeAt(0).toString(16).padStart(2, "0")}`,
    ),
  );
}

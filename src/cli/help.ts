import { wrapText } from "../core/cell-text.ts";
import {
  type Argument,
  type CommandName,
  commandNames,
  commandOf,
  commonOptions,
  type Option,
  type OptionName,
  options,
  subcommandsOf,
} from "./commands.ts";
import { exitMeanings } from "./exit-codes.ts";

/** The text of `ai-rules help`, in lines of so many cells. */
export function helpText(cols = Number.POSITIVE_INFINITY): string {
  const exits = Object.entries(exitMeanings).map(([code, meaning]) => `${code} ${meaning}`);
  return joined([
    ...wrapped("ai-rules: three live AI agents (plan, build, review) in one Nix environment", cols),
    "",
    "usage: ai-rules [tui] [options]",
    "       ai-rules COMMAND [arguments] [options]",
    "",
    "commands",
    ...rows(commandNames.map(commandRow), cols),
    "",
    "options",
    ...rows([...commandOf("tui").options, ...commonOptions].map(optionRow), cols),
    "",
    ...wrapped("`ai-rules help COMMAND` shows the options of a command.", cols),
    ...wrapped("keys in the TUI: ctrl+o ? shows them all, ctrl+o q quits.", cols),
    ...wrapped(`exit codes: ${exits.join(", ")}`, cols),
  ]);
}

/** The text of `ai-rules help COMMAND`, in lines of so many cells. */
export function commandHelpText(name: CommandName, cols = Number.POSITIVE_INFINITY): string {
  const { summary, options: own, notes = [] } = commandOf(name);
  const below = subcommandsOf(name);
  return joined([
    ...wrapped(`ai-rules ${name}: ${summary}`, cols),
    "",
    `usage: ai-rules ${withArguments(name)} [options]`,
    ...(below.length === 0 ? [] : ["", "commands", ...rows(below.map(commandRow), cols)]),
    "",
    "options",
    ...rows([...own, ...commonOptions].map(optionRow), cols),
    ...(notes.length === 0 ? [] : ["", ...notes.flatMap((note) => wrapped(note, cols))]),
  ]);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** A text that fits stays as it is: gaps in it may be columns. */
function wrapped(text: string, cols: number): readonly string[] {
  return text.length <= cols ? [text] : wrapText(text, cols);
}

function commandRow(name: CommandName): Row {
  return [withArguments(name), commandOf(name).summary];
}

function withArguments(name: CommandName): string {
  return [name, ...commandOf(name).arguments.map(argumentText)].join(" ");
}

function argumentText({ name, optional, many }: Argument): string {
  const text = many ? `${name}...` : name;
  return optional ? `[${text}]` : text;
}

function optionRow(name: OptionName): Row {
  const { value, optionalValue, help, short }: Option = options[name];
  const shown = short === undefined ? `--${name}` : `-${short}, --${name}`;
  const wanted = value && optionalValue ? `[${value}]` : value;
  return [wanted ? `${shown} ${wanted}` : shown, help];
}

type Row = readonly [left: string, right: string];

const column = 26;
/** With less room for it, what a thing does stands below its name. */
const leastHelpCols = 30;

function rows(all: readonly Row[], cols: number): readonly string[] {
  return all.flatMap(([left, right]) => {
    const room = cols - column - 3;
    if (room < leastHelpCols)
      return [`  ${left}`, ...wrapped(right, cols - 6).map((line) => `      ${line}`)];
    const [first = "", ...more] = wrapped(right, room);
    const indent = " ".repeat(column + 3);
    return [`  ${left.padEnd(column)} ${first}`, ...more.map((line) => indent + line)];
  });
}

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

/** The text of `ai-rules help`. */
export function helpText(): string {
  return `ai-rules: three live AI agents (plan, build, review) in one Nix environment

usage: ai-rules [tui] [options]
       ai-rules COMMAND [arguments] [options]

commands
${commandNames.map((name) => row(withArguments(name), commandOf(name).summary)).join("\n")}

options
${[...commandOf("tui").options, ...commonOptions].map(optionRow).join("\n")}

\`ai-rules help COMMAND\` shows the options of a command.
keys in the TUI: ctrl+o ? shows them all, ctrl+o q quits.
exit codes: 0 fine, 1 failed, 2 wrong usage, 4 not a terminal, 5 already running here,
            129, 130 and 143 ended by a signal
`;
}

/** The text of `ai-rules help COMMAND`. */
export function commandHelpText(name: CommandName): string {
  const { summary, options: own, notes = [] } = commandOf(name);
  const below = subcommandsOf(name);
  const list = below.map((each) => row(withArguments(each), commandOf(each).summary));
  return [
    `ai-rules ${name}: ${summary}`,
    "",
    `usage: ai-rules ${withArguments(name)} [options]`,
    ...(list.length === 0 ? [] : ["", "commands", ...list]),
    "",
    "options",
    ...[...own, ...commonOptions].map(optionRow),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    "",
  ].join("\n");
}

function withArguments(name: CommandName): string {
  return [name, ...commandOf(name).arguments.map(argumentText)].join(" ");
}

function argumentText({ name, optional, many }: Argument): string {
  const text = many ? `${name}...` : name;
  return optional ? `[${text}]` : text;
}

function optionRow(name: OptionName): string {
  const { value, help }: Option = options[name];
  return row(value ? `--${name} ${value}` : `--${name}`, help);
}

const column = 26;

function row(left: string, right: string): string {
  return `  ${left.padEnd(column)} ${right}`;
}

/** All commands of the command line with their arguments and options: parsing and help are made from it. */

export type Option = {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly help: string;
};

export const options = {
  cwd: {
    type: "string",
    value: "DIR",
    help: "the project's directory (default: where you are)",
  },
  shell: {
    type: "string",
    value: "NAME",
    help: "enter .#NAME of the project's flake instead of its default shell",
  },
  "no-color": { type: "boolean", help: "no colours (NO_COLOR does the same)" },
  debug: { type: "boolean", help: "show what stands behind an error" },
  help: { type: "boolean", short: "h", help: "show the help of a command" },
  version: { type: "boolean", short: "v", help: "print the version" },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof options;

/** They belong to every command. */
export const commonOptions: readonly OptionName[] = ["cwd", "no-color", "debug", "help", "version"];

export type Argument = { readonly name: string; readonly optional?: boolean };

type Command = {
  readonly summary: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly OptionName[];
  /** Further lines of its own help. */
  readonly notes?: readonly string[];
};

export const commands = {
  tui: {
    summary: "open the three modes on this project (also with no command, on a terminal)",
    arguments: [],
    options: ["shell"],
  },
  help: {
    summary: "show this text, or the help of a command",
    arguments: [{ name: "COMMAND", optional: true }],
    options: [],
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;

export const commandNames: readonly CommandName[] = Object.keys(commands).filter(isCommand);

/** Whether words name a command: "models use". */
export function isCommand(words: string): words is CommandName {
  return Object.hasOwn(commands, words);
}

/** A command with its fields as they are declared for all. */
export function commandOf(name: CommandName): Command {
  return commands[name];
}

/** The commands below one: "models" has "models show" and others. */
export function subcommandsOf(name: CommandName): readonly CommandName[] {
  return commandNames.filter((other) => other.startsWith(`${name} `));
}

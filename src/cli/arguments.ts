/** What the command line says: argv parsed once, by the table in `commands.ts`. */
import { parseArgs } from "node:util";
import { AiRulesError, type ErrorCode } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";
import {
  type CommandName,
  commandNames,
  commandOf,
  commonOptions,
  isCommand,
  type Option,
  type OptionName,
  options,
  subcommandsOf,
} from "./commands.ts";

/** What the options say. */
export type OptionValues = {
  readonly [Name in OptionName]?: (typeof options)[Name] extends { readonly multiple: true }
    ? readonly string[]
    : (typeof options)[Name]["type"] extends "string"
      ? string
      : boolean;
};

export type Invocation =
  | { readonly type: "version" }
  | { readonly type: "help"; readonly of?: CommandName }
  | {
      readonly type: "run";
      readonly command: Exclude<CommandName, "help">;
      /** As many as the command wants; an optional one may be missing. */
      readonly arguments: readonly string[];
      readonly options: OptionValues;
    };

/** Parses the arguments after the program's name. Throws AiRulesError `usage/...`. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const { values, positionals } = parsed(argv);
  if (values.version) return { type: "version" };
  const named = positionals.length > 0;
  const { command, rest } = named ? find(positionals) : { command: "tui" as const, rest: [] };
  if (values.help) return named ? { type: "help", of: command } : { type: "help" };
  refuseForeign(command, values);
  if (command === "help") return helpOf(rest);
  refuseArguments(command, rest);
  return { type: "run", command, arguments: rest, options: values };
}

type Found = { readonly command: CommandName; readonly rest: readonly string[] };

/** The longest command that the words begin with. */
function find(words: readonly string[]): Found {
  const [first = "", second] = words;
  if (!isCommand(first)) throw unknownCommand(first, topLevel);
  const both = `${first} ${second}`;
  if (second !== undefined && isCommand(both)) return { command: both, rest: words.slice(2) };
  const below = subcommandsOf(first);
  if (second !== undefined && below.length > 0) throw unknownCommand(both, below);
  return { command: first, rest: words.slice(1) };
}

const topLevel: readonly string[] = commandNames.filter((name) => !name.includes(" "));

function helpOf(words: readonly string[]): Invocation {
  return words.length === 0 ? { type: "help" } : { type: "help", of: find(words).command };
}

function refuseForeign(command: CommandName, values: OptionValues): void {
  const known: readonly string[] = [...commonOptions, ...commandOf(command).options];
  const foreign = Object.keys(values).find((name) => !known.includes(name));
  if (foreign === undefined) return;
  const message = `--${foreign} says nothing to \`ai-rules ${command}\``;
  throw usage("usage/option", message, seeHelp(command));
}

function refuseArguments(command: CommandName, given: readonly string[]): void {
  const wanted = commandOf(command).arguments;
  const missing = wanted.slice(given.length).find(({ optional }) => !optional);
  if (missing) {
    const message = `\`ai-rules ${command}\` needs ${missing.name}`;
    throw usage("usage/argument", message, seeHelp(command));
  }
  if (wanted.at(-1)?.many) return;
  const extra = given[wanted.length];
  if (extra !== undefined)
    throw usage("usage/argument", `unexpected argument ${extra}`, seeHelp(command));
}

function seeHelp(command: CommandName): string {
  return command === "tui" ? "run `ai-rules help`" : `run \`ai-rules help ${command}\``;
}

function parsed(argv: readonly string[]): {
  readonly values: OptionValues;
  readonly positionals: readonly string[];
} {
  try {
    const args = withOptionalValues(argv);
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    throw badFlag(error instanceof Error ? error.message : String(error), argv);
  }
}

/** `--report` as `--report=`, and `--report FILE` as `--report=FILE`: Node knows no optional value. */
function withOptionalValues(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  const open = end < 0 ? argv : argv.slice(0, end);
  const args = open.flatMap((arg, at) => {
    if (isValueOf(open[at - 1], arg)) return [];
    if (!optionalValueOf(arg)) return [arg];
    const next = open[at + 1];
    return [`${arg}=${isValueOf(arg, next) ? next : ""}`];
  });
  return [...args, ...argv.slice(open.length)];
}

function isValueOf(option = "", arg = "-"): boolean {
  return !arg.startsWith("-") && optionalValueOf(option)?.test(arg) === true;
}

function optionalValueOf(arg: string): RegExp | undefined {
  const known: Readonly<Record<string, Option>> = options;
  return arg.startsWith("--") ? known[arg.slice(2)]?.optionalValue : undefined;
}

function badFlag(message: string, argv: readonly string[]): AiRulesError {
  const flag = /'(?:-\w, )?(--?[\w-]+)/.exec(message)?.[1] ?? "";
  const name = flag.replace(/^--/, "");
  if (!isOption(name)) return unknownOption(flag, argv);
  const { value }: Option = options[name];
  if (value === undefined)
    return usage("usage/option", `${flag} takes no value`, `write ${flag} alone`);
  const example = /ambiguous/.test(message)
    ? `write it with "=": ${flag}=-1`
    : `write ${flag} ${value}`;
  return usage("usage/option", `${flag} lacks its value`, example);
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

/** What the command itself takes is meant rather than what others do. */
function unknownOption(flag: string, argv: readonly string[]): AiRulesError {
  const command = commandOfWords(argv.filter((word) => !word.startsWith("-")));
  const own = [...commandOf(command).options, ...commonOptions];
  const near = [own, Object.keys(options)]
    .map((names) =>
      nearestName(
        flag,
        names.map((name) => `--${name}`),
      ),
    )
    .find((found) => found !== undefined);
  const remedy = near && flag.length > 2 ? `did you mean ${near}?` : seeHelp(command);
  return usage("usage/option", `there is no option ${flag}`, remedy);
}

/** As far as the words name a command; a value of an option may be among them. */
function commandOfWords([first = "", second = ""]: readonly string[]): CommandName {
  const both = `${first} ${second}`;
  if (isCommand(both)) return both;
  return isCommand(first) ? first : "tui";
}

function unknownCommand(command: string, known: readonly string[]): AiRulesError {
  const near = nearestName(command, known) ?? commandBelow(command);
  const [first = ""] = command.split(" ");
  const where = isCommand(first) ? `run \`ai-rules help ${first}\`` : "run `ai-rules help`";
  const remedy = near ? `did you mean \`ai-rules ${near}\`?` : where;
  return usage("usage/command", `there is no command ${command}`, remedy);
}

type UsageCode = Extract<ErrorCode, `usage/${string}`>;

/** "use" is one of the commands below another: `models use`. */
function commandBelow(word: string): CommandName | undefined {
  const below = commandNames.filter((name) => name.endsWith(` ${word}`));
  return below.length === 1 ? below[0] : undefined;
}

function usage(code: UsageCode, message: string, remedy: string): AiRulesError {
  return new AiRulesError({ code, message, remedy });
}

/** What the command line says: argv parsed once, by the table in `commands.ts`. */
import { parseArgs } from "node:util";
import { AiRulesError } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";
import {
  type CommandName,
  commandNames,
  commandOf,
  commonOptions,
  isCommand,
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
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    throw badFlag(error instanceof Error ? error.message : String(error));
  }
}

function badFlag(message: string): AiRulesError {
  const flag = /'(--?[\w-]+)/.exec(message)?.[1];
  const known = Object.keys(options).map((name) => `--${name}`);
  if (flag && /ambiguous/.test(message))
    return usage("usage/option", `${flag} lacks its value`, `write it with "=": ${flag}=-1`);
  const near = flag && !known.includes(flag) ? nearestName(flag, known) : undefined;
  const said = flag && !known.includes(flag) ? `there is no option ${flag}` : message;
  return usage("usage/option", said, near ? `did you mean ${near}?` : "run `ai-rules help`");
}

function unknownCommand(command: string, known: readonly string[]): AiRulesError {
  const near = nearestName(command, known);
  const [first = ""] = command.split(" ");
  const where = isCommand(first) ? `run \`ai-rules help ${first}\`` : "run `ai-rules help`";
  const remedy = near ? `did you mean \`ai-rules ${near}\`?` : where;
  return usage("usage/command", `there is no command ${command}`, remedy);
}

function usage(code: `usage/${string}`, message: string, remedy: string): AiRulesError {
  return new AiRulesError({ code, message, remedy });
}

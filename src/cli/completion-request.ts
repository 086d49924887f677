/**
 * What a half-typed command line wants: pure, from the table of commands. What the values are is found
 * out by `completion-values.ts`.
 */
import {
  type Argument,
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

export type Candidate = { readonly word: string; readonly help?: string | undefined };

export type CompletionRequest = {
  /** Words that fit whatever the project is. */
  readonly words: readonly Candidate[];
  /** Names of arguments ("MODEL") and options ("--shell") whose values are wanted. */
  readonly values: readonly string[];
  readonly command: CommandName;
  /** The part of the word before the value: "--shell=". */
  readonly prefix: string;
  /** What the value begins with. */
  readonly typed: string;
  /** The directory that `--cwd` names. */
  readonly cwd?: string;
};

/** Reads the words after the program's name; the last one is being typed. */
export function readCompletion(words: readonly string[]): CompletionRequest {
  const typed = words.at(-1) ?? "";
  const { positionals, given, awaited, welcome, isOver, cwd } = readWords(words.slice(0, -1));
  const { command, rest } = commandIn(positionals);
  const base = { words: [], values: [], command, prefix: "", typed, ...(cwd ? { cwd } : {}) };
  if (awaited !== undefined) return { ...base, values: [`--${awaited}`] };
  if (!isOver && typed.startsWith("-")) return optionRequest(base, given);
  const wanted = positionalRequest(positionals, { command, rest });
  return welcome === undefined
    ? { ...base, ...wanted }
    : { ...base, ...wanted, values: [...wanted.values, `--${welcome}`] };
}

type ReadWords = {
  readonly positionals: readonly string[];
  readonly given: readonly string[];
  /** The option whose value comes next. */
  readonly awaited?: OptionName;
  /** The option whose value may come next. */
  readonly welcome?: OptionName;
  /** After `--` everything is an argument. */
  readonly isOver: boolean;
  readonly cwd?: string;
};

function readWords(words: readonly string[]): ReadWords {
  const positionals: string[] = [];
  const given: string[] = [];
  let awaited: OptionName | undefined;
  let welcome: OptionName | undefined;
  let isOver = false;
  let cwd: string | undefined;
  for (const word of words) {
    welcome = undefined;
    if (awaited !== undefined) {
      if (awaited === "cwd") cwd = word;
      awaited = undefined;
    } else if (isOver || !word.startsWith("-") || word === "-") positionals.push(word);
    else if (word === "--") isOver = true;
    else {
      const [name = "", value] = word.replace(/^--/, "").split(/=(.*)/s);
      given.push(name);
      if (!isOption(name)) continue;
      const { type, optionalValue }: Option = options[name];
      if (value === undefined && type === "string") {
        if (optionalValue) welcome = name;
        else awaited = name;
      } else if (name === "cwd") cwd = value;
    }
  }
  return {
    positionals,
    given,
    isOver,
    ...(awaited === undefined ? {} : { awaited }),
    ...(welcome === undefined ? {} : { welcome }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}

function isOption(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}

type Found = { readonly command: CommandName; readonly rest: readonly string[] };

/** The command that the words name, as far as they name one. */
function commandIn(words: readonly string[]): Found {
  const [first = "", second] = words;
  const both = `${first} ${second}`;
  if (second !== undefined && isCommand(both)) return { command: both, rest: words.slice(2) };
  return isCommand(first)
    ? { command: first, rest: words.slice(1) }
    : { command: "tui", rest: words };
}

function optionRequest(base: CompletionRequest, given: readonly string[]): CompletionRequest {
  const { typed, command } = base;
  const [, name = "", value] = /^--([^=]+)=(.*)$/s.exec(typed) ?? [];
  if (isOption(name) && value !== undefined)
    return { ...base, values: [`--${name}`], prefix: `--${name}=`, typed: value };
  const known = [...commandOf(command).options, ...commonOptions];
  const left = known.filter((option) => !given.includes(option) || isMultiple(option));
  return { ...base, words: left.map(optionWord) };
}

function isMultiple(name: OptionName): boolean {
  const { multiple }: Option = options[name];
  return multiple === true;
}

function optionWord(name: OptionName): Candidate {
  const { help }: Option = options[name];
  return { word: `--${name}`, help };
}

function positionalRequest(
  positionals: readonly string[],
  { command, rest }: Found,
): Pick<CompletionRequest, "words" | "values"> {
  if (positionals.length === 0) return { words: commandWords(""), values: [] };
  if (command === "help") return { words: helpWords(rest), values: [] };
  const below = rest.length === 0 && isCommand(positionals.join(" ")) ? command : undefined;
  return {
    words: below === undefined ? [] : commandWords(`${below} `),
    values: argumentsAt(commandOf(command).arguments, rest.length),
  };
}

/** Commands of one word, or the second words of those below one. */
function commandWords(begin: string): readonly Candidate[] {
  return commandNames
    .filter((name) => name.startsWith(begin))
    .map((name) => ({ word: name.slice(begin.length), help: commandOf(name).summary }))
    .filter(({ word }) => word !== "" && !word.includes(" "));
}

function helpWords(rest: readonly string[]): readonly Candidate[] {
  const [first = ""] = rest;
  if (rest.length === 0) return commandWords("");
  return rest.length === 1 && isCommand(first) && subcommandsOf(first).length > 0
    ? commandWords(`${first} `)
    : [];
}

/** One that may be left out leaves its place to the next: `init DIR PROFILE` is also `init PROFILE`. */
function argumentsAt(all: readonly Argument[], index: number): readonly string[] {
  const last = all.at(-1);
  const [first, ...others] = all.slice(last?.many ? Math.min(index, all.length - 1) : index);
  if (!first) return [];
  return [first.name, ...(first.optional ? argumentsAt(others, 0) : [])];
}

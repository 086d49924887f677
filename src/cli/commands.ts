/** All commands of the command line with their arguments and options: parsing and help are made from it. */

import { generatorNames, profileNames } from "../profiles/profile.ts";

export type Option = {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** It may be given several times. */
  readonly multiple?: true;
  /** What stands for the value in the help. */
  readonly value?: string;
  /** The value may be left out; what looks like this is one, and not the next argument. */
  readonly optionalValue?: RegExp;
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
  json: { type: "boolean", help: "the answer as JSON" },
  yes: { type: "boolean", short: "y", help: "do it without asking" },
  context: { type: "string", value: "N", help: 'the context in tokens: "65536" or "64k"' },
  "keep-alive": {
    type: "string",
    value: "TIME",
    help: 'how long it stays loaded after a request: "30m", "forever"',
  },
  runtime: { type: "string", value: "ID", help: "the runtime, where several could be meant" },
  secrets: { type: "boolean", help: "show values that look like secrets, too" },
  project: { type: "boolean", help: "the project's ai-rules.json (the default)" },
  user: { type: "boolean", help: "your own config.json, for all projects" },
  reset: { type: "boolean", help: "forget what was picked" },
  only: {
    type: "string",
    multiple: true,
    value: "ID",
    help: "only these checks or groups, such as nix-git or nix,install",
  },
  fix: { type: "boolean", help: "mend what can be mended safely" },
  report: {
    type: "string",
    value: "FILE",
    // No check and no group has a dot or a slash in its name.
    optionalValue: /[./]/,
    help: "write an archive for the report of a fault",
  },
  screens: {
    type: "boolean",
    help: "put the screens of an open `ai-rules tui` into the archive, too",
  },
  "dry-run": { type: "boolean", help: "show what would be written, and write nothing" },
  update: { type: "boolean", help: "bring what was written to the profile as it is now" },
  connect: {
    type: "string",
    value: "WAY",
    help: "put ai-rules into your own flake.nix: input or copy",
  },
  input: {
    type: "string",
    value: "URL",
    help: "the input's URL (else github:ai-rules/ai-rules)",
  },
  generator: {
    type: "string",
    value: "NAME",
    // "nerves" is a profile, too, and its first generator.
    optionalValue: /^(phx|igniter)$/,
    help: "make the application with mix phx.new, nerves.new or igniter.new",
  },
  "no-color": { type: "boolean", help: "no colours (NO_COLOR does the same)" },
  quiet: { type: "boolean", short: "q", help: "no notes and no progress, only answers and errors" },
  debug: { type: "boolean", help: "show what stands behind an error" },
  help: { type: "boolean", short: "h", help: "show the help of a command" },
  version: { type: "boolean", short: "v", help: "print the version" },
} as const satisfies Readonly<Record<string, Option>>;

export type OptionName = keyof typeof options;

/** They belong to every command. */
export const commonOptions: readonly OptionName[] = [
  "cwd",
  "no-color",
  "quiet",
  "debug",
  "help",
  "version",
];

export type Argument = {
  readonly name: string;
  readonly optional?: boolean;
  /** It is the last one, and there may be any number of it. */
  readonly many?: boolean;
};

type Command = {
  readonly summary: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly OptionName[];
  /** Further lines of its own help. */
  readonly notes?: readonly string[];
};

const model: Argument = { name: "MODEL" };

export const commands = {
  tui: {
    summary: "open the three modes on this project (also with no command, on a terminal)",
    arguments: [],
    options: ["shell"],
  },
  init: {
    summary: "set a project up for agents and Nix, or make a new application",
    arguments: [
      { name: "DIR", optional: true },
      { name: "PROFILE", optional: true },
    ],
    options: ["yes", "dry-run", "json", "update", "shell", "connect", "input", "generator"],
    notes: [
      `profiles: ${profileNames.join(", ")}`,
      "(default: the one that the project's dependencies suggest)",
      `generators: ${generatorNames.join(", ")} (default: the first of the profile's)`,
      "",
      "A DIR that is absent or empty becomes a new application. Nothing of yours is",
      "written over: it is merged, or ours is put beside it as NAME.ai-rules. A second",
      "run changes nothing.",
    ],
  },
  env: {
    summary: "print the variables of the project's development shell",
    arguments: [],
    options: ["json", "shell", "secrets"],
    notes: [
      "It is taken from the cache while the flake is as it was, which runs no Nix, else evaluated.",
      "Passwords, tokens and keys are shown as ***. Without a flake or Nix the exit code is 3.",
    ],
  },
  "env refresh": {
    summary: "evaluate the shell anew, whatever the cache says",
    arguments: [],
    options: ["json", "shell", "secrets"],
  },
  "env diff": {
    summary: "what the shell adds to your own environment, and what it changes and removes",
    arguments: [],
    options: ["json", "shell", "secrets"],
  },
  config: {
    summary: "the settings that hold here, each with the place that says it",
    arguments: [],
    options: ["json", "secrets"],
    notes: ["The exit code is 1 when a file has mistakes."],
  },
  "config schema": {
    summary: "print the JSON schema of the settings",
    arguments: [],
    options: [],
  },
  "config edit": {
    summary: "open the settings in $VISUAL or $EDITOR, and save them when they are right",
    arguments: [],
    options: ["project", "user"],
    notes: ["A broken edit is not saved but kept, and offered the next time."],
  },
  models: {
    summary: "list the models of the local runtimes, and what each mode uses",
    arguments: [],
    options: ["json"],
  },
  "models show": {
    summary: "all that is known of a model",
    arguments: [model],
    options: ["json", "runtime"],
  },
  "models use": {
    summary: "use a model in a mode from now on; a running `ai-rules tui` switches at once",
    arguments: [{ name: "MODE" }, { ...model, optional: true }],
    options: ["runtime", "context", "yes", "reset"],
  },
  "models load": {
    summary: "load a model, so that the first request need not wait",
    arguments: [model],
    options: ["runtime", "context", "keep-alive"],
  },
  "models unload": {
    summary: "give the memory of a loaded model back",
    arguments: [model],
    options: ["runtime"],
  },
  "models pull": {
    summary: "download a model, after a look at its size",
    arguments: [model],
    options: ["runtime", "yes"],
  },
  "models fit": {
    summary: "whether a model fits into memory, with the arithmetic",
    arguments: [model],
    options: ["runtime", "context", "json"],
  },
  doctor: {
    summary: "look at everything the other commands need; each finding has a remedy",
    arguments: [{ name: "ID", optional: true, many: true }],
    options: ["only", "fix", "report", "screens", "yes", "json"],
    notes: [
      "--report shows what will be in the archive and asks before it is written (--yes: does not ask).",
      "Screens of an open `ai-rules tui` are in it only when you say so: to the question, or by --screens.",
      "exit codes: 0 nothing fails (there may be warnings), 1 something does, or you said no",
    ],
  },
  keys: {
    summary: "press keys and see what they send, what they are bound to, what an agent gets",
    arguments: [],
    options: [],
    notes: ["ctrl+c twice leaves, and so does q after the prefix."],
  },
  completion: {
    summary: "print the completion script of a shell: bash, zsh or fish",
    arguments: [{ name: "SHELL" }],
    options: [],
    notes: [
      "bash: source <(ai-rules completion bash)      in ~/.bashrc",
      "zsh:  source <(ai-rules completion zsh)       in ~/.zshrc, after compinit",
      "fish: ai-rules completion fish | source       in ~/.config/fish/config.fish",
    ],
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

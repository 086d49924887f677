/** The man page, made from the table of commands: man(7), which all readers of man pages know. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Argument,
  type CommandName,
  commandNames,
  commandOf,
  commonOptions,
  type Option,
  type OptionName,
  options,
} from "../../src/cli/commands.ts";
import { exitMeanings } from "../../src/cli/exit-codes.ts";

/** When the words of it were last looked through; a page without a date is no page to some readers. */
const date = "2026-11-29";

/** The whole page. */
export function manPage(): string {
  return [
    '.\\" Made by `npm run docs` from src/cli/commands.ts.',
    `.TH AI\\-RULES 1 "${date}" "ai\\-rules ${version()}" "User Commands"`,
    // Neither hyphens nor wide gaps between words: much of it is to be typed.
    ".nh",
    ".ad l",
    ...section("NAME", [
      "ai\\-rules \\- three live AI agents (plan, build, review) in one Nix environment",
    ]),
    ...section("SYNOPSIS", [
      ".B ai\\-rules",
      "[\\fBtui\\fR] [\\fIoptions\\fR]",
      ".br",
      ".B ai\\-rules",
      "\\fIcommand\\fR [\\fIarguments\\fR] [\\fIoptions\\fR]",
    ]),
    ...section("DESCRIPTION", [
      text(
        "Three agents work on one project, in one terminal: plan thinks, build writes, review reads. Each is a real OpenCode, and all of them run in the project's own development shell, which Nix evaluates once.",
      ),
      ".PP",
      text(
        "In the terminal program ctrl+o comes before each key of its own: ctrl+o ? shows them all, ctrl+o q quits. Everything else goes to the agent.",
      ),
    ]),
    ...section("COMMANDS", commandNames.flatMap(commandEntry)),
    ...section("COMMON OPTIONS", [
      text("They belong to every command."),
      ...commonOptions.flatMap(optionEntry),
    ]),
    ...section(
      "EXIT STATUS",
      Object.entries(exitMeanings).flatMap(([code, meaning]) => entry(code, meaning)),
    ),
    ...section(
      "ENVIRONMENT",
      Object.entries(variables).flatMap(([name, meaning]) => entry(name, meaning)),
    ),
    ...section(
      "FILES",
      Object.entries(files).flatMap(([name, meaning]) => entry(name, meaning)),
    ),
    ...section("SEE ALSO", [".BR nix (1),", ".BR direnv (1),", ".BR tmux (1)"]),
    "",
  ].join("\n");
}

const variables = {
  "VISUAL, EDITOR": "The editor of `ai-rules config edit`.",
  NO_COLOR: "Not empty: no colours.",
  AI_RULES_LOG: '"debug" makes the log say more.',
  "XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME, XDG_RUNTIME_DIR": "Where the files are.",
};

const files = {
  "ai-rules.json": "Settings of the project.",
  "~/.config/ai-rules/config.json": "Your settings, for all projects.",
  "~/.local/state/ai-rules/": "The log; of each project conversations, layout, picked models.",
  "~/.cache/ai-rules/": "Evaluated environments and the like; can be deleted.",
};

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`.SH "${title}"`, ...lines];
}

function commandEntry(name: CommandName): readonly string[] {
  const { summary, arguments: wanted, options: own, notes = [] } = commandOf(name);
  const synopsis = ["ai-rules", name, ...wanted.map(argumentText)].join(" ");
  return [
    ".TP",
    `.B ${escaped(synopsis)}`,
    text(`${capital(summary)}.`),
    ...(own.length === 0 ? [] : [".RS", ...own.flatMap(optionEntry), ".RE"]),
    ...(notes.length === 0 ? [] : [".RS", ...notes.flatMap(noteLines), ".RE"]),
  ];
}

/** Notes may be commands with their places, which must not be run together; an empty one parts them. */
function noteLines(note: string, index: number, notes: readonly string[]): readonly string[] {
  if (note === "") return [];
  const begins = index === 0 || notes[index - 1] === "";
  return [begins ? ".PP" : ".br", text(note)];
}

function optionEntry(name: OptionName): readonly string[] {
  const { value: named, optionalValue, help, short }: Option = options[name];
  const value = named && optionalValue ? `[${named}]` : named;
  const shown = [short === undefined ? "" : `\\-${short}, `, escaped(`--${name}`)].join("");
  return [
    ".TP",
    `.BR "${shown}"${value === undefined ? "" : ` " \\fI${escaped(value)}\\fR"`}`,
    text(`${capital(help)}.`),
  ];
}

function entry(name: string, meaning: string): readonly string[] {
  return [".TP", `.B ${escaped(name)}`, text(meaning)];
}

function argumentText({ name, optional, many }: Argument): string {
  const words = many ? `${name}...` : name;
  return optional ? `[${words}]` : words;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A line of words: a dot or quote at its beginning would be a command. */
function text(words: string): string {
  return escaped(words).replace(/^(?=[.'])/, "\\&");
}

/** What roff would take for something else: backslashes, and signs that it typesets. */
function escaped(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("~", "\\(ti")
    .replaceAll("^", "\\(ha")
    .replaceAll("`", "\\(ga")
    .replaceAll("'", "\\(aq")
    .replaceAll('"', "\\(dq");
}

function version(): string {
  const path = join(import.meta.dirname, "../../package.json");
  const manifest: unknown = JSON.parse(readFileSync(path, "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest
    ? String(manifest.version)
    : "";
}

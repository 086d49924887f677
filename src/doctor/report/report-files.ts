/** What a report of a fault holds: texts from which secrets and the user's name are gone. */
import { toProblem } from "../../core/error.ts";
import { maskedData, maskedValue, secretValues } from "../../core/redact.ts";
import { printableLines } from "../../core/text.ts";
import type { Variables } from "../../platform/ports.ts";
import type { Screen } from "../../project/screen-requests.ts";
import type { DoctorContext } from "../context.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { projectSettings } from "../facts/settings.ts";
import { versionLines } from "./versions.ts";

export type ReportFile = {
  readonly name: string;
  /** What it is, in a line. */
  readonly about: string;
  readonly text: string;
};

/** What the caller has already, in the forms it has them. */
export type Checked = { readonly json: string; readonly lines: readonly string[] };

const logLines = 2000;

/** All files of a report, the one that tells of the others first. */
export async function reportFiles(
  context: DoctorContext,
  checked: Checked,
  screens: readonly Screen[] = [],
): Promise<readonly ReportFile[]> {
  const { ports } = context;
  // Where something is wrong a report is wanted most: what cannot be found out is left out.
  const shell = await shellVariables(context).catch(() => ({ variables: {} }));
  const loaded = await projectSettings(context);
  const { settings } = loaded;
  ports.log.hide(secretValues(ports.env));
  ports.log.hide(secretValues(shell.variables));
  for (const mode of Object.values(settings.modes)) ports.log.hide(secretValues(mode.env));
  const mistakes = [...loaded.errors, ...loaded.warnings].map(({ code, message, position }) => ({
    code,
    message,
    ...(position ? { position } : {}),
  }));
  const log = await ports.log.tail(logLines);
  const files: readonly ReportFile[] = [
    {
      name: "versions.txt",
      about: "versions of ai-rules, Node, the system, Nix, OpenCode; the terminal",
      text: textOf(await versionLines(context).catch(cannotTell)),
    },
    { name: "checks.txt", about: "what doctor found, to read", text: textOf(checked.lines) },
    { name: "checks.json", about: "the same for programs", text: `${maskedJson(checked.json)}\n` },
    {
      name: "settings.json",
      about: "the settings that hold, and what is wrong with them; secrets are ***",
      text: `${JSON.stringify(maskedData({ settings, mistakes }), null, 2)}\n`,
    },
    {
      name: "variables.txt",
      about: "variables that ai-rules and what it starts look at; secrets are ***",
      text: textOf(variableLines(ports.env, shell.variables)),
    },
    {
      name: "log.txt",
      about: `the last lines of the log (${log.length}); it holds no prompts`,
      text: textOf(log),
    },
    ...screens.map(screenFile),
  ];
  const clean = (text: string) => withoutHome(ports.log.redact(text), ports.host.home);
  return [readme(files, screens.length > 0), ...files].map((file) => ({
    ...file,
    text: clean(file.text),
  }));
}

/** Within the text of JSON quotes are escaped, which hides what stands between them. */
function maskedJson(json: string): string {
  const data: unknown = JSON.parse(json);
  return JSON.stringify(maskedData(data), null, 2);
}

function screenFile({ name, cols, rows, text }: Screen): ReportFile {
  const isAll = name === "all";
  return {
    name: isAll ? "screen.txt" : `screen-${name}.txt`,
    about: isAll ? "the whole terminal, as ai-rules has drawn it" : `the screen of ${name}`,
    // A program in a pane is not trusted: nothing but text leaves it.
    text: textOf([`${cols}x${rows}`, ...printableLines(text)]),
  };
}

function readme(files: readonly ReportFile[], hasScreens: boolean): ReportFile {
  const list = files.map(({ name, about }) => `${name.padEnd(20)}${about}`);
  const lines = [
    "A report of `ai-rules doctor --report`, to be attached to a description of a fault.",
    "",
    ...list,
    "",
    "Taken out: values of variables and settings whose names say that they are secret, tokens,",
    "passwords in URLs, headers; the home directory is ~. Names of projects, paths, models and hosts",
    "are in it: read it before you hand it on.",
    "",
    ...(hasScreens ? withScreens : withoutScreens),
  ];
  return {
    name: "README.txt",
    about: "what is in the others, and what is not",
    text: textOf(lines),
  };
}

function cannotTell(error: unknown): readonly string[] {
  return [`could not be found out: ${toProblem(error).message}`];
}

const withScreens = [
  "The screens are in it because you said so: code, prompts and answers stand on them, and a secret",
  "that is broken over two lines is not found there. Not in it: files of the project.",
];

const withoutScreens = [
  "Not in it: what stands on the screens of the agents, prompts and answers, and files of the project.",
  "Nothing of ai-rules keeps screens: `ai-rules doctor --report --screens` takes those of an open TUI.",
];

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** What something here or in a child of ours reads; all others are nobody's business. */
const telling =
  /^(AI_RULES_\w+|OLLAMA_\w+|LMSTUDIO_\w+|LM_\w+|MLX_\w+|LLAMA_\w+|HF_\w+|OPENCODE(_\w+)?|XDG_\w+|NIX_\w+|IN_NIX_SHELL|DIRENV_DIR|TERM(_\w+)?|COLORTERM|NO_COLOR|FORCE_COLOR|CI|LANG|LC_\w+|SHELL|HOME|PATH|TMPDIR|TMUX|ZELLIJ|NODE_\w+|MIX_\w+|HEX_\w+|ERL_\w+|ELIXIR_\w+|PORT|PG(PORT|HOST|DATA)|EDITOR|VISUAL|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$/;

/** `NAME=value`; what only the project's shell sets is marked. */
function variableLines(own: Variables, shell: Variables): readonly string[] {
  const names = [...new Set([...Object.keys(own), ...Object.keys(shell)])].filter((name) =>
    telling.test(name),
  );
  return names.sort().flatMap((name) => {
    const [ours, theirs] = [own[name], shell[name]].map((value) =>
      value === undefined
        ? undefined
        : maskedValue(name, value).replaceAll("\n", "\\n").slice(0, 2000),
    );
    return [
      ...(ours === undefined ? [] : [`${name}=${ours}`]),
      ...(theirs === undefined || theirs === ours
        ? []
        : [`${name}=${theirs}    (the project's shell)`]),
    ];
  });
}

/** The home directory has the user's name in it. */
function withoutHome(text: string, home: string): string {
  return home.length < 3
    ? text
    : text.replaceAll(new RegExp(`${escaped(home)}(?![\\w.-])`, "g"), "~");
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

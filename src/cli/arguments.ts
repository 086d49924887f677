/** What the command line says: argv parsed once, into narrow types. */
import { parseArgs } from "node:util";
import { AiRulesError } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";

export type GlobalFlags = {
  readonly cwd?: string;
  readonly shell?: string;
  readonly noColor: boolean;
  readonly debug: boolean;
};

export type Invocation =
  | { readonly type: "tui"; readonly flags: GlobalFlags; readonly implicit: boolean }
  | { readonly type: "help" }
  | { readonly type: "version" };

export const commands = ["tui", "help"] as const;

const options = {
  cwd: { type: "string" },
  shell: { type: "string" },
  "no-color": { type: "boolean" },
  debug: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** Parses the arguments after the program's name. Throws AiRulesError `usage/...`. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const { values, positionals } = parsed(argv);
  if (values.version) return { type: "version" };
  if (values.help) return { type: "help" };
  const [command, ...rest] = positionals;
  if (command === "help") return { type: "help" };
  if (command !== undefined && command !== "tui") throw unknownCommand(command);
  if (rest[0] !== undefined) throw unexpected(rest[0]);
  const flags: GlobalFlags = {
    noColor: values["no-color"] ?? false,
    debug: values.debug ?? false,
    ...(values.cwd === undefined ? {} : { cwd: values.cwd }),
    ...(values.shell === undefined ? {} : { shell: values.shell }),
  };
  return { type: "tui", flags, implicit: command === undefined };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw badFlag(error instanceof Error ? error.message : String(error));
  }
}

function badFlag(message: string): AiRulesError {
  const flag = /'(--?[\w-]+)/.exec(message)?.[1];
  const known = Object.keys(options).map((name) => `--${name}`);
  const near = flag && !known.includes(flag) ? nearestName(flag, known) : undefined;
  const said = flag && !known.includes(flag) ? `there is no option ${flag}` : message;
  return usage("usage/option", said, near ? `did you mean ${near}?` : `run \`ai-rules help\``);
}

function unknownCommand(command: string): AiRulesError {
  const near = nearestName(command, commands);
  const remedy = near ? `did you mean \`ai-rules ${near}\`?` : "run `ai-rules help`";
  return usage("usage/command", `there is no command ${command}`, remedy);
}

function unexpected(argument: string): AiRulesError {
  return usage("usage/argument", `unexpected argument ${argument}`, "run `ai-rules help`");
}

function usage(code: `usage/${string}`, message: string, remedy: string): AiRulesError {
  return new AiRulesError({ code, message, remedy });
}

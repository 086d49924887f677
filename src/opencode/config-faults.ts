/** Configuration files of OpenCode that cannot be read: it does not start with them, and nor does a mode. */
import { join } from "node:path";
import { type ParseError, parse, printParseErrorCode } from "jsonc-parser";
import type { Problem } from "../core/error.ts";
import { agentModes } from "../core/mode.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { configFiles, configPlaces } from "./user-config.ts";

export type ConfigPlace = {
  readonly root: string;
  /** The environment that the panes get. */
  readonly environment: Variables;
};

/** The files that there are, and what is wrong with them. */
export type ConfigFiles = {
  readonly found: readonly string[];
  readonly problems: readonly Problem[];
};

/** Reads all files of OpenCode's configuration, those of the modes and of its keys included. */
export async function readConfigFaults(
  ports: Pick<Ports, "files" | "host">,
  { root, environment }: ConfigPlace,
): Promise<ConfigFiles> {
  const places = await configPlaces(ports, root, environment);
  const { OPENCODE_CONFIG: own, OPENCODE_TUI_CONFIG: ownKeys } = environment;
  const paths = [
    ...configFiles(places, own),
    ...agentModes.map((mode) => join(root, ".opencode", `opencode.${mode}.json`)),
    ...[...places.folders, ...places.roots].flatMap((folder) =>
      ["tui.json", "tui.jsonc"].map((name) => join(folder, name)),
    ),
    ...(ownKeys ? [ownKeys] : []),
  ];
  const read = await Promise.all(
    paths.map(async (path) => ({ path, text: await textOf(ports, path) })),
  );
  const there = read.filter(
    (each): each is { path: string; text: string } => each.text !== undefined,
  );
  const missing = read.filter(
    ({ path, text }) => text === undefined && (path === own || path === ownKeys),
  );
  const content = environment["OPENCODE_CONFIG_CONTENT"];
  return {
    found: there.map(({ path }) => path),
    problems: [
      ...there.flatMap(({ path, text }) => syntaxProblem(text, path) ?? []),
      ...missing.map(({ path }) => missingFile(path, path === own)),
      ...(content ? (contentProblem(content) ?? []) : []),
    ],
  };
}

async function textOf({ files }: Pick<Ports, "files">, path: string): Promise<string | undefined> {
  return files.readText(path).catch(() => undefined);
}

function firstError(text: string): ParseError | undefined {
  const errors: ParseError[] = [];
  // An empty file counts as none.
  if (text.trim() === "") return undefined;
  parse(text, errors, { allowTrailingComma: true });
  return errors[0];
}

function syntaxProblem(text: string, file: string): Problem | undefined {
  const error = firstError(text);
  if (!error) return undefined;
  const before = text.slice(0, error.offset).split("\n");
  return {
    code: "opencode/config-syntax",
    message: `no valid JSON: ${words(error)}`,
    remedy: "correct it there; `opencode debug config` says whether it is right",
    position: { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
  };
}

function contentProblem(text: string): readonly Problem[] | undefined {
  const error = firstError(text);
  return (
    error && [
      {
        code: "opencode/config-syntax",
        message: `the variable OPENCODE_CONFIG_CONTENT is no valid JSON: ${words(error)}`,
        remedy: "correct it where it is set, or run `unset OPENCODE_CONFIG_CONTENT`",
      },
    ]
  );
}

function missingFile(path: string, isConfig: boolean): Problem {
  const name = isConfig ? "OPENCODE_CONFIG" : "OPENCODE_TUI_CONFIG";
  return {
    code: "opencode/config-missing",
    message: `${name} names ${path}, which cannot be read: OpenCode goes on without it`,
    remedy: `correct it where it is set, or run \`unset ${name}\``,
  };
}

/** "PropertyNameExpected" as words. */
function words({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/gu, " ")
    .toLowerCase();
}

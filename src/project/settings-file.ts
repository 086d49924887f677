/**
 * Reads the text of one settings file: all that is wrong with it at once, each with its place, and
 * what is left when the wrong parts are taken out.
 */
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import type { z } from "zod";
import type { FilePosition, Problem } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";
import { printable } from "../core/text.ts";
import { type FileSettings, settingsSchema } from "./settings-schema.ts";

export type ParsedSettings = {
  readonly settings: FileSettings;
  readonly warnings: readonly Problem[];
  readonly errors: readonly Problem[];
};

type Source = { readonly file: string; readonly text: string };
type Path = readonly (string | number)[];

/** Parses JSON with comments and trailing commas. */
export function parseSettings(source: Source): ParsedSettings {
  const syntax: ParseError[] = [];
  const tree = parseTree(source.text, syntax, {
    allowTrailingComma: true,
    allowEmptyContent: true,
  });
  const value: unknown = tree ? getNodeValue(tree) : {};
  const { settings, issues } = keepWhatIsGood(value);
  const found = issues
    .flatMap((issue) => describe(issue, { source, tree, value }))
    .sort((a, b) => placeOf(a) - placeOf(b));
  return {
    settings,
    warnings: found.filter(({ code }) => code === "settings/unknown-key"),
    errors: [
      ...syntaxProblems(syntax, source),
      ...found.filter(({ code }) => code !== "settings/unknown-key"),
    ],
  };
}

/** Takes out what the schema refuses until the rest passes; a rule may look only at what is left. */
function keepWhatIsGood(value: unknown): {
  readonly settings: FileSettings;
  readonly issues: readonly z.core.$ZodIssue[];
} {
  const copy: unknown = structuredClone(value);
  const issues: z.core.$ZodIssue[] = [];
  for (;;) {
    const result = settingsSchema.safeParse(copy);
    if (result.success) return { settings: result.data, issues };
    issues.push(...result.error.issues);
    const taken = result.error.issues.map((issue) => takeOut(copy, issue));
    if (!taken.some(Boolean)) return { settings: {}, issues };
  }
}

/** Deletes the refused value; false when there is nothing to delete, as with a root of another type. */
function takeOut(root: unknown, issue: z.core.$ZodIssue): boolean {
  const paths: readonly Path[] =
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => [...pathOf(issue), key])
      : [pathOf(issue)];
  return paths.map((path) => deleteAt(root, path)).some(Boolean);
}

function deleteAt(root: unknown, path: Path): boolean {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined || typeof parent !== "object" || parent === null) return false;
  // An item cannot be taken out of a command or a list of chords: the whole list goes.
  if (Array.isArray(parent)) return deleteAt(root, path.slice(0, -1));
  return key in parent && Reflect.deleteProperty(parent, key);
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    root,
  );
}

function pathOf(issue: z.core.$ZodIssue): Path {
  return issue.path.map((part) => (typeof part === "number" ? part : String(part)));
}

type Context = {
  readonly source: Source;
  readonly tree: Node | undefined;
  readonly value: unknown;
};

function describe(issue: z.core.$ZodIssue, context: Context): readonly Problem[] {
  const path = pathOf(issue);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => unknownKey([...path, key], context));
  const offset = context.tree ? (findNodeAtLocation(context.tree, [...path])?.offset ?? 0) : 0;
  const name = path.length > 0 ? path.join(".") : "the file";
  return [
    {
      code: "settings/invalid-value",
      message: `${name}: ${expectation(issue)}, got ${shown(path, context.value)}`,
      remedy: `change ${name}; until then it counts as not set`,
      position: positionAt(context.source, offset),
    },
  ];
}

function shown(path: Path, root: unknown): string {
  const value = valueAt(root, path);
  // Variables may hold a secret, and a token is easily put where the name of its variable belongs.
  if (path.includes("env") || path.includes("apiKeyVariable"))
    return typeof value === "string" ? "another text" : `another ${typeof value}`;
  return printable(JSON.stringify(value) ?? "nothing").slice(0, 60);
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${typeNames[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_big":
      return `expected at most ${String(issue.maximum)}`;
    case "too_small":
      return issue.origin === "int" || issue.origin === "number"
        ? `expected at least ${String(issue.minimum)}`
        : issue.message;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: "an object",
  record: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
};

function unknownKey(path: Path, { source, tree }: Context): Problem {
  const typed = String(path.at(-1));
  const known = knownKeys(path.slice(0, -1));
  const near = nearestName(typed, known);
  // The value's node hangs below a property node, which begins with the key.
  const node = tree && findNodeAtLocation(tree, [...path]);
  return {
    code: "settings/unknown-key",
    message: `${printable(path.join("."))} is not a setting${near ? `; did you mean ${near}?` : ""}`,
    remedy: near ? `rename it to ${near}` : `remove it; known here: ${known.join(", ")}`,
    position: positionAt(source, node?.parent?.offset ?? 0),
  };
}

/** The keys of the schema's object at a path. */
function knownKeys(path: Path): readonly string[] {
  let schema: unknown = settingsSchema;
  for (const key of path) schema = recordValueOf(schema) ?? shapeOf(schema)[String(key)];
  return Object.keys(shapeOf(schema)).filter((key) => key !== "$schema");
}

/** The schema of all values of a record, whose keys are free; undefined for anything else. */
function recordValueOf(schema: unknown): unknown {
  if (typeof schema !== "object" || schema === null) return undefined;
  if ("valueType" in schema) return schema.valueType;
  return "unwrap" in schema && typeof schema.unwrap === "function"
    ? recordValueOf(schema.unwrap())
    : undefined;
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> {
  if (typeof schema !== "object" || schema === null) return {};
  if ("shape" in schema) return { ...Object(schema.shape) };
  return "unwrap" in schema && typeof schema.unwrap === "function" ? shapeOf(schema.unwrap()) : {};
}

/** One a line: the parser goes on after a mistake and then stumbles over what is left of it. */
function syntaxProblems(errors: readonly ParseError[], source: Source): readonly Problem[] {
  const problems = errors.map((error) => syntaxProblem(error, source));
  return problems.filter(
    (problem, index) => problem.position?.line !== problems[index - 1]?.position?.line,
  );
}

function syntaxProblem({ error, offset }: ParseError, source: Source): Problem {
  // "CommaExpected" becomes "comma expected".
  const words = printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
  return {
    code: "settings/syntax",
    message: `not valid JSON: ${words}`,
    remedy: "correct it; comments and trailing commas are allowed",
    position: positionAt(source, offset),
  };
}

/** Orders problems of one file by line, then column. */
function placeOf({ position }: Problem): number {
  return (position?.line ?? 0) * 1e6 + (position?.column ?? 0);
}

function positionAt({ file, text }: Source, offset: number): FilePosition {
  const before = text.slice(0, offset).split("\n");
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

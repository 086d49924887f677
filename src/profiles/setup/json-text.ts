/** The text of a JSON file with comments, read as a tree, and values written as it writes them. */
import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
} from "jsonc-parser";
import { isObject, type JsonObject } from "../../core/json.ts";
import { lineEndOf } from "./line-ends.ts";

export type JsonText = {
  readonly text: string;
  readonly root: Node;
  readonly value: JsonObject;
  readonly style: JsonStyle;
};

export type JsonStyle = {
  /** One step of indentation. */
  readonly indent: string;
  readonly end: string;
};

/** Reads a text; undefined when it is no JSON, also with comments and trailing commas, or no object. */
export function readJson(text: string): JsonText | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (!root || errors.length > 0) return undefined;
  const value: unknown = getNodeValue(root);
  return isObject(value) ? { text, root, value, style: styleOf(text, root) } : undefined;
}

function styleOf(text: string, root: Node): JsonStyle {
  const [first] = root.children ?? [];
  const own = first && indentationAt(text, first.offset);
  return { indent: own || "  ", end: lineEndOf(text) ?? "\n" };
}

/** What stands before a place in its line, if that is nothing but space. */
export function indentationAt(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(start, offset);
  return start > 0 && /^[ \t]*$/.test(before) ? before : undefined;
}

/** A value over several lines, for a place with that margin; the first line has none. */
export function writtenValue(value: unknown, margin: string, { indent, end }: JsonStyle): string {
  return JSON.stringify(value, null, indent).replaceAll("\n", `${end}${margin}`);
}

/** A value as another text has it, comments and all, written as it is done here. */
export function copiedValue(
  source: JsonText,
  path: readonly string[],
  { margin, style }: { readonly margin: string; readonly style: JsonStyle },
): string | undefined {
  const node = findNodeAtLocation(source.root, [...path]);
  if (!node) return undefined;
  const own = /^[ \t]*/.exec(lineBefore(source.text, node.offset))?.[0] ?? "";
  const [first = "", ...rest] = source.text
    .slice(node.offset, node.offset + node.length)
    .split(/\r?\n/);
  const lines = rest.map((line) => {
    const inner = line.startsWith(own) ? line.slice(own.length) : line;
    const steps = inner.replace(new RegExp(`^(?:${source.style.indent})+`), (spaces) =>
      style.indent.repeat(spaces.length / source.style.indent.length),
    );
    return `${margin}${steps}`.trimEnd();
  });
  return [first, ...lines].join(style.end);
}

/** The part of a line that stands before a place in it. */
export function lineBefore(text: string, offset: number): string {
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
}

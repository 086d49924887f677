/** Nix source to a tree, by the grammar of Nix 2 (the manual, "Language"), also of its pipes. */
import {
  expect,
  expectKind,
  isKind,
  isName,
  isNext,
  lastEnd,
  type NixMistake,
  peek,
  type Reader,
  Stop,
  startsSimple,
  take,
  unexpected,
} from "./nix-reader.ts";
import type {
  NixAttribute,
  NixBinding,
  NixExpression,
  NixFormal,
  NixFormals,
  NixLambda,
  NixName,
  NixSet,
} from "./nix-syntax.ts";
import { type NixToken, nixTokens } from "./nix-tokens.ts";

export type NixTree =
  | { readonly ok: true; readonly root: NixExpression }
  | { readonly ok: false; readonly mistake: NixMistake };

/** Reads a Nix expression, the whole text of a file. */
export function parseNix(text: string): NixTree {
  const { tokens, unclosed } = nixTokens(text);
  if (unclosed !== undefined) {
    return { ok: false, mistake: { at: unclosed.at, message: `this ${unclosed.what} never ends` } };
  }
  const bracket = bracketMistake(tokens);
  if (bracket !== undefined) return { ok: false, mistake: bracket };
  const reader: Reader = { tokens: tokens.filter(isMeant), at: 0, end: text.length };
  try {
    const root = readExpression(reader);
    if (peek(reader) !== undefined) throw unexpected(reader, "the end");
    return { ok: true, root };
  } catch (error) {
    if (error instanceof Stop) return { ok: false, mistake: error.mistake };
    throw error;
  }
}

function isMeant({ kind }: NixToken): boolean {
  return kind !== "space" && kind !== "comment";
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "${": "}" };

/** A bracket without its partner says more than the word at which the grammar ends. */
function bracketMistake(tokens: readonly NixToken[]): NixMistake | undefined {
  const open: NixToken[] = [];
  for (const token of tokens) {
    const isBracket = token.kind === "symbol" || token.kind.startsWith("interpolation");
    if (!isBracket) continue;
    if (token.text in closing) open.push(token);
    else if (/^[)\]}]$/u.test(token.text)) {
      const opener = open.pop();
      if (opener === undefined)
        return { at: token.start, message: `nothing is open that this ${token.text} could close` };
      if (closing[opener.text] !== token.text)
        return { at: opener.start, message: `this ${opener.text} is never closed` };
    }
  }
  const last = open.at(-1);
  return last && { at: last.start, message: `this ${last.text} is never closed` };
}

function readExpression(reader: Reader): NixExpression {
  const start = peek(reader)?.start ?? reader.end;
  if (isNext(reader, "let") && !isNext(reader, "{", 1)) {
    reader.at++;
    const list = readBindings(reader, "in");
    expect(reader, "in");
    const body = readExpression(reader);
    return { type: "let", start, end: body.end, bindings: list, body };
  }
  if (isNext(reader, "with") || isNext(reader, "assert")) {
    const word = take(reader, "an expression").text;
    const first = readExpression(reader);
    expect(reader, ";");
    const body = readExpression(reader);
    return word === "with"
      ? { type: "with", start, end: body.end, scope: first, body }
      : { type: "assert", start, end: body.end, condition: first, body };
  }
  if (isNext(reader, "if")) return readIf(reader, start);
  return readLambda(reader, start) ?? readOperation(reader, 0);
}

function readIf(reader: Reader, start: number): NixExpression {
  expect(reader, "if");
  const test = readExpression(reader);
  expect(reader, "then");
  const whenTrue = readExpression(reader);
  expect(reader, "else");
  const whenFalse = readExpression(reader);
  return { type: "if", start, end: whenFalse.end, condition: test, whenTrue, whenFalse };
}

function readLambda(reader: Reader, start: number): NixLambda | undefined {
  let name: NixName | undefined;
  let list: NixFormals | undefined;
  if (isName(reader) && (isNext(reader, ":", 1) || isNext(reader, "@", 1))) {
    name = readName(reader);
    if (isNext(reader, "@")) {
      reader.at++;
      list = readFormals(reader);
    }
  } else if (startsFormals(reader)) {
    list = readFormals(reader);
    if (isNext(reader, "@")) {
      reader.at++;
      name = readName(reader);
    }
  } else return undefined;
  expect(reader, ":");
  const body = readExpression(reader);
  return {
    type: "lambda",
    start,
    end: body.end,
    ...(name && { name }),
    ...(list && { formals: list }),
    body,
  };
}

/** Whether the `{` that follows opens arguments, and not a set. */
function startsFormals(reader: Reader): boolean {
  if (!isNext(reader, "{")) return false;
  if (isNext(reader, "...", 1)) return true;
  const after = isNext(reader, "}", 1) ? 2 : 3;
  if (after === 3 && !isName(reader, 1)) return false;
  if (after === 3 && (isNext(reader, ",", 2) || isNext(reader, "?", 2))) return true;
  if (after === 3 && !isNext(reader, "}", 2)) return false;
  return isNext(reader, ":", after) || isNext(reader, "@", after);
}

function readFormals(reader: Reader): NixFormals {
  const { start } = expect(reader, "{");
  const names: NixFormal[] = [];
  let ellipsis: NixToken | undefined;
  while (!isNext(reader, "}")) {
    if (isNext(reader, "...")) {
      ellipsis = take(reader, "...");
      break;
    }
    const name = readName(reader);
    const fallback = isNext(reader, "?") ? readDefault(reader) : undefined;
    names.push({
      start: name.start,
      end: fallback?.end ?? name.end,
      name: name.name,
      ...(fallback && { fallback }),
    });
    if (!isNext(reader, "}")) expect(reader, ",");
  }
  const { end } = expect(reader, "}");
  return { start, end, names, ...(ellipsis && { ellipsis }) };
}

function readDefault(reader: Reader): NixExpression {
  expect(reader, "?");
  return readExpression(reader);
}

function readName(reader: Reader): NixName {
  if (!isName(reader)) throw unexpected(reader, "a name");
  const { start, end, text } = take(reader, "a name");
  return { type: "name", start, end, name: text };
}

/** How tightly an operator binds, and on which side operators of its kind gather. */
const binary: Readonly<Record<string, { readonly level: number; readonly right?: true }>> = {
  "|>": { level: 1 },
  "<|": { level: 1, right: true },
  "->": { level: 2, right: true },
  "||": { level: 3 },
  "&&": { level: 4 },
  "==": { level: 5 },
  "!=": { level: 5 },
  "<": { level: 6 },
  ">": { level: 6 },
  "<=": { level: 6 },
  ">=": { level: 6 },
  "//": { level: 7, right: true },
  "+": { level: 9 },
  "-": { level: 9 },
  "*": { level: 10 },
  "/": { level: 10 },
  "++": { level: 11, right: true },
  "?": { level: 12 },
};
const prefix: Readonly<Record<string, number>> = { "!": 8, "-": 13 };

function readOperation(reader: Reader, least: number): NixExpression {
  let left = readPrefixed(reader);
  for (;;) {
    const token = peek(reader);
    const operator = token?.kind === "symbol" ? binary[token.text] : undefined;
    if (token === undefined || operator === undefined || operator.level < least) return left;
    reader.at++;
    const level = operator.right === true ? operator.level : operator.level + 1;
    const operands =
      token.text === "?" ? [left, ...readAsked(reader)] : [left, readOperation(reader, level)];
    left = {
      type: "operation",
      start: left.start,
      end: lastEnd(reader),
      operator: token.text,
      at: token.start,
      operands,
    };
  }
}

/** What is computed in the path after `?`; the names themselves matter to nobody. */
function readAsked(reader: Reader): readonly NixExpression[] {
  return readAttributePath(reader).flatMap(({ computed }) =>
    computed === undefined ? [] : [computed],
  );
}

function readPrefixed(reader: Reader): NixExpression {
  const token = peek(reader);
  const level = token?.kind === "symbol" ? prefix[token.text] : undefined;
  if (token === undefined || level === undefined) return readApplication(reader);
  reader.at++;
  const operand = readOperation(reader, level);
  const { start, text: operator } = token;
  return { type: "operation", start, end: operand.end, operator, at: start, operands: [operand] };
}

function readApplication(reader: Reader): NixExpression {
  let left = readSelection(reader);
  while (startsSimple(reader)) {
    const argument = readSelection(reader);
    left = { type: "apply", start: left.start, end: argument.end, function: left, argument };
  }
  return left;
}

function readSelection(reader: Reader): NixExpression {
  const from = readSimple(reader);
  if (!isNext(reader, ".")) return from;
  reader.at++;
  const path = readAttributePath(reader);
  const fallback = isNext(reader, "or") ? readFallback(reader) : undefined;
  const { start } = from;
  return {
    type: "select",
    start,
    end: lastEnd(reader),
    from,
    path,
    ...(fallback && { fallback }),
  };
}

function readFallback(reader: Reader): NixExpression {
  expect(reader, "or");
  return readSelection(reader);
}

function readAttributePath(reader: Reader): readonly NixAttribute[] {
  const path = [readAttribute(reader)];
  while (isNext(reader, ".")) {
    reader.at++;
    path.push(readAttribute(reader));
  }
  return path;
}

function readAttribute(reader: Reader): NixAttribute {
  if (isName(reader)) {
    const { start, end, name } = readName(reader);
    return { start, end, name };
  }
  if (isKind(reader, "string-open")) {
    const string = readString(reader);
    const { start, end, plain, indented } = string;
    return plain !== undefined && !indented
      ? { start, end, name: plain }
      : { start, end, computed: string };
  }
  if (!isKind(reader, "interpolation-open")) throw unexpected(reader, "the name of an attribute");
  const start = peek(reader)?.start ?? reader.end;
  const computed = readInterpolation(reader);
  return { start, end: lastEnd(reader), computed };
}

function readInterpolation(reader: Reader): NixExpression {
  expectKind(reader, "interpolation-open", "${");
  const inner = readExpression(reader);
  expectKind(reader, "interpolation-close", "}");
  return inner;
}

function readSimple(reader: Reader): NixExpression {
  const token = peek(reader);
  if (token === undefined) throw unexpected(reader, "an expression");
  if (token.kind === "string-open") return readString(reader);
  if (token.kind === "path") return readPath(reader);
  if (token.kind === "number" || token.kind === "uri") {
    const { start, end, text } = take(reader, "a literal");
    return { type: "literal", start, end, text, interpolated: [] };
  }
  if (isNext(reader, "(")) return readParens(reader);
  if (isNext(reader, "[")) return readList(reader);
  if (isNext(reader, "{") || isNext(reader, "rec")) return readSet(reader);
  if (isNext(reader, "let") && isNext(reader, "{", 1)) return readOldLet(reader);
  if (isName(reader)) return readName(reader);
  throw unexpected(reader, "an expression");
}

function readParens(reader: Reader): NixExpression {
  const { start } = expect(reader, "(");
  const inner = readExpression(reader);
  const { end } = expect(reader, ")");
  return { type: "parens", start, end, inner };
}

function readList(reader: Reader): NixExpression {
  const { start } = expect(reader, "[");
  const items: NixExpression[] = [];
  while (!isNext(reader, "]")) items.push(readSelection(reader));
  const { end } = expect(reader, "]");
  return { type: "list", start, end, items };
}

function readSet(reader: Reader): NixSet {
  const start = peek(reader)?.start ?? reader.end;
  const recursive = isNext(reader, "rec");
  if (recursive) reader.at++;
  const open = expect(reader, "{").start;
  const found = readBindings(reader, "}");
  const { end } = expect(reader, "}");
  return { type: "set", start, end, recursive, open, bindings: found };
}

/** `let { body = ...; }`, which Nix still reads, is a set that refers to itself. */
function readOldLet(reader: Reader): NixExpression {
  const { start } = expect(reader, "let");
  return { ...readSet(reader), start, recursive: true };
}

function readBindings(reader: Reader, until: string): readonly NixBinding[] {
  const found: NixBinding[] = [];
  while (!isNext(reader, until)) found.push(readBinding(reader));
  return found;
}

function readBinding(reader: Reader): NixBinding {
  const start = peek(reader)?.start ?? reader.end;
  if (isNext(reader, "inherit")) return readInherit(reader, start);
  const name = readAttributePath(reader);
  expect(reader, "=");
  const value = readExpression(reader);
  const { end } = expect(reader, ";");
  return { type: "value", start, end, path: name, value };
}

function readInherit(reader: Reader, start: number): NixBinding {
  expect(reader, "inherit");
  const from = isNext(reader, "(") ? readParens(reader) : undefined;
  const names: NixAttribute[] = [];
  while (!isNext(reader, ";")) names.push(readAttribute(reader));
  const { end } = expect(reader, ";");
  const values = from === undefined ? names.flatMap(nameOf) : [];
  return { type: "inherit", start, end, ...(from && { from }), names, values };
}

function nameOf({ name, start, end }: NixAttribute): readonly NixName[] {
  return name === undefined ? [] : [{ type: "name", name, start, end }];
}

function readString(reader: Reader): NixExpression & { readonly type: "string" } {
  const open = expectKind(reader, "string-open", "a string");
  const interpolated: NixExpression[] = [];
  let text = "";
  while (!isKind(reader, "string-close")) {
    if (isKind(reader, "interpolation-open")) interpolated.push(readInterpolation(reader));
    else text += expectKind(reader, "string-text", "the end of the string").text;
  }
  const { end } = expectKind(reader, "string-close", "the end of the string");
  return {
    type: "string",
    start: open.start,
    end,
    indented: open.text !== '"',
    ...(interpolated.length === 0 && { plain: text }),
    interpolated,
  };
}

/** A path, and what is interpolated in it without a space between. */
function readPath(reader: Reader): NixExpression {
  const { start, text } = expectKind(reader, "path", "a path");
  const interpolated: NixExpression[] = [];
  const adjoins = () => peek(reader)?.start === lastEnd(reader);
  for (;;) {
    if (isKind(reader, "interpolation-open") && adjoins())
      interpolated.push(readInterpolation(reader));
    else if (interpolated.length > 0 && isKind(reader, "path") && adjoins()) reader.at++;
    else return { type: "literal", start, end: lastEnd(reader), text, interpolated };
  }
}

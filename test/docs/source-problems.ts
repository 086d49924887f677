/**
 * Reads the problems that the source can report, as far as they stand there in words: each has a
 * code, a message and a remedy side by side, the latter two as literals. What is filled in when it
 * happens becomes "…".
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type SourceProblem = {
  readonly code: string;
  /** Undefined when the source makes it of other parts. */
  readonly message: string | undefined;
  readonly remedy: string | undefined;
};

/** All problems written out below a directory of source. */
export function sourceProblems(directory: string): readonly SourceProblem[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .flatMap(problemsIn);
}

const codePattern = /\bcode: "([a-z]+\/[a-z-]+)"/g;

/** The problems in the text of one source file. */
export function problemsIn(text: string): readonly SourceProblem[] {
  return [...text.matchAll(codePattern)].map((match) => {
    const around = declarationAround(text, match.index);
    const read = (name: string) => valueOf(name, { ...around, at: match.index - around.start });
    return {
      code: match[1] ?? "",
      message: read("message") ?? read("found"),
      remedy: read("remedy"),
    };
  });
}

type Declaration = { readonly text: string; readonly start: number };

/** The top-level declaration that holds a place: between two closing brackets in the first column. */
function declarationAround(text: string, at: number): Declaration {
  const before = [...text.slice(0, at).matchAll(/^[}\])].*\n/gm)].at(-1);
  const start = before ? before.index + before[0].length : 0;
  const after = /^[}\])]/m.exec(text.slice(at));
  return { text: text.slice(start, after ? at + after.index : undefined), start };
}

type Place = Declaration & { readonly at: number };

/** The words of a field: the first after the code, else the last constant of that name before it. */
function valueOf(name: string, { text, at }: Place): string | undefined {
  const field = new RegExp(`\\b${name}:`, "g");
  const constant = new RegExp(`\\bconst ${name} =`, "g");
  const after = [...text.matchAll(field)].find(({ index }) => index > at);
  const before = [...text.slice(0, at).matchAll(constant)].at(-1);
  // `code, message, remedy:` takes the message from a constant above.
  const short = new RegExp(`^[^}]*?\\b${name}[,\\s]*[}\\n,]`).test(text.slice(at));
  const found = before && short && !isNear(after, at, text) ? before : after;
  if (!found) return undefined;
  return wordsOf(expressionAt(text, found.index + found[0].length));
}

/** Whether a field stands in the same object, before it closes. */
function isNear(field: RegExpExecArray | undefined, at: number, text: string): boolean {
  return field !== undefined && !/\n\s*\}/.test(text.slice(at, field.index));
}

/** A JavaScript expression up to its comma, semicolon or closing bracket. */
function expressionAt(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (/["'`]/.test(char)) at = literalEnd(text, at);
    else if (/[([{]/.test(char)) depth++;
    else if (/[,;)\]}]/.test(char)) {
      if (depth === 0) return text.slice(from, at);
      if (!/[,;]/.test(char)) depth--;
    }
  }
  return text.slice(from);
}

/** The index of the quote that ends a literal; what a template fills in may hold literals again. */
function literalEnd(text: string, from: number): number {
  const quote = text.charAt(from);
  for (let at = from + 1; at < text.length; at++) {
    if (text.charAt(at) === "\\") at++;
    else if (text.charAt(at) === quote) return at;
    else if (quote === "`" && text.startsWith("${", at)) at = filledEnd(text, at);
  }
  return text.length;
}

function filledEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (/["'`]/.test(char)) at = literalEnd(text, at);
    else if (char === "{") depth++;
    else if (char === "}" && --depth === 0) return at;
  }
  return text.length;
}

/** The literals of an expression; those of a choice are parted by "or". */
function wordsOf(expression: string): string | undefined {
  const literals: string[] = [];
  for (let at = 0; at < expression.length; at++) {
    if (!/["'`]/.test(expression.charAt(at))) continue;
    const end = literalEnd(expression, at);
    literals.push(plainText(expression.slice(at, end + 1)));
    at = end;
  }
  return literals.length > 0 ? literals.join(" *or* ") : undefined;
}

function plainText(literal: string): string {
  const inner = literal.slice(1, -1);
  if (!literal.startsWith("`")) return inner.replace(/\\(.)/g, "$1");
  let text = "";
  for (let at = 0; at < inner.length; at++) {
    if (inner.startsWith("${", at)) {
      text += "…";
      at = filledEnd(inner, at);
    } else text += inner.charAt(at) === "\\" ? inner.charAt(++at) : inner.charAt(at);
  }
  return text;
}

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
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .flatMap(problemsIn);
}

const codePattern = /\bcode:[^,;{}\n]*?"([a-z]+\/[a-z0-9-]+)"/g;

/** The problems in the text of one source file. */
export function problemsIn(text: string): readonly SourceProblem[] {
  return [...text.matchAll(codePattern)].flatMap((match) => {
    const around = declarationAround(text, match.index);
    const place = { ...around, at: match.index - around.start, whole: text };
    const code = match[1] ?? "";
    const message = valueOf("message", place) ?? valueOf("found", place);
    const remedy = valueOf("remedy", place);
    if (message !== undefined && remedy !== undefined) return [{ code, message, remedy }];
    const called = argumentsOf(place).map((given) => ({ code, message, remedy, ...given }));
    return called.length > 0 ? called : [{ code, message, remedy }];
  });
}

/** The words of those who call the function that holds a place: `fail("it is bad", "mend it")`. */
function argumentsOf({ text, whole }: Place): readonly Partial<SourceProblem>[] {
  const [, name = "", parameters = ""] =
    /^\s*(?:\/\*.*?\*\/\s*)?function (\w+)\(([^)]*)\)/s.exec(text) ?? [];
  const names = parameters.split(",").map((parameter) => /^\s*(\w*)/.exec(parameter)?.[1] ?? "");
  if (!names.includes("message")) return [];
  return [...whole.matchAll(new RegExp(`(?<!function )\\b${name}\\(`, "g"))].map((call) => {
    const given: Record<string, string | undefined> = {};
    let at = call.index + call[0].length;
    for (const parameter of names) {
      const expression = expressionAt(whole, at);
      if (/^(message|found|remedy)$/.test(parameter)) given[parameter] = wordsOf(expression, whole);
      at += expression.length + 1;
    }
    return given;
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

type Place = Declaration & { readonly at: number; readonly whole: string };

/** The words of a field: the first after the code, else the last constant of that name before it. */
function valueOf(name: string, { text, at, whole }: Place): string | undefined {
  const field = new RegExp(`\\b${name}:`, "g");
  const constant = new RegExp(`\\bconst ${name} =`, "g");
  const after = [...text.matchAll(field)].find(({ index }) => index > at);
  const before = [...text.slice(0, at).matchAll(constant)].at(-1);
  // `code, message, remedy:` takes the message from a constant above.
  const [object = ""] = text.slice(at).split(/\n\s*\}[,;)]*(?=\n|$)/, 1);
  const short = new RegExp(`[\\n{,]\\s*${name}\\s*(?:[,}\\n]|$)`).test(object);
  if (short && !before && !isNear(after, at, text)) return wordsOf(name, whole);
  const found = before && short && !isNear(after, at, text) ? before : after;
  if (!found) return undefined;
  return wordsOf(expressionAt(text, found.index + found[0].length), whole);
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

/**
 * The literals of an expression, or of the constant or the function of the file that it names; those
 * of a choice are parted by "or".
 */
function wordsOf(expression: string, whole: string): string | undefined {
  const [, name = "", isTable] = /^\s*(\w+)(\[[\w.]+\])?\s*$/.exec(expression) ?? [];
  const constant = new RegExp(`^const ${name}\\b[^=]*=${isTable ? " \\{" : ""}`, "m").exec(whole);
  if (name !== "" && constant) {
    const from = constant.index + constant[0].length;
    return literalsOf(
      isTable ? whole.slice(from, whole.indexOf("\n}", from)) : expressionAt(whole, from),
    );
  }
  return literalsOf(expression) ?? literalsOf(returnedBy(expression, whole));
}

/** What the functions return that an expression calls. */
function returnedBy(expression: string, whole: string): string {
  const called = [...expression.matchAll(/(?<![.\w])(\w+)\(/g)].map(([, name = ""]) => name);
  const bodies = called.flatMap((name) => {
    const from = whole.search(new RegExp(`^(?:export )?function ${name}\\(`, "m"));
    return from < 0 ? [] : [whole.slice(from, whole.indexOf("\n}", from))];
  });
  return bodies
    .flatMap((body) =>
      [...body.matchAll(/\breturn\b/g)].map(({ index }) => expressionAt(body, index + 6)),
    )
    .join(", ");
}

/** What a literal is compared with or looked up by is not said. */
const isAsked = /[=!]==$|\.\w+\($|\[$/;

function literalsOf(expression: string): string | undefined {
  const literals: string[] = [];
  for (let at = 0; at < expression.length; at++) {
    if (!/["'`]/.test(expression.charAt(at))) continue;
    const end = literalEnd(expression, at);
    const literal = plainText(expression.slice(at, end + 1));
    if (!isAsked.test(expression.slice(0, at).trimEnd())) literals.push(literal);
    at = end;
  }
  return literals.length > 0 ? [...new Set(literals)].join(" *or* ") : undefined;
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

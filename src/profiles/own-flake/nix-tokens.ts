/**
 * Nix source as tokens. They cover the text from the first character to the last, so what is put
 * between two of them leaves everything else as a person wrote it. The rules are those of Nix's own
 * lexer: what looks like a path or an address is one, also without quotes.
 */

export type NixTokenKind =
  | "space"
  | "comment"
  | "name"
  | "number"
  | "path"
  | "uri"
  | "symbol"
  | "string-open"
  | "string-text"
  | "string-close"
  | "interpolation-open"
  | "interpolation-close"
  | "unknown";

export type NixToken = {
  readonly kind: NixTokenKind;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

/** What was opened and never closed, and where it was opened. */
export type Unclosed = { readonly what: string; readonly at: number };

export type NixTokens = {
  readonly tokens: readonly NixToken[];
  readonly unclosed?: Unclosed;
};

type Frame =
  | { readonly in: "code"; readonly at: number; braces: number }
  | { readonly in: "quoted" | "indented" | "path"; readonly at: number };

type Rule = { readonly kind: NixTokenKind; readonly pattern: RegExp };

/** Of these the longest match wins, of equally long ones the first. */
const words: readonly Rule[] = [
  { kind: "name", pattern: /[a-zA-Z_][\w'-]*/uy },
  { kind: "number", pattern: /(?:[1-9]\d*\.\d*|0?\.\d+)(?:[eE][+-]?\d+)?|\d+/uy },
  {
    kind: "path",
    pattern: /(?:~|[\w.+-]*)(?:\/[\w.+-]+)+\/?|[\w.+-]*\/(?=\$\{)|<[\w.+-]+(?:\/[\w.+-]+)*>/uy,
  },
  { kind: "uri", pattern: /[a-zA-Z][a-zA-Z0-9+.-]*:[\w%/?:@&=+$,.!~*'-]+/uy },
];

/** Of these the first match wins. */
const code: readonly Rule[] = [
  { kind: "space", pattern: /\s+/uy },
  { kind: "comment", pattern: /#[^\r\n]*|\/\*(?:[^]*?\*\/|[^]*)/uy },
  { kind: "string-open", pattern: /"|''/uy },
  { kind: "interpolation-open", pattern: /\$\{/uy },
];

const symbol: Rule = {
  kind: "symbol",
  pattern: /\.\.\.|==|!=|<=|>=|&&|\|\||\|>|<\||\+\+|\/\/|->|[-+*/<>!?.,;:@=(){}[\]]/uy,
};

/** Text of strings; `$${` and `\${` of "...", `''${` and `$${` of ''...'' open nothing. */
const stringText = {
  quoted: /(?:[^$"\\]|\$(?![{"\\])[^]|\$(?=["\\])|\\[^])+/uy,
  indented: /(?:[^$']|\$(?![{'])[^]|\$(?=')|'(?!')(?:(?!\$)[^]|(?=\$))|''[$']|''\\[^])+/uy,
  path: /[\w.+/-]+/uy,
};
const stringEnd = { quoted: '"', indented: "''" };

/** Splits the text of a Nix file. */
export function nixTokens(text: string): NixTokens {
  const tokens: NixToken[] = [];
  const stack: Frame[] = [{ in: "code", at: 0, braces: 0 }];
  let at = 0;
  while (at < text.length) {
    const frame = stack.at(-1);
    if (frame === undefined) break;
    const token =
      frame.in === "code" ? codeToken(text, at, frame, stack) : stringToken(text, at, frame);
    if (token === undefined) {
      // A path ends where no character of a path follows.
      stack.pop();
      continue;
    }
    tokens.push(token);
    at = token.end;
    follow(text, token, frame, stack);
  }
  const unclosed = unclosedOf(tokens, stack);
  return { tokens, ...(unclosed && { unclosed }) };
}

function codeToken(text: string, at: number, frame: Frame, stack: readonly Frame[]): NixToken {
  const token = first(text, at, code) ?? longest(text, at, words) ?? first(text, at, [symbol]);
  if (token === undefined)
    return { kind: "unknown", start: at, end: at + 1, text: text.charAt(at) };
  const closes =
    token.text === "}" && frame.in === "code" && frame.braces === 0 && stack.length > 1;
  return closes ? { ...token, kind: "interpolation-close" } : token;
}

function stringToken(
  text: string,
  at: number,
  { in: kind }: Exclude<Frame, { in: "code" }>,
): NixToken | undefined {
  if (text.startsWith("${", at)) return made("interpolation-open", at, "${");
  if (kind !== "path" && text.startsWith(stringEnd[kind], at) && !escapes(text, at, kind))
    return made("string-close", at, stringEnd[kind]);
  const rule = {
    kind: kind === "path" ? "path" : "string-text",
    pattern: stringText[kind],
  } as const;
  const token = first(text, at, [rule]);
  if (token !== undefined || kind === "path") return token;
  return made("string-text", at, text.charAt(at));
}

/** Whether the two quotes at `at` belong to an escape of an indented string. */
function escapes(text: string, at: number, kind: "quoted" | "indented"): boolean {
  return kind === "indented" && /[$'\\]/u.test(text.charAt(at + 2));
}

/** What a token opens or closes. */
function follow(text: string, token: NixToken, frame: Frame, stack: Frame[]): void {
  if (token.kind === "string-open")
    stack.push({ in: token.text === '"' ? "quoted" : "indented", at: token.start });
  else if (token.kind === "interpolation-open")
    stack.push({ in: "code", at: token.start, braces: 0 });
  else if (token.kind === "string-close" || token.kind === "interpolation-close") stack.pop();
  else if (token.kind === "path" && frame.in === "code" && text.startsWith("${", token.end))
    stack.push({ in: "path", at: token.start });
  else if (frame.in === "code" && token.text === "{") frame.braces++;
  else if (frame.in === "code" && token.text === "}" && frame.braces > 0) frame.braces--;
}

function unclosedOf(tokens: readonly NixToken[], stack: readonly Frame[]): Unclosed | undefined {
  const last = tokens.at(-1);
  if (last?.kind === "comment" && last.text.startsWith("/*") && !/^..[^]*\*\/$/u.test(last.text))
    return { what: "/*", at: last.start };
  const open = stack.findLast((frame) => frame.in !== "path");
  if (open === undefined || stack.length === 1) return undefined;
  return { what: open.in === "code" ? "${" : "string", at: open.at };
}

function first(text: string, at: number, rules: readonly Rule[]): NixToken | undefined {
  for (const { kind, pattern } of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found) return made(kind, at, found);
  }
  return undefined;
}

function longest(text: string, at: number, rules: readonly Rule[]): NixToken | undefined {
  let best: NixToken | undefined;
  for (const rule of rules) {
    const token = first(text, at, [rule]);
    if (token !== undefined && token.end > (best?.end ?? at)) best = token;
  }
  return best;
}

function made(kind: NixTokenKind, start: number, text: string): NixToken {
  return { kind, start, end: start + text.length, text };
}

/**
 * Splits Elixir's text into tokens, as far as reading a mix.exs needs it: what stands in a comment,
 * a string, a heredoc or a sigil is not taken for code. It never fails: where a text is broken, what
 * is left of it counts as one string.
 */

export type ElixirToken = {
  /** "key" is a keyword's name (`app:`), "symbol" one sign (`{`), `::` or `~`. */
  readonly type: "word" | "atom" | "key" | "string" | "sigil" | "number" | "symbol";
  /** Without quotes, colons and delimiters; escapes and interpolations stay as they are written. */
  readonly text: string;
};

/** All tokens of a text; comments and white space are left out. */
export function elixirTokens(text: string): readonly ElixirToken[] {
  const tokens: ElixirToken[] = [];
  const scan = { text, depth: 0 };
  for (let at = 0; at < text.length; ) {
    const { token, end } = readToken(scan, at);
    if (token) tokens.push(token);
    at = end;
  }
  return tokens;
}

type Scan = {
  readonly text: string;
  /** How many interpolations are around. */
  readonly depth: number;
};

type Read = { readonly token?: ElixirToken; readonly end: number };

/** Deeper than anybody nests interpolations, and far from what the stack holds. */
const deepest = 50;

const spaceOrComment = /\s+|#[^\n]*/uy;
const word = /[\p{L}_][\p{L}\p{N}_]*[?!]?/uy;
const number = /\p{Nd}[\p{L}\p{N}_]*(?:\.\p{Nd}[\p{L}\p{N}_]*)?/uy;
/** `?a`, `?\n`, `?"`: a code point, whose sign is not a delimiter. */
const codePoint = /\?(?:\\.|\S)/suy;
const quote = /"""|'''|"|'/uy;
const quotedAtom = /:(?=["'])/uy;
const atom = /:([\p{L}_][\p{L}\p{N}_@]*[?!]?)/uy;
const doubleColon = /::/uy;
const sigil = /~(?:(?<lower>[a-z])|[A-Z][A-Z0-9]*)(?<open>"""|'''|["'/|([{<])/uy;
const sigilModifiers = /[a-zA-Z0-9]*/uy;

function readToken(scan: Scan, at: number): Read {
  const space = match(spaceOrComment, scan, at);
  if (space) return { end: at + space[0].length };
  return (
    readQuoted(scan, at) ??
    readSigil(scan, at) ??
    readAtom(scan, at) ??
    readWord(scan, at) ??
    readPlain(scan, at)
  );
}

function match(pattern: RegExp, { text }: Scan, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function readQuoted(scan: Scan, at: number): Read | undefined {
  const open = match(quote, scan, at)?.[0];
  if (open === undefined) return undefined;
  const { text, end } = delimited(scan, at + open.length, { close: open, interpolates: true });
  return isKey(scan, end)
    ? { token: { type: "key", text }, end: end + 1 }
    : { token: { type: "string", text }, end };
}

/** A colon makes a word or a string a keyword's name; `a :: b` is a type. */
function isKey({ text }: Scan, end: number): boolean {
  return text[end] === ":" && text[end + 1] !== ":";
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

function readSigil(scan: Scan, at: number): Read | undefined {
  const found = match(sigil, scan, at);
  const open = found?.groups?.["open"];
  if (!found || open === undefined) return undefined;
  const interpolates = found.groups?.["lower"] !== undefined;
  const close = closing[open] ?? open;
  const { text, end } = delimited(scan, at + found[0].length, { close, interpolates });
  const modifiers = match(sigilModifiers, scan, end)?.[0] ?? "";
  return { token: { type: "sigil", text }, end: end + modifiers.length };
}

function readAtom(scan: Scan, at: number): Read | undefined {
  if (match(doubleColon, scan, at)) return { token: { type: "symbol", text: "::" }, end: at + 2 };
  const plain = match(atom, scan, at);
  if (plain) return { token: { type: "atom", text: plain[1] ?? "" }, end: at + plain[0].length };
  if (!match(quotedAtom, scan, at)) return undefined;
  const close = scan.text[at + 1] ?? "";
  const { text, end } = delimited(scan, at + 2, { close, interpolates: true });
  return { token: { type: "atom", text }, end };
}

function readWord(scan: Scan, at: number): Read | undefined {
  const found = match(word, scan, at)?.[0];
  if (found === undefined) return undefined;
  const end = at + found.length;
  return isKey(scan, end)
    ? { token: { type: "key", text: found }, end: end + 1 }
    : { token: { type: "word", text: found }, end };
}

function readPlain(scan: Scan, at: number): Read {
  const value = match(number, scan, at)?.[0] ?? match(codePoint, scan, at)?.[0];
  if (value !== undefined)
    return { token: { type: "number", text: value }, end: at + value.length };
  return { token: { type: "symbol", text: scan.text[at] ?? "" }, end: at + 1 };
}

type Delimiter = { readonly close: string; readonly interpolates: boolean };

/** The text from `start` to the closing delimiter, and the place after it. */
function delimited(scan: Scan, start: number, { close, interpolates }: Delimiter) {
  const { text } = scan;
  for (let at = start; at < text.length; ) {
    if (text[at] === "\\") at += 2;
    else if (closesAt(scan, at, close))
      return { text: text.slice(start, at), end: text.indexOf(close, at) + close.length };
    else if (interpolates && text.startsWith("#{", at)) at = afterInterpolation(scan, at + 2);
    else at += 1;
  }
  return { text: text.slice(start), end: text.length };
}

const heredocEnds: Readonly<Record<string, RegExp>> = {
  '"""': /\n[ \t]*"""/uy,
  "'''": /\n[ \t]*'''/uy,
};

/** A heredoc is closed by three quotes that are the first on their line. */
function closesAt(scan: Scan, at: number, close: string): boolean {
  const heredocEnd = heredocEnds[close];
  return heredocEnd ? match(heredocEnd, scan, at) !== null : scan.text[at] === close;
}

/** The place after the brace that ends an interpolation: it holds code, with strings of its own. */
function afterInterpolation({ text, depth }: Scan, start: number): number {
  if (depth >= deepest) return start;
  let open = 1;
  for (let at = start; at < text.length; ) {
    const { token, end } = readToken({ text, depth: depth + 1 }, at);
    at = end;
    if (token?.type !== "symbol") continue;
    if (token.text === "{") open += 1;
    if (token.text === "}") open -= 1;
    if (open === 0) return at;
  }
  return text.length;
}

/** A place in the tokens of a Nix file, and the small steps from there. */
import type { NixToken, NixTokenKind } from "./nix-tokens.ts";

/** What cannot be read, and where; `at` counts characters from 0. */
export type NixMistake = { readonly at: number; readonly message: string };

/** Thrown where the grammar cannot go on, and caught by who began to parse. */
export class Stop extends Error {
  readonly mistake: NixMistake;

  constructor(mistake: NixMistake) {
    super(mistake.message);
    this.mistake = mistake;
  }
}

/** Tokens without space and comments, and the one that is read next. */
export type Reader = { readonly tokens: readonly NixToken[]; at: number; readonly end: number };

const keywords = new Set(["assert", "else", "if", "in", "inherit", "let", "rec", "then", "with"]);

/** The token that is read next, or one behind it. */
export function peek(reader: Reader, ahead = 0): NixToken | undefined {
  return reader.tokens[reader.at + ahead];
}

/** Whether the next token is this word or symbol. */
export function isNext(reader: Reader, text: string, ahead = 0): boolean {
  const token = peek(reader, ahead);
  return token?.text === text && (token.kind === "symbol" || token.kind === "name");
}

/** Whether the next token is of a kind. */
export function isKind(reader: Reader, kind: NixTokenKind, ahead = 0): boolean {
  return peek(reader, ahead)?.kind === kind;
}

/** Whether the next token is a name, and no word of the language. */
export function isName(reader: Reader, ahead = 0): boolean {
  const token = peek(reader, ahead);
  return token?.kind === "name" && !keywords.has(token.text);
}

/** Whether an expression that needs no parentheses as an argument begins here. */
export function startsSimple(reader: Reader): boolean {
  const token = peek(reader);
  if (token === undefined) return false;
  if (token.kind === "name") return !keywords.has(token.text) || /^(?:rec|let)$/u.test(token.text);
  if (token.kind === "symbol") return /^[({[]$/u.test(token.text);
  return /^(?:number|path|uri|string-open)$/u.test(token.kind);
}

/** Reads a token, whatever it is. */
export function take(reader: Reader, expected: string): NixToken {
  const token = peek(reader);
  if (token === undefined) throw unexpected(reader, expected);
  reader.at++;
  return token;
}

/** Reads a word or symbol that must be there. */
export function expect(reader: Reader, text: string): NixToken {
  if (!isNext(reader, text)) throw unexpected(reader, text);
  return take(reader, text);
}

/** Reads a token of a kind that must be there. */
export function expectKind(reader: Reader, kind: NixTokenKind, expected: string): NixToken {
  if (!isKind(reader, kind)) throw unexpected(reader, expected);
  return take(reader, expected);
}

/** What to throw before a token that cannot be there. */
export function unexpected(reader: Reader, expected: string): Stop {
  const token = peek(reader);
  const found = token === undefined ? "the end" : token.text.trim().slice(0, 20) || "a string";
  return new Stop({
    at: token?.start ?? reader.end,
    message: `expected ${expected} before ${found}`,
  });
}

/** Where the token that was read last ends. */
export function lastEnd(reader: Reader): number {
  return reader.tokens[reader.at - 1]?.end ?? 0;
}

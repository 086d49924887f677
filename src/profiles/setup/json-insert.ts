/** Adds properties at the end of objects in a JSON text, and leaves every comment where it stands. */
import type { Edit, Node } from "jsonc-parser";
import { indentationAt, type JsonStyle, type JsonText, lineBefore } from "./json-text.ts";

export type NewProperties = {
  readonly object: Node;
  readonly properties: readonly NewProperty[];
};

export type NewProperty = {
  readonly key: string;
  /** Its value as text, for a place with that margin. */
  readonly write: (margin: string) => string;
};

/** The edits that add properties to one object. */
export function insertProperties(
  { text, style }: Pick<JsonText, "text" | "style">,
  { object, properties }: NewProperties,
): Edit[] {
  const margins = marginsOf(text, object, style);
  const added = properties.map(
    ({ key, write }) =>
      `${style.end}${margins.inner}${JSON.stringify(key)}: ${write(margins.inner)}`,
  );
  const last = object.children?.at(-1);
  const closing = object.offset + object.length - 1;
  if (!last) return [intoEmpty(text, object, added.join(","), { style, margins })];
  const { comma, place } = endOfProperty(text, last, closing);
  // A comma at the end stays in fashion.
  const ending = comma === undefined ? "" : ",";
  const words = `${added.join(",")}${ending}`;
  const rest = text.slice(place, closing);
  const tail: Edit = /\n/.test(rest)
    ? { offset: place, length: 0, content: words }
    : { offset: place, length: rest.length, content: `${words}${style.end}${margins.outer}` };
  const head = ownLines(text, object, `${style.end}${margins.inner}`);
  if (comma !== undefined) return [...head, tail];
  const lastEnd = last.offset + last.length;
  if (lastEnd === place) return [...head, { ...tail, content: `,${tail.content}` }];
  return [...head, { offset: lastEnd, length: 0, content: "," }, tail];
}

/** What was in one line with its brackets begins a line of its own. */
function ownLines(text: string, object: Node, lineBreak: string): Edit[] {
  const [first] = object.children ?? [];
  const start = object.offset + 1;
  if (!first || text.slice(start, object.offset + object.length).includes("\n")) return [];
  const gap = text.slice(start, first.offset);
  return gap.trim() === "" ? [{ offset: start, length: gap.length, content: lineBreak }] : [];
}

type Margins = { readonly outer: string; readonly inner: string };

function marginsOf(text: string, object: Node, { indent }: JsonStyle): Margins {
  const outer = /^[ \t]*/.exec(lineBefore(text, object.offset))?.[0] ?? "";
  const [first] = object.children ?? [];
  const own = first && indentationAt(text, first.offset);
  return { outer, inner: own ?? `${outer}${indent}` };
}

/** Between the brackets there is space, or there are comments. */
function intoEmpty(
  text: string,
  object: Node,
  words: string,
  { style, margins }: { readonly style: JsonStyle; readonly margins: Margins },
): Edit {
  const closing = object.offset + object.length - 1;
  const inside = text.slice(object.offset + 1, closing);
  const place = object.offset + 1 + inside.trimEnd().length;
  const content = `${words}${style.end}${margins.outer}`;
  return { offset: place, length: closing - place, content };
}

type PropertyEnd = {
  /** Where the comma behind it is, if it has one. */
  readonly comma: number | undefined;
  /** Behind the property, its comma and the comments in the same line. */
  readonly place: number;
};

function endOfProperty(text: string, property: Node, closing: number): PropertyEnd {
  let comma: number | undefined;
  let place = property.offset + property.length;
  let isSameLine = true;
  betweenTokens.lastIndex = place;
  for (let token = nextToken(text); token && token.start < closing; token = nextToken(text)) {
    if (token.text === ",") {
      comma = token.start;
      [place, isSameLine] = [token.end, true];
    } else if (token.text.endsWith("\n")) isSameLine = false;
    else if (token.text.startsWith("/") && isSameLine) place = token.end;
  }
  return { comma, place };
}

/** All that can stand between a value and the bracket behind it. */
const betweenTokens = /,|\r?\n|[ \t]+|\/\/[^\r\n]*|\/\*[^]*?\*\//y;

function nextToken(text: string) {
  const found = betweenTokens.exec(text);
  return found && { text: found[0], start: found.index, end: betweenTokens.lastIndex };
}

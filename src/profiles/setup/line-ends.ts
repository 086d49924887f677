/** Line ends: texts are compared and merged with "\n", and written with what the file has. */

export type LineEnd = "\n" | "\r\n";

/** What ends the lines of a text; undefined when some lines end in one way and some in the other. */
export function lineEndOf(text: string): LineEnd | undefined {
  const all = text.split("\n").length - 1;
  const windows = text.split("\r\n").length - 1;
  if (windows === 0) return "\n";
  return windows === all ? "\r\n" : undefined;
}

export function withPlainEnds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

export function withLineEnd(text: string, end: LineEnd): string {
  return end === "\n" ? text : text.replaceAll("\n", end);
}

/** Changes of a text, by place. */

/** Replaces what stands from `start` to `end`; nothing stands there when they are equal. */
export type TextEdit = { readonly start: number; readonly end: number; readonly text: string };

/** Applies edits that do not overlap; of two at one place the first comes first. */
export function editedText(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

/** An insertion. */
export function insertion(at: number, text: string): TextEdit {
  return { start: at, end: at, text };
}

/** The spaces or tabs with which the line of a place begins. */
export function indentationAt(text: string, at: number): string {
  return /^[ \t]*/u.exec(text.slice(lineStart(text, at), at))?.[0] ?? "";
}

/** Where the line of a place begins. */
export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** Whether nothing but space stands before a place in its line. */
export function startsLine(text: string, at: number): boolean {
  return /^[ \t]*$/u.test(text.slice(lineStart(text, at), at));
}

/** Where the line of a place ends, when nothing but a comment follows in it. */
export function quietLineEnd(text: string, at: number): number | undefined {
  const rest = /^(?:[ \t]|\/\*(?:(?!\*\/)[^\n])*\*\/)*(?:#[^\r\n]*)?(?=\r?\n|$)/u.exec(
    text.slice(at),
  );
  return rest === null ? undefined : at + rest[0].length;
}

/** How the text ends its lines. */
export function lineEnd(text: string): "\n" | "\r\n" {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** One step of the text's indentation: that of its first indented line. */
export function indentationStep(text: string): string {
  return /\n(\t|[ ]{1,8})(?=\S)/u.exec(text)?.[1] ?? "  ";
}

/** Line and column of a place, both from 1. */
export function lineAndColumn(
  text: string,
  at: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

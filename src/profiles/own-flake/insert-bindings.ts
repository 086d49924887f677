/** New bindings in a set, written as those beside them are. */
import type { NixBinding, NixSet } from "./nix-syntax.ts";
import {
  indentationAt,
  indentationStep,
  insertion,
  lineEnd,
  quietLineEnd,
  type TextEdit,
} from "./text-edits.ts";

/** Puts lines such as `a = 1;` at the end of a set. */
export function insertIntoSet(text: string, set: NixSet, lines: readonly string[]): TextEdit {
  const last = set.bindings.at(-1);
  return last === undefined ? insertIntoEmpty(text, set, lines) : insertAfter(text, last, lines);
}

/** Puts lines after a binding: below it, or in its line where others follow in that. */
export function insertAfter(text: string, binding: NixBinding, lines: readonly string[]): TextEdit {
  const end = quietLineEnd(text, binding.end);
  if (end === undefined) return insertion(binding.end, lines.map((line) => ` ${line}`).join(""));
  const indentation = lineEnd(text) + indentationAt(text, binding.start);
  return insertion(end, lines.map((line) => indentation + line).join(""));
}

function insertIntoEmpty(text: string, { open, end }: NixSet, lines: readonly string[]): TextEdit {
  const inner = text.slice(open + 1, end - 1);
  if (inner.trim() === "" && !inner.includes("\n"))
    return { start: open + 1, end: end - 1, text: ` ${lines.join(" ")} ` };
  const indentation = lineEnd(text) + indentationAt(text, open) + indentationStep(text);
  return insertion(open + 1, lines.map((line) => indentation + line).join(""));
}

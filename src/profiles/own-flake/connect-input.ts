/** ai-rules as an input of a flake: among its inputs, and among what its outputs are given. */
import type { FlakeFile } from "./flake-file.ts";
import { insertAfter, insertIntoSet } from "./insert-bindings.ts";
import type { NixFormals, NixLambda, Span } from "./nix-syntax.ts";
import {
  indentationAt,
  insertion,
  lineEnd,
  quietLineEnd,
  startsLine,
  type TextEdit,
} from "./text-edits.ts";

export type InputReference = {
  readonly edits: readonly TextEdit[];
  /** By what the outputs call it: `ai-rules`, or `inputs.ai-rules`. */
  readonly reference: string;
  /** The name at the beginning of that. */
  readonly bound: string;
};

const usualName = "ai-rules";

/** Makes ai-rules an input. What is there already stays as it is. */
export function connectInput(flake: FlakeFile, outputs: NixLambda, url: string): InputReference {
  const present = flake.inputs.find(({ name, url: own }) => name === usualName || own === url);
  const name = present?.name ?? usualName;
  const inputEdit = present === undefined ? [inputInsertion(flake, url)] : [];
  const { edit, reference } = argument(flake.text, outputs, name);
  return {
    edits: edit === undefined ? inputEdit : [...inputEdit, edit],
    reference,
    bound: reference.split(".")[0] ?? reference,
  };
}

/** The lines of an input; it takes the nixpkgs of a flake that has one. */
export function inputLines(url: string, hasNixpkgs: boolean): readonly string[] {
  const literal = url.replace(/["\\]|\$(?=\{)/gu, "\\$&");
  const follows = `${usualName}.inputs.nixpkgs.follows = "nixpkgs";`;
  return [`${usualName}.url = "${literal}";`, ...(hasNixpkgs ? [follows] : [])];
}

function inputInsertion(
  { text, root, inputs, inputSet, outputs }: FlakeFile,
  url: string,
): TextEdit {
  const lines = inputLines(
    url,
    inputs.some(({ name }) => name === "nixpkgs"),
  );
  if (inputSet !== undefined) return insertIntoSet(text, inputSet, lines);
  const whole = lines.map((line) => `inputs.${line}`);
  const before =
    inputs.at(-1)?.binding ?? root.bindings[indexOfOutputs(root.bindings, outputs) - 1];
  if (before !== undefined) return insertAfter(text, before, whole);
  const start = outputs?.binding.start ?? root.end - 1;
  const gap = startsLine(text, start) ? lineEnd(text) + indentationAt(text, start) : " ";
  return insertion(start, whole.map((line) => line + gap).join(""));
}

function indexOfOutputs(
  bindings: FlakeFile["root"]["bindings"],
  outputs: FlakeFile["outputs"],
): number {
  return bindings.findIndex((binding) => binding === outputs?.binding);
}

/** How the outputs get at an input, and what that takes. */
function argument(
  text: string,
  { name: all, formals }: NixLambda,
  name: string,
): { readonly edit?: TextEdit; readonly reference: string } {
  if (formals?.names.some((formal) => formal.name === name) === true) return { reference: name };
  if (all !== undefined && (formals === undefined || formals.ellipsis !== undefined))
    return { reference: `${all.name}.${name}` };
  return formals === undefined
    ? { reference: name }
    : { reference: name, edit: formalInsertion(text, formals, name) };
}

/** Adds a name to `{ self, nixpkgs, ... }`, with the commas where the others have them. */
function formalInsertion(text: string, formals: NixFormals, name: string): TextEdit {
  const last = formals.names.at(-1);
  if (last === undefined) {
    if (formals.ellipsis !== undefined) return insertion(formals.ellipsis.start, `${name}, `);
    return { start: formals.start, end: formals.end, text: `{ ${name} }` };
  }
  return (
    belowTrailingComma(text, last, name) ??
    behindLeadingComma(text, last, name) ??
    belowLastName(text, last, name) ??
    insertion(last.end, `, ${name}`)
  );
}

/** One name a line, each with its comma behind it. */
function belowTrailingComma(text: string, last: Span, name: string): TextEdit | undefined {
  const comma = /^[ \t]*,/u.exec(text.slice(last.end));
  const end = comma === null ? undefined : quietLineEnd(text, last.end + comma[0].length);
  if (end === undefined || !startsLine(text, last.start)) return undefined;
  return insertion(end, `${lineEnd(text)}${indentationAt(text, last.start)}${name},`);
}

/** One name a line, each but the first with its comma in front of it. */
function behindLeadingComma(text: string, last: Span, name: string): TextEdit | undefined {
  const end = quietLineEnd(text, last.end);
  if (end === undefined) return undefined;
  const before = text.slice(0, last.start).trimEnd().length - 1;
  const next = /^\s*/u.exec(text.slice(end))?.[0].length ?? 0;
  const comma = [before, end + next].find((at) => text[at] === "," && startsLine(text, at));
  if (comma === undefined) return undefined;
  return insertion(end, `${lineEnd(text)}${indentationAt(text, comma)}, ${name}`);
}

/** One name a line, and no comma behind the last. */
function belowLastName(text: string, last: Span, name: string): TextEdit | undefined {
  const end = quietLineEnd(text, last.end);
  if (end === undefined || !startsLine(text, last.start)) return undefined;
  const line = `${lineEnd(text)}${indentationAt(text, last.start)}${name}`;
  return { start: last.end, end, text: `,${text.slice(last.end, end)}${line}` };
}

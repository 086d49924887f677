/** What ai-rules adds to a development shell, put into the set that `mkShell` is given. */
import { insertIntoSet } from "./insert-bindings.ts";
import type {
  NixBinding,
  NixExpression,
  NixInherit,
  NixSet,
  NixValueBinding,
} from "./nix-syntax.ts";
import {
  indentationAt,
  indentationStep,
  insertion,
  lineEnd,
  startsLine,
  type TextEdit,
} from "./text-edits.ts";

/** Nix source for what is added, as it can stand in a list's place and in a string's. */
export type ShellAdditions = {
  readonly dependencies: string;
  readonly hook: string;
};

/** The attributes by which `mkShell` takes packages; they add up. */
const packageAttributes = ["packages", "nativeBuildInputs", "buildInputs"];

/** The edits of a shell's set; what is left out of `additions` is there already. */
export function connectShell(
  text: string,
  set: NixSet,
  additions: Partial<ShellAdditions>,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  const lines: string[] = [];
  const { dependencies, hook } = additions;
  if (dependencies !== undefined) {
    const present = packageAttributes.map((name) => valueBinding(set, name)).find(Boolean);
    if (present !== undefined) edits.push(...appended(text, present.value, dependencies));
    else lines.push(`${freeAttribute(set)} = ${dependencies};`);
  }
  if (hook !== undefined) {
    const present = valueBinding(set, "shellHook");
    const inherited = set.bindings.find((binding) => inherits(binding, "shellHook"));
    if (present !== undefined) edits.push(...withHook(text, present, hook));
    else if (inherited?.type === "inherit") edits.push(...ownHook(text, inherited, hook));
    else lines.push(`shellHook = ${hook};`);
  }
  return lines.length === 0 ? edits : [...edits, insertIntoSet(text, set, lines)];
}

function valueBinding(set: NixSet, name: string): NixValueBinding | undefined {
  return set.bindings.find(
    (binding): binding is NixValueBinding =>
      binding.type === "value" && binding.path.length === 1 && binding.path[0]?.name === name,
  );
}

function inherits(binding: NixBinding, name: string): boolean {
  return binding.type === "inherit" && binding.names.some((each) => each.name === name);
}

/** The first that the set does not inherit. */
function freeAttribute(set: NixSet): string {
  const isFree = (name: string) => !set.bindings.some((binding) => inherits(binding, name));
  return packageAttributes.find(isFree) ?? "propagatedBuildInputs";
}

/** These take `++` behind them as they are; others need parentheses. */
const bindsTightly = /^(?:list|name|select|apply|parens|string|literal|set)$/u;

/** Puts `++ more` behind a list. */
function appended(text: string, value: NixExpression, more: string): readonly TextEdit[] {
  if (value.type === "with" || value.type === "let" || value.type === "assert")
    return appended(text, value.body, more);
  if (value.type === "operation" && value.operator === "++") {
    const gap = startsLine(text, value.at) ? lineEnd(text) + indentationAt(text, value.at) : " ";
    return [insertion(value.end, `${gap}++ ${more}`)];
  }
  if (bindsTightly.test(value.type)) return [insertion(value.end, ` ++ ${more}`)];
  return [insertion(value.start, "("), insertion(value.end, `) ++ ${more}`)];
}

/**
 * Puts our hook before a hook that is there, so that its own lines have the last word. In a string of
 * lines it is one more line; a string with Windows line ends would add a return to the last of ours.
 */
function withHook(
  text: string,
  { start, value }: NixValueBinding,
  hook: string,
): readonly TextEdit[] {
  const written = text.slice(value.start, value.end);
  const opening = value.type === "string" && value.indented ? /^''[ ]*\n/u.exec(written) : null;
  if (opening === null) return inFront(text, value, hook);
  const at = value.start + opening[0].length;
  const indentation =
    /^(?:[ \t]*\n)*([ \t]*)(?!'')\S/u.exec(written.slice(opening[0].length))?.[1] ??
    indentationAt(text, start) + indentationStep(text);
  return [insertion(at, `${indentation}\${${hook}}\n`)];
}

function inFront(text: string, value: NixExpression, hook: string): readonly TextEdit[] {
  const isSum = value.type === "operation" && value.operator === "+";
  const front = `${hook} + "\\n" + `;
  if (isSum || bindsTightly.test(value.type)) return [insertion(value.start, front)];
  return [insertion(value.start, `${front}(`), insertion(value.end, ")")];
}

/** Takes an inherited hook out of its `inherit`, and says it by name behind ours. */
function ownHook(text: string, binding: NixInherit, hook: string): readonly TextEdit[] {
  const from = binding.from && text.slice(binding.from.start, binding.from.end);
  const value = from === undefined ? "shellHook" : `${from}.shellHook`;
  const line = `shellHook = ${hook} + "\\n" + ${value};`;
  const name = binding.names.find((each) => each.name === "shellHook");
  if (name === undefined || binding.names.length === 1)
    return [{ start: binding.start, end: binding.end, text: line }];
  const gap = /[ \t]*$/u.exec(text.slice(0, name.start))?.[0].length ?? 0;
  return [
    { start: name.start - gap, end: name.end, text: "" },
    insertion(binding.end, lineEnd(text) + indentationAt(text, binding.start) + line),
  ];
}

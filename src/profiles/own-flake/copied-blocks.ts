/** What a profile's flake gives to a shell, cut out of it: a file to import for the own flake. */
import { AiRulesError } from "../../core/error.ts";
import { readFlake } from "./flake-file.ts";
import { type NixParents, nixNodes, originOf } from "./nix-scope.ts";
import type {
  NixBinding,
  NixExpression,
  NixLambda,
  NixLet,
  NixSet,
  NixValueBinding,
} from "./nix-syntax.ts";
import { editedText, indentationAt, lineStart, quietLineEnd, type TextEdit } from "./text-edits.ts";

/** Where the copied blocks lie in a project. */
export const copiedFile = "nix/ai-rules.nix";

const head = `# What ai-rules adds to a development shell, copied from its profile: yours to change.
# flake.nix takes both from here: \`(import ./${copiedFile} pkgs).shellHook\`.
pkgs:
`;

/** The text of the file, a function of nixpkgs, from the text of a profile's flake.nix. */
export function copiedBlocks(profileFlake: string): string {
  const source = sourceOf(profileFlake);
  const given = [part(source, "defaultDependencies"), part(source, "shellHook")];
  const kept = neededBindings(source, given);
  const edits = [...kept, ...given].flatMap((binding) => adapted(source, binding));
  const blocks = source.let.bindings
    .map((binding, index) => ({ binding, index }))
    .filter(({ binding }) => kept.has(binding))
    .map(({ index }) => chunk(source, source.let.bindings, { index, edits }));
  const results = given.map((binding) =>
    chunk(source, source.lib.bindings, { index: source.lib.bindings.indexOf(binding), edits }),
  );
  return `${head}let\n${blocks.join("").trimStart().replace(/^/u, "  ")}in\n{\n${results.join("")}}\n`;
}

type Source = {
  readonly text: string;
  readonly parents: NixParents;
  readonly outputs: NixLambda;
  readonly let: NixLet;
  readonly lib: NixSet;
};

function sourceOf(text: string): Source {
  const read = readFlake(text);
  const outputs = read.ok ? read.flake.outputs?.function : undefined;
  const body = outputs?.body;
  if (!read.ok || outputs === undefined || body?.type !== "let" || body.body.type !== "set")
    throw notOurs();
  const lib = valueBinding(body.body, "lib")?.value;
  if (lib?.type !== "set") throw notOurs();
  return { text, parents: read.flake.parents, outputs, let: body, lib };
}

function part({ lib }: Source, name: string): NixValueBinding {
  const binding = valueBinding(lib, name);
  if (binding === undefined) throw notOurs();
  return binding;
}

function valueBinding(set: NixSet, name: string): NixValueBinding | undefined {
  return set.bindings.find(
    (binding): binding is NixValueBinding =>
      binding.type === "value" && binding.path.length === 1 && binding.path[0]?.name === name,
  );
}

function notOurs(): AiRulesError {
  return new AiRulesError({
    code: "profile/invalid",
    message: "the profile's flake.nix has no lib.defaultDependencies and lib.shellHook to copy",
    remedy: "install ai-rules anew",
  });
}

/** The bindings of the flake's `let` that others need, and what those need. */
function neededBindings(
  { let: from, parents }: Source,
  first: readonly NixBinding[],
): ReadonlySet<NixBinding> {
  const needed = new Set<NixBinding>();
  const open = [...first];
  for (let binding = open.pop(); binding !== undefined; binding = open.pop()) {
    for (const node of nodesOf(binding)) {
      if (node.type !== "name" || originOf(node.name, node, parents)?.of !== from) continue;
      const found = from.bindings.find((each) => binds(each, node.name));
      if (found === undefined || needed.has(found)) continue;
      needed.add(found);
      open.push(found);
    }
  }
  return needed;
}

function nodesOf(binding: NixBinding): readonly NixExpression[] {
  if (binding.type === "value") return nixNodes(binding.value);
  return binding.from === undefined ? binding.values : nixNodes(binding.from);
}

function binds(binding: NixBinding, name: string): boolean {
  return binding.type === "value"
    ? binding.path[0]?.name === name
    : binding.names.some((each) => each.name === name);
}

/**
 * The flake's inputs are not there: nixpkgs is the packages that are given, and what is said with
 * another input goes. What is made of given packages need not be a function of them.
 */
function adapted(
  { text, parents, outputs, lib }: Source,
  binding: NixBinding,
): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  for (const node of nodesOf(binding)) {
    if (node.type !== "name") continue;
    const origin = originOf(node.name, node, parents);
    if (origin?.type !== "parameter" || origin.of !== outputs) continue;
    if (node.name === "nixpkgs") edits.push({ start: node.start, end: node.end, text: "pkgs" });
    else edits.push(withoutBinding(text, node, parents));
  }
  if (binding.type === "value" && lib.bindings.includes(binding) && isOfPackages(binding.value))
    edits.push({ start: binding.value.start, end: binding.value.body.start, text: "" });
  return edits;
}

function isOfPackages(node: NixExpression): node is NixLambda {
  return node.type === "lambda" && node.name?.name === "pkgs" && node.formals === undefined;
}

/** Takes the binding away in whose value a name stands. */
function withoutBinding(text: string, name: NixExpression, parents: NixParents): TextEdit {
  let child = name;
  for (let node = parents.get(name); node; node = parents.get(node)) {
    const value = child;
    const binding =
      node.type === "set" &&
      node.bindings.find((each) => each.type === "value" && each.value === value);
    if (binding) {
      const gap = /[ \t]*$/u.exec(text.slice(0, binding.start))?.[0].length ?? 0;
      return { start: binding.start - gap, end: binding.end, text: "" };
    }
    child = node;
  }
  throw notOurs();
}

/** A binding with the comments before it, at the indentation of the new file. */
function chunk(
  { text }: Source,
  bindings: readonly NixBinding[],
  { index, edits }: { readonly index: number; readonly edits: readonly TextEdit[] },
): string {
  const binding = bindings[index];
  if (binding === undefined) throw notOurs();
  const before = bindings[index - 1];
  const start =
    before === undefined
      ? commentStart(text, lineStart(text, binding.start))
      : lineAfter(text, before.end);
  const end = lineAfter(text, binding.end);
  const within = edits
    .filter((edit) => edit.start >= start && edit.end <= end)
    .map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
  const margin = indentationAt(text, binding.start).length - 2;
  return editedText(text.slice(start, end), within).replace(
    new RegExp(`^ {0,${margin}}`, "gmu"),
    "",
  );
}

/** The first of the comment lines above a line. */
function commentStart(text: string, line: number): number {
  const previous = lineStart(text, Math.max(0, line - 1));
  const isComment = /^[ \t]*#/u.test(text.slice(previous, line));
  return isComment && previous < line ? commentStart(text, previous) : line;
}

function lineAfter(text: string, at: number): number {
  return (quietLineEnd(text, at) ?? at) + 1;
}

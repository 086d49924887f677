/**
 * A project's own flake.nix stays its own: its development shell gets what ai-rules gives by the few
 * words that this takes, and all else stays letter by letter. Where a flake leaves a doubt, nothing
 * is changed, and what to write is told.
 */
import { byHandSnippet } from "./own-flake/by-hand.ts";
import { connectInput } from "./own-flake/connect-input.ts";
import { connectShell, type ShellAdditions } from "./own-flake/connect-shell.ts";
import { copiedBlocks, copiedFile } from "./own-flake/copied-blocks.ts";
import { type FlakeFile, readFlake } from "./own-flake/flake-file.ts";
import { flakeShells } from "./own-flake/flake-shells.ts";
import { nixNodes, originOf } from "./own-flake/nix-scope.ts";
import type { NixLambda } from "./own-flake/nix-syntax.ts";
import { type PresentParts, presentParts } from "./own-flake/present-parts.ts";
import type { ShellCall, ShellMaker } from "./own-flake/shell-call.ts";
import { editedText, lineAndColumn, type TextEdit } from "./own-flake/text-edits.ts";

/** The two ways of the guide: ai-rules as an input, or the blocks of a profile's flake copied. */
export type ConnectRequest =
  | { readonly way: "input"; readonly url: string }
  | { readonly way: "copy"; readonly profileFlake: string };

export type FlakeChange =
  | {
      readonly type: "changed";
      readonly text: string;
      /** Files that the flake reads from now on: relative path -> text. */
      readonly files: ReadonlyMap<string, string>;
    }
  | { readonly type: "already" }
  | {
      readonly type: "by-hand";
      /** What stands in the way, said of the flake: "it has no development shell". */
      readonly why: string;
      /** What to put into the flake, with a word on where. */
      readonly snippet: string;
      /** Files that the snippet reads. */
      readonly files: ReadonlyMap<string, string>;
    };

/** The change by which the default shell of a flake gets what ai-rules gives. */
export function connectFlake(text: string, request: ConnectRequest): FlakeChange {
  const read = readFlake(text);
  if (!read.ok) {
    const { line, column } = lineAndColumn(text, read.mistake.at);
    return byHand(
      request,
      `it has a mistake in line ${line}, column ${column}: ${read.mistake.message}`,
    );
  }
  const outputs = read.flake.outputs?.function;
  return outputs === undefined
    ? byHand(request, "the function that makes its outputs does not stand in it", read.flake)
    : connectOutputs(read.flake, outputs, request);
}

function connectOutputs(
  flake: FlakeFile,
  outputs: NixLambda,
  request: ConnectRequest,
): FlakeChange {
  const present = presentParts(flake, outputs);
  if (present.dependencies && present.hook) return { type: "already" };
  const { entered, why, modules } = flakeShells(outputs, flake);
  const obstacle = why ?? obstacleIn(entered) ?? obstacleOf(flake, request);
  const maker = entered[0]?.maker ?? modules;
  if (obstacle !== undefined) return byHand(request, obstacle, flake, maker);
  const { edits, reference } =
    request.way === "input"
      ? connectInput(flake, outputs, request.url)
      : { edits: [], reference: "" };
  const missing = { request, reference, present };
  const inShells = entered.flatMap((call) => shellEdits(flake, call, missing));
  const changed = editedText(flake.text, [...edits, ...inShells]);
  return isSound(changed, missing)
    ? { type: "changed", text: changed, files: filesFor(request) }
    : byHand(request, "names that the change needs mean something else in its shell", flake);
}

function byHand(
  request: ConnectRequest,
  why: string,
  flake?: FlakeFile,
  maker: ShellMaker = "nixpkgs",
): FlakeChange {
  const hasNixpkgs = flake?.inputs.some(({ name }) => name === "nixpkgs") ?? true;
  const snippet = byHandSnippet({
    maker,
    additions: additionsFor(request, "ai-rules", "pkgs"),
    ...(request.way === "input" && { input: { url: request.url, hasNixpkgs } }),
  });
  return { type: "by-hand", why, snippet, files: filesFor(request) };
}

function filesFor(request: ConnectRequest): ReadonlyMap<string, string> {
  return request.way === "input"
    ? new Map()
    : new Map([[copiedFile, copiedBlocks(request.profileFlake)]]);
}

/** What stands in the way in the calls that make the shell. */
function obstacleIn(entered: readonly ShellCall[]): string | undefined {
  for (const { maker, set, pkgs } of entered) {
    if (maker !== "nixpkgs") return `its shell is made by ${maker}`;
    if (set === undefined) return "what its mkShell is given does not stand there as a set";
    if (pkgs === undefined) return "of which nixpkgs its mkShell is cannot be told";
    const inheritsItself = set.bindings.some(
      (each) => each.type === "inherit" && each.values.some(({ name }) => name === "shellHook"),
    );
    if (set.recursive && inheritsItself) return "its shell inherits a shellHook into a `rec` set";
  }
  return undefined;
}

function obstacleOf(flake: FlakeFile, { way }: ConnectRequest): string | undefined {
  return way === "input" && flake.opaqueInputs ? "its inputs are not all written out" : undefined;
}

type Missing = {
  readonly request: ConnectRequest;
  /** By what the outputs call ai-rules. */
  readonly reference: string;
  readonly present: PresentParts;
};

function shellEdits(
  { text }: FlakeFile,
  { set, pkgs }: ShellCall,
  missing: Missing,
): readonly TextEdit[] {
  if (set === undefined || pkgs === undefined) return [];
  return connectShell(text, set, missingAdditions(missing, pkgs));
}

function missingAdditions(
  { request, reference, present }: Missing,
  pkgs: string,
): Partial<ShellAdditions> {
  const { dependencies, hook } = additionsFor(request, reference, pkgs);
  return { ...(!present.dependencies && { dependencies }), ...(!present.hook && { hook }) };
}

function additionsFor({ way }: ConnectRequest, reference: string, pkgs: string): ShellAdditions {
  if (way === "input")
    return {
      dependencies: `${reference}.lib.defaultDependencies ${pkgs}`,
      hook: `${reference}.lib.shellHook`,
    };
  const copied = `(import ./${copiedFile} ${pkgs})`;
  return { dependencies: `${copied}.defaultDependencies`, hook: `${copied}.shellHook` };
}

/** Reads the changed text again: what was added stands in the shells, and its names mean there what they should. */
function isSound(changed: string, missing: Missing): boolean {
  const read = readFlake(changed);
  const outputs = read.ok ? read.flake.outputs?.function : undefined;
  if (!read.ok || outputs === undefined) return false;
  const { flake } = read;
  const { entered } = flakeShells(outputs, flake);
  return entered.length > 0 && entered.every((call) => holds(flake, outputs, { call, missing }));
}

function holds(
  { text, parents }: FlakeFile,
  outputs: NixLambda,
  { call, missing }: { readonly call: ShellCall; readonly missing: Missing },
): boolean {
  const { set, pkgs } = call;
  if (set === undefined || pkgs === undefined) return false;
  const nodes = nixNodes(set);
  return Object.values(missingAdditions(missing, pkgs)).every((addition) => {
    const node = nodes.find(({ start, end }) => text.slice(start, end) === addition);
    if (node === undefined) return false;
    const names = nixNodes(node).filter((each) => each.type === "name");
    return names.every((name) => {
      const origin = originOf(name.name, name, parents)?.of;
      if (origin !== originOf(name.name, call.call, parents)?.of) return false;
      return (
        !missing.reference.startsWith(name.name) || name.start !== node.start || origin === outputs
      );
    });
  });
}

/** A flake.nix, read: its tree, its inputs, and the function that makes its outputs. */
import { parseNix } from "./nix-parser.ts";
import type { NixMistake } from "./nix-reader.ts";
import { type NixParents, nixParents } from "./nix-scope.ts";
import { type NixLambda, type NixSet, type NixValueBinding, withoutParens } from "./nix-syntax.ts";

export type FlakeFile = {
  readonly text: string;
  readonly root: NixSet;
  readonly parents: NixParents;
  /** `outputs = ...;`, and the function in it where it stands here. */
  readonly outputs?: { readonly binding: NixValueBinding; readonly function?: NixLambda };
  /** `inputs = { ... };` */
  readonly inputSet?: NixSet;
  readonly inputs: readonly FlakeInput[];
  /** Whether the inputs are made of something else than names and sets. */
  readonly opaqueInputs: boolean;
};

export type FlakeInput = {
  readonly name: string;
  /** Of `x.url = "...";` or `x = { url = "..."; };`. */
  readonly url?: string;
  /** What says so: in the set of inputs, or `inputs.x... = ...;`. */
  readonly binding: NixValueBinding;
};

export type ReadFlake =
  | { readonly ok: true; readonly flake: FlakeFile }
  | { readonly ok: false; readonly mistake: NixMistake };

/** Reads the text of a flake.nix. */
export function readFlake(text: string): ReadFlake {
  const tree = parseNix(text);
  if (!tree.ok) return tree;
  const { root } = tree;
  if (root.type !== "set")
    return {
      ok: false,
      mistake: { at: root.start, message: "a flake is a set: { outputs = ...; }" },
    };
  const inputBindings = topLevel(root, "inputs");
  const inputSet = inputBindings.find(({ path }) => path.length === 1)?.value;
  const outputs = topLevel(root, "outputs").find(({ path }) => path.length === 1);
  const made = outputs && withoutParens(outputs.value);
  return {
    ok: true,
    flake: {
      text,
      root,
      parents: nixParents(root),
      ...(outputs && {
        outputs: { binding: outputs, ...(made?.type === "lambda" && { function: made }) },
      }),
      ...(inputSet?.type === "set" && { inputSet }),
      inputs: inputBindings.flatMap(inputsIn),
      opaqueInputs: inputBindings.some(isOpaque),
    },
  };
}

/** The bindings of a flake that begin with a name, as `inputs` and `inputs.nixpkgs.url` do. */
function topLevel(root: NixSet, name: string): readonly NixValueBinding[] {
  return root.bindings.filter(
    (binding): binding is NixValueBinding =>
      binding.type === "value" && binding.path[0]?.name === name,
  );
}

function inputsIn(binding: NixValueBinding): readonly FlakeInput[] {
  if (binding.path.length > 1) return inputAt(binding, 1);
  if (binding.value.type !== "set") return [];
  return binding.value.bindings.flatMap((each) => (each.type === "value" ? inputAt(each, 0) : []));
}

function inputAt(binding: NixValueBinding, index: number): readonly FlakeInput[] {
  const name = binding.path[index]?.name;
  if (name === undefined) return [];
  const url = urlOf(binding, index + 1);
  return [{ name, binding, ...(url !== undefined && { url }) }];
}

function urlOf({ path, value }: NixValueBinding, index: number): string | undefined {
  if (path.length === index && value.type === "set") {
    const inner = value.bindings.find(
      (each) => each.type === "value" && each.path[0]?.name === "url",
    );
    return inner?.type === "value" ? urlOf(inner, 0) : undefined;
  }
  if (path.length !== index + 1 || path[index]?.name !== "url") return undefined;
  if (value.type === "literal") return value.text;
  return value.type === "string" ? value.plain : undefined;
}

function isOpaque({ path, value }: NixValueBinding): boolean {
  if (path.length > 1) return path[1]?.name === undefined;
  return value.type !== "set" || value.bindings.some((each) => each.type === "inherit");
}

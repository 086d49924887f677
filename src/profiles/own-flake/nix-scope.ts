/** What a name means where it stands: Nix looks outwards through functions, `let` and `rec`. */
import {
  type NixBinding,
  type NixExpression,
  type NixLambda,
  type NixLet,
  type NixSet,
  nixChildren,
} from "./nix-syntax.ts";

/** The expression around each expression. */
export type NixParents = ReadonlyMap<NixExpression, NixExpression>;

/** Where a name comes from. */
export type NixOrigin =
  | { readonly type: "parameter"; readonly of: NixLambda }
  | { readonly type: "value"; readonly of: NixLet | NixSet; readonly value: NixExpression }
  | { readonly type: "inherited"; readonly of: NixLet | NixSet; readonly from: NixExpression }
  /** `a.b = 1;` makes a part of `a`. */
  | { readonly type: "part"; readonly of: NixLet | NixSet };

/** Finds the parents of all expressions below one. */
export function nixParents(root: NixExpression): NixParents {
  const parents = new Map<NixExpression, NixExpression>();
  for (const node of nixNodes(root))
    for (const child of nixChildren(node)) parents.set(child, node);
  return parents;
}

/** An expression and all that are in it. */
export function nixNodes(root: NixExpression): readonly NixExpression[] {
  const found: NixExpression[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    found.push(node);
    open.push(...nixChildren(node).toReversed());
  }
  return found;
}

/** Where a name that stands in `place` comes from; undefined: from a `with`, from Nix, or nowhere. */
export function originOf(
  name: string,
  place: NixExpression,
  parents: NixParents,
): NixOrigin | undefined {
  for (let node: NixExpression | undefined = place; node; node = parents.get(node)) {
    const origin = originIn(name, node);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** The sets whose names `with` gives to `place`, the nearest first. */
export function withScopes(place: NixExpression, parents: NixParents): readonly NixExpression[] {
  const scopes: NixExpression[] = [];
  let child = place;
  for (let node = parents.get(place); node; node = parents.get(node)) {
    if (node.type === "with" && node.body === child) scopes.push(node.scope);
    child = node;
  }
  return scopes;
}

function originIn(name: string, node: NixExpression): NixOrigin | undefined {
  if (node.type === "lambda") {
    const isParameter =
      node.name?.name === name || node.formals?.names.some((formal) => formal.name === name);
    return isParameter === true ? { type: "parameter", of: node } : undefined;
  }
  const binds = node.type === "let" || (node.type === "set" && node.recursive);
  return binds ? bindingOrigin(name, node) : undefined;
}

function bindingOrigin(name: string, of: NixLet | NixSet): NixOrigin | undefined {
  const binding = of.bindings.find((each) => bindsName(each, name));
  if (binding === undefined) return undefined;
  if (binding.type === "value")
    return binding.path.length === 1
      ? { type: "value", of, value: binding.value }
      : { type: "part", of };
  // `inherit x;` says that it comes from further out.
  return binding.from && { type: "inherited", of, from: binding.from };
}

function bindsName(binding: NixBinding, name: string): boolean {
  return binding.type === "value"
    ? binding.path[0]?.name === name
    : binding.names.some((each) => each.name === name);
}

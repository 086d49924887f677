/** A call of `mkShell`: what it is given, and whose packages it takes. */
import { type NixParents, originOf, withScopes } from "./nix-scope.ts";
import { type NixAttribute, type NixExpression, type NixSet, withoutParens } from "./nix-syntax.ts";

/** Who makes the shell: nixpkgs, or a module system with options of its own. */
export type ShellMaker = "nixpkgs" | "devshell" | "devenv";

export type ShellCall = {
  readonly maker: ShellMaker;
  readonly call: NixExpression;
  /** The set that `mkShell` is given, if it stands there. */
  readonly set?: NixSet;
  /** Nix source for the nixpkgs whose `mkShell` it is, if that can be said. */
  readonly pkgs?: string;
};

type Place = { readonly text: string; readonly parents: NixParents };

const shellMakers = /^mkShell(?:NoCC|Minimal)?$/u;

/** Reads an expression as a call of `mkShell`; undefined when it is none. */
export function shellCall(node: NixExpression, place: Place): ShellCall | undefined {
  const { head, given } = spine(node);
  const maker = makerIn(head);
  if (maker === undefined || given.length !== (maker.overridden ? 2 : 1)) return undefined;
  const last = given.at(-1);
  const set = last && withoutParens(last);
  const pkgs = maker.of === undefined ? scopeOf(head, place) : source(maker.of, place);
  return {
    maker: makerKind(maker.of, place),
    call: node,
    ...(set?.type === "set" && { set }),
    ...(pkgs !== undefined && { pkgs }),
  };
}

/** A function and what it is given, of `f a b` as of `(f a) b`. */
export function spine(node: NixExpression): {
  readonly head: NixExpression;
  readonly given: readonly NixExpression[];
} {
  const inner = withoutParens(node);
  if (inner.type !== "apply") return { head: inner, given: [] };
  const { head, given } = spine(inner.function);
  return { head, given: [...given, inner.argument] };
}

type Of = { readonly from: NixExpression; readonly path: readonly NixAttribute[] };

function makerIn(
  head: NixExpression,
): { readonly of?: Of; readonly overridden: boolean } | undefined {
  if (head.type === "name") return shellMakers.test(head.name) ? { overridden: false } : undefined;
  if (head.type !== "select" || head.fallback !== undefined) return undefined;
  const overridden = head.path.at(-1)?.name === "override";
  const path = overridden ? head.path.slice(0, -1) : head.path;
  const last = path.at(-1)?.name;
  if (last === undefined) return overridden ? overriddenName(head.from, path) : undefined;
  if (!shellMakers.test(last)) return undefined;
  return { of: { from: head.from, path: path.slice(0, -1) }, overridden };
}

/** `mkShell.override { } { }`, with `mkShell` from a `with`. */
function overriddenName(from: NixExpression, path: readonly NixAttribute[]) {
  const isMaker = path.length === 0 && from.type === "name" && shellMakers.test(from.name);
  return isMaker ? { overridden: true } : undefined;
}

function makerKind(of: Of | undefined, { text }: Place): ShellMaker {
  if (of === undefined) return "nixpkgs";
  const written = text.slice(of.from.start, of.path.at(-1)?.end ?? of.from.end);
  if (/\bdevenv\b/u.test(written)) return "devenv";
  return /\bdevshell\b/u.test(written) ? "devshell" : "nixpkgs";
}

/** The nixpkgs before `.mkShell`, if it is one as far as the text tells. */
function source({ from, path }: Of, { text, parents }: Place): string | undefined {
  const written = text.slice(from.start, path.at(-1)?.end ?? from.end);
  if (from.type === "parens") return path.length === 0 ? written : undefined;
  if (from.type !== "name") return undefined;
  // An input, such as `nixpkgs`, is a flake: its packages lie deeper.
  if (path.length === 0) return isOwnName(from.name, from, parents) ? written : undefined;
  const last = path.at(-1);
  const isPackages =
    last?.name === undefined || /pkgs|packages|^nixpkgs$|-(?:linux|darwin)$/iu.test(last.name);
  return isPackages ? written : undefined;
}

/** Whether a name is made within the flake's outputs, and not given to them. */
function isOwnName(name: string, place: NixExpression, parents: NixParents): boolean {
  const origin = originOf(name, place, parents);
  if (origin === undefined) return false;
  if (origin.type !== "parameter") return true;
  return enclosingFunctions(origin.of, parents) > 0;
}

function enclosingFunctions(node: NixExpression, parents: NixParents): number {
  let count = 0;
  for (let up = parents.get(node); up; up = parents.get(up)) if (up.type === "lambda") count++;
  return count;
}

/** Of `with pkgs; mkShell { }` or `inherit (pkgs) mkShell;`: `pkgs`. */
function scopeOf(head: NixExpression, { text, parents }: Place): string | undefined {
  const name = head.type === "select" ? withoutParens(head.from) : head;
  if (name.type !== "name") return undefined;
  const origin = originOf(name.name, name, parents);
  if (origin?.type === "inherited") return inheritedFrom(origin.from, name, { text, parents });
  if (origin !== undefined) return undefined;
  const scopes = withScopes(name, parents);
  const named = scopes.filter((scope) =>
    /pkgs|packages/iu.test(text.slice(scope.start, scope.end)),
  );
  const [scope] = scopes.length === 1 ? scopes : named;
  if (scope === undefined || (scopes.length > 1 && named.length > 1)) return undefined;
  if (scope.type === "name" && !isOwnName(scope.name, scope, parents)) return undefined;
  const written = text.slice(scope.start, scope.end);
  return /^(?:name|select|parens)$/u.test(scope.type) ? written : `(${written})`;
}

function inheritedFrom(
  from: NixExpression,
  place: NixExpression,
  { text, parents }: Place,
): string | undefined {
  const inner = withoutParens(from);
  if (inner.type !== "name" || !isOwnName(inner.name, inner, parents)) return undefined;
  const same =
    originOf(inner.name, inner, parents)?.of === originOf(inner.name, place, parents)?.of;
  return same ? text.slice(inner.start, inner.end) : undefined;
}

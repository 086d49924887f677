/** The development shells of a flake: where each is said to be, and where it is made. */
import { type NixParents, nixNodes, originOf } from "./nix-scope.ts";
import {
  type NixBinding,
  type NixExpression,
  type NixLambda,
  type NixName,
  withoutParens,
} from "./nix-syntax.ts";
import { type ShellCall, shellCall, spine } from "./shell-call.ts";

/** What `devShells.SYSTEM.NAME` is. */
type NamedShell = { readonly name: string; readonly value: NixExpression };

export type FlakeShells = {
  /** The names in `devShells`, as far as they stand there. */
  readonly names: readonly string[];
  /** Whether something is said of shells at all. */
  readonly any: boolean;
  /** Who else could make them: the names of module systems that were met. */
  readonly modules: "devenv" | "devshell" | undefined;
  /** The calls that make the shell which `nix develop` enters: one, or one a system. */
  readonly entered: readonly ShellCall[];
  /** Why `entered` is empty. */
  readonly why?: string;
};

type Place = { readonly text: string; readonly parents: NixParents };
type Path = readonly (string | undefined)[];
type Said = { readonly path: Path; readonly value: NixExpression };

/** Reads what the outputs of a flake say of its shells. */
export function flakeShells(outputs: NixLambda, place: Place): FlakeShells {
  const said = saidBelow(outputs.body, place);
  const shells = said.flatMap(shellsAt);
  const legacy = said.filter(isLegacyShell).map(({ value }) => ({ name: "default", value }));
  const defaults = shells.filter(({ name }) => name === "default");
  const names = [...new Set(shells.map(({ name }) => name))];
  const any = said.some(({ path }) => path.some((name) => /^devShells?$/u.test(name ?? "")));
  const modules = modulesIn(said);
  const common = { names, any, modules };
  const chosen = [defaults, legacy, names.length === 1 ? shells : []].find(
    (list) => list.length > 0,
  );
  if (chosen === undefined) return { ...common, entered: [], why: withoutDefault(common) };
  const found = madeBy(chosen, outputs, place);
  return typeof found === "string"
    ? { ...common, entered: [], why: found }
    : { ...common, entered: found };
}

function withoutDefault({ names, any, modules }: Omit<FlakeShells, "entered">): string {
  if (names.length > 1)
    return `it has several shells and none of them is the default: ${names.join(", ")}`;
  if (modules !== undefined) return `its shell is made by ${modules}`;
  return any ? "where its shells are made does not stand in it" : "it has no development shell";
}

function modulesIn(said: readonly Said[]): "devenv" | "devshell" | undefined {
  const names = new Set(said.flatMap(({ path }) => path));
  if (names.has("devenv")) return "devenv";
  return names.has("devshells") ? "devshell" : undefined;
}

const systemName = /^\w+-(?:linux|darwin)$/u;

/** `devShells.NAME` within a function of the system, or `devShells.SYSTEM.NAME`. */
function shellsAt({ path, value }: Said): readonly NamedShell[] {
  const at = path.indexOf("devShells");
  if (at < 0 || (at > 0 && !(at === 1 && path[0] === "perSystem"))) return [];
  const rest = path.slice(at + 1);
  const name = rest.at(-1);
  const [system] = rest;
  if (name === undefined || systemName.test(name)) return [];
  if (rest.length === 1) return [{ name, value }];
  const ofSystem = rest.length === 2 && (system === undefined || systemName.test(system));
  return ofSystem ? [{ name, value }] : [];
}

/** `devShell`, which Nix still enters. */
function isLegacyShell({ path, value }: Said): boolean {
  const [name, system] = path;
  if (name !== "devShell") return false;
  const isSystem = system === undefined || systemName.test(system);
  return path.length === 1 ? withoutParens(value).type !== "set" : path.length === 2 && isSystem;
}

/** All that is said by name in what an expression makes, through functions and what they are given. */
function saidBelow(root: NixExpression, place: Place): readonly Said[] {
  const said: Said[] = [];
  const seen = new Set<NixExpression>();
  const visit = (node: NixExpression, path: Path): void => {
    const inner = withoutParens(node);
    if (inner.type === "set") {
      for (const binding of inner.bindings)
        for (const { name, value } of boundIn(binding)) {
          const full = [...path, ...name];
          said.push({ path: full, value });
          visit(value, full);
        }
    } else if (inner.type === "name") {
      if (seen.has(inner)) return;
      seen.add(inner);
      const value = valueOf(inner, place.parents);
      if (value !== undefined) visit(value, path);
    } else if (shellCall(inner, place) === undefined) {
      for (const part of partsOf(inner)) visit(part, path);
    }
  };
  visit(root, []);
  return said;
}

function boundIn(binding: NixBinding): readonly { name: Path; value: NixExpression }[] {
  if (binding.type === "value")
    return [{ name: binding.path.map(({ name }) => name), value: binding.value }];
  return binding.values.map((value) => ({ name: [value.name], value }));
}

/** Those parts of an expression that can make what it makes. */
function partsOf(node: NixExpression): readonly NixExpression[] {
  switch (node.type) {
    case "let":
    case "with":
    case "assert":
    case "lambda":
      return [node.body];
    case "if":
      return [node.whenTrue, node.whenFalse];
    case "list":
      return node.items;
    case "apply":
      return [node.function, node.argument];
    case "operation":
      return node.operator === "//" ? node.operands : [];
    default:
      return [];
  }
}

/** The value of a name that `let` or `rec` gives it. */
function valueOf(name: NixName, parents: NixParents): NixExpression | undefined {
  const origin = originOf(name.name, name, parents);
  return origin?.type === "value" ? origin.value : undefined;
}

/** The calls that make shells; or why they cannot be told. */
function madeBy(
  shells: readonly NamedShell[],
  outputs: NixLambda,
  place: Place,
): readonly ShellCall[] | string {
  const helpers = new Map<NixExpression, Set<NixName>>();
  const calls: ShellCall[] = [];
  for (const { value } of shells) {
    const call = makes(value, { place, helpers, depth: 0 });
    if (call === undefined) return "its default shell is not made by a plain mkShell in it";
    if (!calls.some(({ set }) => set !== undefined && set === call.set)) calls.push(call);
  }
  const shared = [...helpers].some(([made, uses]) =>
    nixNodes(outputs).some(
      (node) => node.type === "name" && !uses.has(node) && valueOf(node, place.parents) === made,
    ),
  );
  return shared ? "the function that makes its default shell makes others, too" : calls;
}

type Search = {
  readonly place: Place;
  /** Functions that were called on the way, and by which names. */
  readonly helpers: Map<NixExpression, Set<NixName>>;
  readonly depth: number;
};

/** Deeper than anybody writes; a name that means itself ends here. */
const deepest = 40;

/** The call of `mkShell` whose value an expression has. */
function makes(node: NixExpression, search: Search): ShellCall | undefined {
  if (search.depth > deepest) return undefined;
  const deeper = { ...search, depth: search.depth + 1 };
  const inner = withoutParens(node);
  switch (inner.type) {
    case "let":
    case "with":
    case "assert":
      return makes(inner.body, deeper);
    case "name": {
      const value = valueOf(inner, search.place.parents);
      return value && makes(value, deeper);
    }
    case "apply":
      return shellCall(inner, search.place) ?? makesApplied(inner, deeper);
    default:
      return undefined;
  }
}

/** Of `f x`: what `f` makes, if it stands here; else what the one function makes that it is given. */
function makesApplied(node: NixExpression, search: Search): ShellCall | undefined {
  const { head, given } = spine(node);
  const made = head.type === "name" ? valueOf(head, search.place.parents) : head;
  if (head.type === "name" && made !== undefined) {
    const body = bodyAfter(made, given.length);
    if (body !== undefined) {
      const call = makes(body, search);
      if (call !== undefined) {
        search.helpers.set(made, (search.helpers.get(made) ?? new Set()).add(head));
        return call;
      }
    }
  }
  const functions = given.map(withoutParens).filter((each) => each.type === "lambda");
  const [only] = functions;
  return only !== undefined && functions.length === 1 ? makes(only.body, search) : undefined;
}

/** The body of a function that is given so many arguments. */
function bodyAfter(node: NixExpression, count: number): NixExpression | undefined {
  if (count === 0) return node;
  const inner = withoutParens(node);
  return inner.type === "lambda" ? bodyAfter(inner.body, count - 1) : undefined;
}

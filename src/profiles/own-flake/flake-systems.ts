/** For which systems a flake offers something, as far as that stands in it. */
import { readFlake } from "./flake-file.ts";
import { flakeShells } from "./flake-shells.ts";
import { nixNodes } from "./nix-scope.ts";
import type { NixExpression } from "./nix-syntax.ts";

/** What flake-utils and nix-systems/default offer, and nixpkgs' own list holds. */
const usual = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

const systemName = /^(?:x86_64|aarch64|i686|armv[67]l|riscv64|powerpc64le)-(?:linux|darwin)$/u;

/** The systems, in the order in which they stand there; undefined when it cannot be told. */
export function flakeSystems(text: string): readonly string[] | undefined {
  const read = readFlake(text);
  const outputs = read.ok ? read.flake.outputs?.function : undefined;
  if (!read.ok || outputs === undefined) return undefined;
  const nodes = nixNodes(outputs);
  const named = nodes.flatMap(namesIn).filter((name) => systemName.test(name));
  const found = new Set(named);
  if (found.size === 0 && nodes.some(isUsualList)) return usual;
  return found.size === 0 ? undefined : [...found];
}

/** Whether a flake says anything of development shells. */
export function hasDevShell(text: string): boolean {
  const read = readFlake(text);
  const outputs = read.ok ? read.flake.outputs?.function : undefined;
  return read.ok && outputs !== undefined && flakeShells(outputs, read.flake).any;
}

/** Strings and the names of attributes. */
function namesIn(node: NixExpression): readonly string[] {
  if (node.type === "string") return node.plain === undefined ? [] : [node.plain];
  if (node.type === "select") return node.path.flatMap(({ name }) => name ?? []);
  if (node.type !== "set" && node.type !== "let") return [];
  return node.bindings.flatMap((binding) =>
    binding.type === "value" ? binding.path.flatMap(({ name }) => name ?? []) : [],
  );
}

/** `eachDefaultSystem`, `lib.systems.flakeExposed`, `import systems`. */
function isUsualList(node: NixExpression): boolean {
  if (node.type === "select") {
    const last = node.path.at(-1)?.name ?? "";
    return /^(?:eachDefaultSystem(?:Map|PassThrough)?|defaultSystems|flakeExposed)$/u.test(last);
  }
  if (node.type !== "apply" || node.function.type !== "name") return false;
  const { function: imported, argument } = node;
  const source = argument.type === "select" ? argument.path.at(-1)?.name : nameOf(argument);
  return imported.name === "import" && source === "systems";
}

function nameOf(node: NixExpression): string | undefined {
  return node.type === "name" ? node.name : undefined;
}

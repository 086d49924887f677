import { dirname, resolve } from "node:path";

/** Path literals: ./x, ../x/y.nix, and x/y.nix without a dot in front (Nix manual, path literals). */
const pathLiteral =
  /(?<![\w./+-])(?:\.{1,2}(?:\/[\w.+-]+)*|[\w.+-]+(?:\/[\w.+-]+)*\.nix)(?![\w/])/gu;
/** Paths put together from a literal or the flake itself: "${self}/x", ./. + "/x", "${./.}/x". */
const joined =
  /(?:\$\{\s*(self|\.{1,2}(?:\/[\w.+-]+)*)\s*\}|(self|\.{1,2}(?:\/[\w.+-]+)*)\s*\+\s*")(\/[\w./+-]+)/gu;

/**
 * The paths a Nix file may read, as far as they stand in it literally. It may name more than Nix
 * reads (a comment, a string): that costs a comparison, a missing one would cost a stale shell.
 */
export function pathReferences(text: string, file: string, root: string): readonly string[] {
  const directory = dirname(file);
  const found = new Set<string>();
  for (const [literal] of text.matchAll(pathLiteral)) found.add(resolve(directory, literal));
  for (const [, braced, added, rest] of text.matchAll(joined)) {
    const base = braced ?? added ?? ".";
    found.add(
      resolve(base === "self" ? root : directory, base === "self" ? "." : base, `.${rest}`),
    );
  }
  found.delete(file);
  return [...found];
}

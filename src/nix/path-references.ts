import { dirname, resolve } from "node:path";
import { splitNixSource } from "./nix-source.ts";

/** Path literals: ./x, ../x/y.nix, and x/y.nix without a dot in front (Nix manual, path literals). */
const pathLiteral =
  /(?<![\w./+-])(?:\.{1,2}(?:\/[\w.+-]+)*|[\w.+-]+(?:\/[\w.+-]+)*\.nix)(?![\w])/gu;
/** A string that is nothing but a path: inputs.x.url = "path:./x". */
const pathString = /^(?:path:)?(\.{1,2}(?:\/[\w.+-]+)*)\/?(?:\?.*)?$/u;
/** Paths put together from a literal or the flake itself: "${self}/x", ./. + "/x", "${./.}/x". */
const joined =
  /(?:\$\{\s*(self|\.{1,2}(?:\/[\w.+-]+)*)\s*\}|(self|\.{1,2}(?:\/[\w.+-]+)*)\s*\+\s*")(\/[\w./+-]+)/gu;

/** The paths a Nix file may read, as far as they stand in it literally. */
export function pathReferences(text: string, file: string, root: string): readonly string[] {
  const directory = dirname(file);
  const { code, strings } = splitNixSource(text);
  const found = new Set<string>();
  for (const [literal] of code.matchAll(pathLiteral)) found.add(resolve(directory, literal));
  for (const string of strings) {
    const path = pathString.exec(string)?.[1];
    if (path !== undefined) found.add(resolve(directory, path));
  }
  for (const [, braced, added, rest] of text.matchAll(joined)) {
    const base = braced ?? added ?? ".";
    const start = base === "self" ? root : resolve(directory, base);
    found.add(resolve(start, `.${rest}`));
  }
  found.delete(file);
  return [...found];
}

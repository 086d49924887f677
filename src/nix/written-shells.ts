/**
 * The names of a flake's shells as they stand in its text. Only Nix knows them for sure; this is for
 * completion, where a moment counts more.
 */

/** Sorted; a flake that makes its shells in another way than the usual ones has just "default". */
export function shellNamesIn(flake: string): readonly string[] {
  const text = flake.replaceAll(/#[^\n]*|\/\*[\s\S]*?\*\//g, "");
  const found = [
    ...namesOf(
      text.matchAll(/\bdevShells(?:\.(?:\$\{[^}]*\}|[^\s=;{}])+?)?\.("[^"]+"|[\w-]+)\s*=[^=]/g),
    ),
    ...namesOf(text.matchAll(/("[^"]+"|[\w-]+)\s*=\s*[\w.]*\bmkShell(?:NoCC)?\b/g)),
    ...rowsOf(text),
    ...computedOf(text),
  ];
  const names = found.filter((name) => !systems.test(name) && !name.includes("${"));
  return [...new Set(["default", ...names])].toSorted();
}

/** `devShells.x86_64-linux = …` names a system. */
const systems = /-(?:linux|darwin)$/;

function namesOf(matches: Iterable<RegExpMatchArray>): readonly string[] {
  return [...matches].map(([, name = ""]) => name.replaceAll('"', ""));
}

/** A profile has a row a shell: `shells = { elixir_1_17 = { … }; … };`. */
function rowsOf(text: string): readonly string[] {
  const [, block = ""] = /\bshells\s*=\s*\{((?:[^{}]|\{[^{}]*\})*)\}/.exec(text) ?? [];
  return namesOf(block.matchAll(/(?:^|[\s;])("[^"]+"|[\w-]+)\s*=\s*\{/g));
}

/** Of each row one more, as `lib.nameValuePair "${name}+" …` names it. */
function computedOf(text: string): readonly string[] {
  const patterns = [...text.matchAll(/\bnameValuePair\s+"([\w-]*)\$\{\w+\}([\w+-]*)"/g)];
  return patterns.flatMap(([, before = "", after = ""]) =>
    rowsOf(text).map((row) => before + row + after),
  );
}

/** What `nix --version` says, of whichever Nix it is. */

export type NixVersion = {
  /** "Nix", "Lix 2.95.2", "Determinate Nix 3.22.1". */
  readonly flavour: string;
  /** The version of Nix that it is or follows: "2.34.8". */
  readonly version: string;
  /** Today's nixpkgs can be evaluated with it. */
  readonly isNewEnough: boolean;
  /** It can evaluate a flake at all: since 2.4. */
  readonly knowsFlakes: boolean;
};

/** nixpkgs asks for it since 25.05 (lib/minver.nix, lib/minfeatures.nix). */
export const leastNix = "2.18";

/** Reads the first line; undefined where it is of no Nix. */
export function parseNixVersion(text: string): NixVersion | undefined {
  const [, name, version] = /^nix \((.+?)\) (\d+\.\d+(?:\.\d+)?)/mu.exec(text) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isNewEnough = major > 2 || (major === 2 && minor >= 18);
  const knowsFlakes = major > 2 || (major === 2 && minor >= 4);
  return { flavour: flavourOf(name), version, isNewEnough, knowsFlakes };
}

/** "Lix, like Nix" is how Lix says it. */
function flavourOf(name: string): string {
  return name.startsWith("Lix") ? "Lix" : name;
}

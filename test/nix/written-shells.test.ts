import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { shellNamesIn } from "../../src/nix/written-shells.ts";

describe("the shells that stand in a flake's text", () => {
  it("are the rows of a profile", async () => {
    const flake = await readFile(
      join(import.meta.dirname, "../../profiles/universal/flake.nix"),
      "utf8",
    );

    expect(shellNamesIn(flake)).toEqual([
      "default",
      ...["6", "7", "8", "9"].flatMap((minor) => [`elixir_1_1${minor}`, `elixir_1_1${minor}+`]),
      "elixir_1_20",
      "elixir_1_20+",
    ]);
  });

  it.each([
    ["devShells.x86_64-linux.ci = x; devShells.${system}.docs = y;", ["ci", "default", "docs"]],
    [
      'devShells = { default = pkgs.mkShell { }; "with.dot" = pkgs.mkShellNoCC { }; };',
      ["default", "with.dot"],
    ],
    [
      "devShells.x86_64-linux = {\n # old = pkgs.mkShell { };\n dev = mkShell { };\n};",
      ["default", "dev"],
    ],
    ["outputs = _: { };", ["default"]],
    ["{", ["default"]],
  ])("are found however they are written: %s", (flake, names) => {
    expect(shellNamesIn(flake)).toEqual(names);
  });
});

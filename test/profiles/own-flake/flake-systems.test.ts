import { describe, expect, it } from "vitest";
import { flakeSystems, hasDevShell } from "../../../src/profiles/own-flake/flake-systems.ts";

const four = ["x86_64-linux", "aarch64-linux", "x86_64-darwin", "aarch64-darwin"];

describe("the systems of a flake", () => {
  it.each([
    [
      'let systems = [ "aarch64-darwin" "x86_64-linux" ]; in { }',
      ["aarch64-darwin", "x86_64-linux"],
    ],
    ["{ devShells.x86_64-linux.default = 1; }", ["x86_64-linux"]],
    ["{ devShells = { aarch64-linux = { }; }; }", ["aarch64-linux"]],
    ["pkgs.legacyPackages.x86_64-linux", ["x86_64-linux"]],
    ["flake-utils.lib.eachDefaultSystem (system: { })", four],
    ["lib.genAttrs lib.systems.flakeExposed (system: { })", four],
    ["flake-parts.lib.mkFlake { } { systems = import systems; }", four],
    ["flake-parts.lib.mkFlake { } { systems = import inputs.systems; }", four],
    ["import ./outputs.nix", undefined],
    ['{ a = "on x86_64-linux only"; } /* "aarch64-linux" */', undefined],
  ])("`%s` are found", (outputs, expected) => {
    expect(flakeSystems(`{ outputs = { self, ... }: ${outputs}; }`)).toEqual(expected);
  });

  it("are unknown in a flake that cannot be read", () => {
    expect(flakeSystems("{ outputs = ")).toBeUndefined();
  });
});

describe("a shell of its own", () => {
  it.each([
    ["{ devShells.x86_64-linux.default = 1; }", true],
    ["{ devShell.x86_64-linux = 1; }", true],
    ["mkFlake { } { perSystem = { pkgs, ... }: { devShells.a = 1; }; }", true],
    ["import ./outputs.nix", false],
    ["{ packages.x86_64-linux.devShells = 1; } # devShells", false],
  ])("of `%s` is seen", (outputs, expected) => {
    expect(hasDevShell(`{ outputs = { self, ... }: ${outputs}; }`)).toBe(expected);
  });
});

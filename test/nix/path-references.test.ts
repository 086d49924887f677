import { describe, expect, it } from "vitest";
import { pathReferences } from "../../src/nix/path-references.ts";

describe("the paths in a Nix file", () => {
  it.each([
    ["import ./shell.nix", ["/p/nix/shell.nix"]],
    ["import ../shared.nix { }", ["/p/shared.nix"]],
    ["import nix/x.nix", ["/p/nix/nix/x.nix"]],
    ["src = ./.;", ["/p/nix"]],
    ["[ ./a ./b/c.txt ]", ["/p/nix/a", "/p/nix/b/c.txt"]],
    ['"${self}/tools/x.json"', ["/p/tools/x.json"]],
    ['(self + "/y.nix")', ["/p/y.nix"]],
    ['import (./. + "/z.nix")', ["/p/nix", "/p/nix/z.nix"]],
    ['url = "path:./sub";', ["/p/nix/sub"]],
    ["a.b.c ? d // e", []],
    ['url = "github:NixOS/nixpkgs/nixos-26.05";', []],
    ['PATH = "/usr/bin:/bin"; x = "$PWD/../y"; v = "1.2.3";', []],
    ["rev = 1 ./ 2; list = [ 1.5 ];", []],
  ])("of `%s` are found", (text, expected) => {
    expect(pathReferences(text, "/p/nix/here.nix", "/p")).toEqual(expected);
  });
});

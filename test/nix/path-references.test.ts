import { describe, expect, it } from "vitest";
import { pathReferences } from "../../src/nix/path-references.ts";

const hookAndAfter = ["/p/nix/hook.sh", "/p/nix/after"];

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
    ["import ./a/${name}.nix", ["/p/nix/a"]],
    ["# import ./old.nix\nimport ./new.nix /* ./older.nix */", ["/p/nix/new.nix"]],
    ['shellHook = "source ./env.sh $ROOT/flake.nix";', []],
    ["shellHook = ''\n cd \"./state\" ''${./no} ${./hook.sh} '' + ./after;", hookAndAfter],
    ['x = "a \\" ${f "./b" { c = ./d; }} ./e"; y = ./f;', ["/p/nix/d", "/p/nix/f", "/p/nix/b"]],
  ])("of `%s` are found", (text, expected) => {
    expect(pathReferences(text, "/p/nix/here.nix", "/p")).toEqual(expected);
  });
});

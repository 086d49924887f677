import { describe, expect, it } from "vitest";
import { copiedBlocks } from "../../../src/profiles/own-flake/copied-blocks.ts";
import { smallProfile } from "./small-profile.ts";

describe("the blocks of a profile's flake", () => {
  it("are what its two parts for others need, with their comments, as a function of nixpkgs", () => {
    expect(
      copiedBlocks(smallProfile),
    ).toBe(`# What ai-rules adds to a development shell, copied from its profile: yours to change.
# flake.nix takes both from here: \`(import ./nix/ai-rules.nix pkgs).shellHook\`.
pkgs:
let
  # Yours.
  # Two lines.
  profile = {
    rows = { a = { elixir = "1.16"; }; b = { elixir = "1.17"; }; };
    row = "b";
  };

  # For all.
  inherit (pkgs) lib;
  inherit (profile) rows; # short

  # A hook.
  hookOf = versions: ''
    if true; then
      echo "\${versions}" ''\${HOME}
    fi
  '';
  packagesOf = pkgs: row: [ pkgs.git (row.from or pkgs).elixir ]
    ++ lib.optional true pkgs.node;
in
{
  # The packages.
  defaultDependencies = packagesOf pkgs rows.\${profile.row};

  shellHook = hookOf "1.17"; # the hook
}
`);
  });

  it("are not made of a flake that has none", () => {
    const flake = "{ outputs = { self }: let in { lib = { }; }; }";

    expect(() => copiedBlocks(flake)).toThrow("has no lib.defaultDependencies");
  });
});

/** A profile's flake in small: what is copied out of it, what is not, and what stands in the way. */
export const smallProfile = `{
  inputs.nixpkgs.url = "nixpkgs";
  inputs.older.url = "nixpkgs";

  outputs = { self, nixpkgs, older }:
    let
      # Yours.
      # Two lines.
      profile = {
        rows = { a = { from = older; elixir = "1.16"; }; b = { elixir = "1.17"; }; };
        row = "b";
      };

      # For all.
      inherit (nixpkgs) lib;
      inherit (profile) rows; # short

      unused = lib.attrNames self;

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
      devShells.x86_64-linux.default = unused;

      # For others.
      lib = {
        # The packages.
        defaultDependencies = pkgs:
          packagesOf pkgs rows.\${profile.row};

        shellHook = hookOf "1.17"; # the hook
      };
    };
}
`;

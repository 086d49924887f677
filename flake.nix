{
  description = "Three live AI agents in one Nix environment, in one terminal";

  # The release that the profiles have, too.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs = { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;

      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];
      forEachSystem = make:
        lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system} self.packages.${system}.default);

      packageOf = import ./nix/package.nix;

      profileNames = [ "universal" "phoenix-ash" "nerves" ];
      # A profile's flake as its projects have it, on this nixpkgs.
      profiles = lib.genAttrs profileNames (name:
        (import (./profiles + "/${name}/flake.nix")).outputs {
          self = profiles.${name};
          inherit nixpkgs;
          nixpkgs-elixir_1_16 = nixpkgs;
        });

      templateOf = name: description: {
        inherit description;
        # profile.json is about the profile; a project has no use for it.
        path = builtins.path {
          path = ./profiles + "/${name}";
          name = "ai-rules-${name}";
          filter = path: _: baseNameOf path != "profile.json";
        };
        welcomeText = ''
          `git add` these files, so that Nix sees them, then enter the shell with `nix develop`, or with
          `direnv allow`. `ai-rules tui` opens the agents.
        '';
      };
    in
    {
      packages = forEachSystem (pkgs: _: { default = packageOf pkgs; });

      # `nix run` on a terminal opens the agents; with arguments it is the command.
      apps = forEachSystem (_: package: {
        default = {
          type = "app";
          program = "${package}/bin/ai-rules";
          meta.description = "Three live AI agents on the project of this directory";
        };
      });

      # For work on ai-rules itself: what its tests run with.
      devShells = forEachSystem (pkgs: _: {
        default = pkgs.mkShell {
          name = "ai-rules";
          packages = [
            pkgs.nodejs_24
            pkgs.git
            pkgs.nix
            pkgs.tmux
            pkgs.less
            pkgs.direnv
            pkgs.postgresql_16
            pkgs.beam.packages.erlang_27.elixir_1_17
          ];
        };
      });

      templates = rec {
        universal = templateOf "universal" "Any Elixir project";
        phoenix-ash = templateOf "phoenix-ash" "A Phoenix application, with or without Ash";
        nerves = templateOf "nerves" "Firmware with Nerves";
        default = universal;
      };

      overlays.default = final: _: { ai-rules = packageOf final; };

      # For flakes that have this one as an input.
      lib = {
        # What the default shell of the universal profile has, from your nixpkgs, and ai-rules.
        defaultDependencies = pkgs:
          profiles.universal.lib.defaultDependencies pkgs
          ++ [ self.packages.${pkgs.stdenv.hostPlatform.system}.default ];
        inherit (profiles.universal.lib) shellHook;
      };

      checks = forEachSystem (pkgs: package:
        { inherit package; }
        // lib.mapAttrs (_: profile: profile.devShells.${pkgs.stdenv.hostPlatform.system}.default) profiles);
    };
}

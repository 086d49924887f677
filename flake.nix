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

      packageOf = pkgs:
        let
          npm = npmFilesFor pkgs.stdenv.hostPlatform;

          # Found when the user's own PATH has none.
          fallbacks = [ pkgs.git ]
            ++ lib.optional (pkgs ? opencode && lib.meta.availableOn pkgs.stdenv.hostPlatform pkgs.opencode) pkgs.opencode;
        in
        pkgs.buildNpmPackage {
          pname = "ai-rules";
          inherit (npm.package) version;
          src = source;
          nodejs = pkgs.nodejs_24;

          # Each package by the integrity that package-lock.json has: no hash to renew by hand.
          npmDeps = pkgs.importNpmLock { inherit (npm) package packageLock; };
          npmConfigHook = pkgs.importNpmLock.npmConfigHook;
          # node-pty brings what it needs compiled, for Linux and macOS.
          npmFlags = [ "--ignore-scripts" ];

          nativeBuildInputs = [ pkgs.makeWrapper ];
          postInstall = ''
            wrapProgram $out/bin/ai-rules --suffix PATH : ${lib.makeBinPath fallbacks}
          '';

          meta = {
            description = npm.package.description;
            license = lib.licenses.mit;
            mainProgram = "ai-rules";
            platforms = lib.platforms.unix;
          };
        };

      # What the build reads; a change of anything else builds nothing anew.
      source = builtins.path {
        path = ./.;
        name = "ai-rules-source";
        filter = path: _: lib.elem (lib.head (lib.splitString "/" (lib.removePrefix "${toString ./.}/" path))) [
          "LICENSE"
          "README.md"
          "bin"
          "docs"
          "package-lock.json"
          "package.json"
          "profiles"
          "src"
          "tsconfig.json"
        ];
      };

      # The two files of npm, as nixpkgs' importNpmLock needs them.
      #
      # - package-lock.json names no addresses, so that any registry can serve it. Nix wants one for each
      #   package: npm's own registry. What counts is the integrity, which the lock has.
      # - Only what the program and its build need on this platform stays. Most development tools are
      #   large, two of them fetch more when they are installed, and the lock has no integrity for some
      #   that are made for other platforms.
      npmFilesFor = hostPlatform:
        let
          package = lib.importJSON ./package.json;
          lock = lib.importJSON ./package-lock.json;

          builders = [ "esbuild" ];
          reduced = from: from // {
            devDependencies = lib.filterAttrs (name: _: lib.elem name builders) from.devDependencies;
          };

          # "node_modules/ink/node_modules/signal-exit" is signal-exit, "node_modules/@esbuild/linux-x64"
          # is @esbuild/linux-x64.
          nameOf = path: lib.last (lib.splitString "node_modules/" path);

          # As Node calls them.
          os = if hostPlatform.isDarwin then "darwin" else "linux";
          cpu = if hostPlatform.isAarch64 then "arm64" else "x64";
          runsHere = entry: lib.elem os (entry.os or [ os ]) && lib.elem cpu (entry.cpu or [ cpu ]);

          isBuilder = name: lib.elem name builders || lib.hasPrefix "@esbuild/" name;
          needed = lib.filterAttrs
            (path: entry: runsHere entry && (!(entry.dev or false) || isBuilder (nameOf path)))
            lock.packages;

          withAddress = path: entry:
            let
              name = entry.name or (nameOf path);
              file = "${lib.last (lib.splitString "/" name)}-${entry.version}.tgz";
            in
            { resolved = "https://registry.npmjs.org/${name}/-/${file}"; }
            // entry
            // lib.optionalAttrs (entry ? optionalDependencies) {
              optionalDependencies =
                lib.filterAttrs (name: _: needed ? "node_modules/${name}") entry.optionalDependencies;
            };
        in
        {
          package = reduced package;
          packageLock = lock // {
            packages = lib.mapAttrs
              (path: entry: if path == "" then reduced entry else withAddress path entry)
              needed;
          };
        };

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

{
  description = "Elixir development environment (ai-rules: universal)";

  inputs = {
    # A stable release; flake.lock names the exact commit. 26.05 is the last one with x86_64-darwin.
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

    # Elixir 1.16 and OTP 26 left nixpkgs on 2026-04-01. Fetched only when the elixir_1_16 shell is
    # asked for.
    nixpkgs-elixir_1_16.url = "github:NixOS/nixpkgs/nixos-25.11";
  };

  outputs = { self, nixpkgs, nixpkgs-elixir_1_16 }:
    let
      # What is yours to change.
      profile = {
        name = "universal";

        # One row a shell: `nix develop .#elixir_1_18`. A row is a minor line of Elixir and the OTP it
        # runs on; the patch within it is nixpkgs' and moves with flake.lock only. For one exact patch,
        # which is then compiled here, add to a row:
        #   exact = { version = "1.17.2"; hash = "sha256-8rb2f4CvJzio3QgoxvCv1iz8HooXze0tWUJ4Sc13dxg="; };
        # A wrong hash is refused, and the right one told.
        shells = {
          elixir_1_16 = { elixir = "1.16"; otp = "26"; from = nixpkgs-elixir_1_16; };
          elixir_1_17 = { elixir = "1.17"; otp = "27"; };
          elixir_1_18 = { elixir = "1.18"; otp = "27"; };
          elixir_1_19 = { elixir = "1.19"; otp = "28"; };
          elixir_1_20 = { elixir = "1.20"; otp = "28"; };
        };
        # The one that `nix develop` enters, and direnv.
        defaultShell = "elixir_1_17";

        # Programs that not everybody wants.
        livebook = true; # `livebook server`; it runs notebooks on an Elixir of its own, nixpkgs' newest
        opencode = true; # the agents; one on your own PATH goes first
        serena = false; # code search for the agents
        asdf = false; # asdf-vm, for projects that are built without Nix, too

        # Defaults for the local models: one model for all three, since three would evict each other.
        # `ai-rules models fit` says whether it fits into this machine.
        modes = {
          plan = {
            ollama = "qwen3-coder:30b";
            lmstudio = "qwen/qwen3-coder-30b";
            mlx = "mlx-community/Qwen3-Coder-30B-A3B-Instruct-4bit";
            temperature = "0.7";
          };
          build = {
            ollama = "qwen3-coder:30b";
            lmstudio = "qwen/qwen3-coder-30b";
            mlx = "mlx-community/Qwen3-Coder-30B-A3B-Instruct-4bit";
            temperature = "0.3";
          };
          review = {
            ollama = "qwen3-coder:30b";
            lmstudio = "qwen/qwen3-coder-30b";
            mlx = "mlx-community/Qwen3-Coder-30B-A3B-Instruct-4bit";
            temperature = "0.5";
          };
        };

        # Beside what all profiles have. Libraries are what C code of yours is linked to.
        programs = pkgs: [ ];
        libraries = pkgs: [ ];

        # Variables; one that is set before the shell starts keeps its value.
        variables = { };
        # The same, where a value names a package.
        packageVariables = pkgs: { };
      };

      # From here on all profiles are the same.

      inherit (nixpkgs) lib;
      inherit (profile) shells;

      systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ];

      # "elixir_1_17+" is the newest row that is not older than elixir_1_17.
      newestFrom = name:
        lib.last (lib.sort (a: b: lib.versionOlder shells.${a}.elixir shells.${b}.elixir)
          (lib.filter (other: lib.versionAtLeast shells.${other}.elixir shells.${name}.elixir)
            (lib.attrNames shells)));

      beamOf = pkgs: row:
        let
          from = if row ? from then row.from.legacyPackages.${pkgs.stdenv.hostPlatform.system} else pkgs;
          # The sets of one OTP each. `pkgs.elixir_1_17` would run on the release's default OTP.
          beam = from.beam.packages."erlang_${row.otp}";
          elixir = beam."elixir_${lib.replaceStrings [ "." ] [ "_" ] row.elixir}";
        in
        {
          inherit (beam) erlang rebar3;
          elixir = if row ? exact then exactly from elixir row.exact else elixir;
        };

      exactly = pkgs: elixir: { version, hash }:
        elixir.overrideAttrs (_: {
          inherit version;
          src = pkgs.fetchFromGitHub {
            owner = "elixir-lang";
            repo = "elixir";
            rev = "v${version}";
            inherit hash;
          };
        });

      programsOf = pkgs: row:
        let
          inherit (pkgs.stdenv) hostPlatform;
          beam = beamOf pkgs row;
          optionally = name: lib.optional (profile.${name} or false && pkgs ? ${name}
            && lib.meta.availableOn hostPlatform pkgs.${name}) pkgs.${name};
        in
        [
          beam.elixir
          beam.erlang
          beam.rebar3
          pkgs.postgresql_16
          pkgs.nodejs_22
          pkgs.git
          pkgs.pkg-config
        ]
        # Watches files for live reload, code reload and test runners.
        ++ lib.optional hostPlatform.isLinux pkgs.inotify-tools
        ++ lib.optional hostPlatform.isDarwin pkgs.fswatch
        ++ lib.optional profile.asdf pkgs.asdf-vm
        ++ lib.concatMap optionally [ "livebook" "opencode" "serena" ]
        ++ databaseCommands pkgs
        ++ profile.programs pkgs;

      librariesOf = pkgs: [ pkgs.openssl ] ++ profile.libraries pkgs;

      # Programs, not functions of the hook: those are gone in `nix develop -c`, in direnv and in an
      # agent's pane.
      databaseCommands = pkgs:
        let bin = "${pkgs.postgresql_16}/bin"; in
        [
          (pkgs.writeShellScriptBin "db-start" ''
            set -eu
            : "''${PGDATA:?is not set; db-start runs in the development shell}"
            port="''${PGPORT:-5432}"
            if ${bin}/pg_ctl status >/dev/null 2>&1; then
              echo "PostgreSQL runs already; its data is in $PGDATA"
              exit 0
            fi
            if [ ! -e "$PGDATA/PG_VERSION" ]; then
              # Made beside and renamed: what was interrupted leaves no half of a database.
              rm -rf "$PGDATA.new"
              ${bin}/initdb -D "$PGDATA.new" --username=postgres --auth=trust --encoding=UTF8 \
                --locale-provider=icu --icu-locale=und --locale=C >/dev/null
              mv "$PGDATA.new" "$PGDATA"
            fi
            # On this machine's own address only, and without a socket, whose path may get too long.
            if ! ${bin}/pg_ctl start -w -s -l "$PGDATA/server.log" \
              -o "-p $port -h 127.0.0.1 -c unix_socket_directories="; then
              echo "db-start: PostgreSQL did not start. The end of $PGDATA/server.log:" >&2
              tail -n 5 "$PGDATA/server.log" >&2
              exit 1
            fi
            echo "PostgreSQL answers at 127.0.0.1:$port; the user is postgres, without a password"
          '')
          (pkgs.writeShellScriptBin "db-stop" ''
            set -eu
            : "''${PGDATA:?is not set; db-stop runs in the development shell}"
            if ! ${bin}/pg_ctl status >/dev/null 2>&1; then
              echo "PostgreSQL does not run"
              exit 0
            fi
            ${bin}/pg_ctl stop -w -s -m fast
            echo "PostgreSQL has stopped"
          '')
        ];

      # A value that is set before the shell starts wins.
      unlessSet = name: value: ''export ${name}="''${${name}:-${value}}"'';
      allUnlessSet = variables:
        lib.concatStringsSep "\n" (lib.mapAttrsToList unlessSet variables) + "\n";

      perMode = beginning: key:
        lib.mapAttrs' (mode: settings:
          lib.nameValuePair "${beginning}_${lib.toUpper mode}" settings.${key}) profile.modes;

      databaseVariables = {
        PGHOST = "127.0.0.1";
        PGPORT = "5432";
        PGUSER = "postgres";
      };

      modelVariables = {
        OLLAMA_HOST = "http://localhost:11434";
        OLLAMA_KEEP_ALIVE = "30m";
        LMSTUDIO_HOST = "http://localhost:1234/v1";
        LMSTUDIO_MAX_TOKENS = "8192";
        LMSTUDIO_CONTEXT_WINDOW = "65536";
      }
      // perMode "OLLAMA_MODEL" "ollama"
      // perMode "LMSTUDIO_MODEL" "lmstudio"
      // perMode "LMSTUDIO_TEMPERATURE" "temperature";

      # Settings of ai-rules, by the names that earlier guides gave them; MLX itself reads none.
      mlxVariables = {
        MLX_MODELS_PATH = "$AI_RULES_PROJECT_ROOT/mlx_models";
        MLX_VRAM_LIMIT = "45GB";
        MLX_TENSOR_PARALLEL = "1";
        MLX_MAX_GPUS = "1";
        MLX_QUANTIZATION_BITS = "4";
        MLX_QUANTIZATION_GROUP_SIZE = "64";
        MLX_BATCH_PLAN = "1";
        MLX_BATCH_BUILD = "4";
        MLX_BATCH_REVIEW = "8";
      }
      // perMode "MLX_MODEL" "mlx"
      // perMode "MLX_TEMP" "temperature";

      # Bash, in ASCII; it starts no program, so that a shell is entered at once.
      hookOf = { versions, more ? { } }: ''
        # The directory of flake.nix, also when the shell is entered below it.
        AI_RULES_PROJECT_ROOT="$PWD"
        while [ -n "$AI_RULES_PROJECT_ROOT" ] && [ ! -e "$AI_RULES_PROJECT_ROOT/flake.nix" ]; do
          AI_RULES_PROJECT_ROOT="''${AI_RULES_PROJECT_ROOT%/*}"
        done
        export AI_RULES_PROJECT_ROOT="''${AI_RULES_PROJECT_ROOT:-$PWD}"
        export AI_RULES_PROFILE="${profile.name}"
        ${versions}
        # Mix and Hex stay in the project, in a directory for each pair of Elixir and OTP: what one
        # pair has compiled does not load in another.
        export MIX_HOME="$AI_RULES_PROJECT_ROOT/.nix-mix/elixir-$ai_rules_elixir-otp-$ai_rules_otp"
        export MIX_ARCHIVES="$MIX_HOME/archives"
        export HEX_HOME="$AI_RULES_PROJECT_ROOT/.nix-hex/elixir-$ai_rules_elixir-otp-$ai_rules_otp"
        export PGDATA="$AI_RULES_PROJECT_ROOT/.nix-postgres"
      ''
      + allUnlessSet {
        ERL_AFLAGS = "-kernel shell_history enabled";
        # Erlang takes the names of files for UTF-8 whatever the locale is.
        ELIXIR_ERL_OPTIONS = "+fnu";
        LANG = "C.UTF-8";
        # A directory of ai-rules, such as a clone; an earlier project has a link to it here.
        AI_RULES_PATH = "$AI_RULES_PROJECT_ROOT/.ai_rules";
      }
      + allUnlessSet databaseVariables
      + allUnlessSet modelVariables
      + allUnlessSet (profile.variables // more)
      + ''
        case "''${system:-$MACHTYPE}" in
          aarch64-darwin | aarch64-apple-darwin* | arm64-apple-darwin*)
      ''
      + allUnlessSet mlxVariables
      + ''
            ;;
        esac

        # What the project has installed goes first; ai-rules' own comes last.
        PATH="$AI_RULES_PROJECT_ROOT/node_modules/.bin:$MIX_HOME/escripts:$PATH"
        if [ -d "$AI_RULES_PATH/bin" ]; then
          PATH="$PATH:$AI_RULES_PATH/bin"
        fi
        export PATH

        # Words are for a person at a terminal: on a pipe they would be taken for a command's output.
        if [ -t 1 ] && [ -z "''${AI_RULES_QUIET:-}" ]; then
          printf '%s (ai-rules %s)\n' "$ai_rules_versions" "$AI_RULES_PROFILE"
          printf '  Ollama     %s  plan %s, build %s, review %s\n' "$OLLAMA_HOST" \
            "$OLLAMA_MODEL_PLAN" "$OLLAMA_MODEL_BUILD" "$OLLAMA_MODEL_REVIEW"
          printf '  LM Studio  %s  plan %s, build %s, review %s\n' "$LMSTUDIO_HOST" \
            "$LMSTUDIO_MODEL_PLAN" "$LMSTUDIO_MODEL_BUILD" "$LMSTUDIO_MODEL_REVIEW"
          if [ -n "''${MLX_MODEL_PLAN:-}" ]; then
            printf '  MLX        %s  plan %s, build %s, review %s\n' "$MLX_VRAM_LIMIT" \
              "$MLX_MODEL_PLAN" "$MLX_MODEL_BUILD" "$MLX_MODEL_REVIEW"
          fi
          ai_rules_missing=""
          for ai_rules_program in ai-rules opencode serena mgrep; do
            type -P "$ai_rules_program" >/dev/null || ai_rules_missing+=" $ai_rules_program"
          done
          if [ -n "$ai_rules_missing" ]; then
            printf '  not installed:%s\n' "$ai_rules_missing"
          fi
        fi
        unset ai_rules_elixir ai_rules_otp ai_rules_versions ai_rules_program ai_rules_missing
      '';

      shellOf = pkgs: name:
        let
          row = shells.${name};
          beam = beamOf pkgs row;
        in
        pkgs.mkShell {
          name = "ai-rules-${name}";
          packages = programsOf pkgs row;
          buildInputs = librariesOf pkgs;
          shellHook = hookOf {
            versions = ''
              export AI_RULES_SHELL="${name}"
              # Else Mix fetches a rebar3 of its own.
              export MIX_REBAR3="${beam.rebar3}/bin/rebar3"
              ai_rules_elixir="${row.elixir}" ai_rules_otp="${row.otp}"
              ai_rules_versions="Elixir ${beam.elixir.version}, OTP ${beam.erlang.version}, PostgreSQL ${pkgs.postgresql_16.version}, Node ${pkgs.nodejs_22.version}"
            '';
            more = profile.packageVariables pkgs;
          };
        };
    in
    {
      devShells = lib.genAttrs systems (system:
        let pkgs = nixpkgs.legacyPackages.${system}; in
        lib.mapAttrs (name: _: shellOf pkgs name) shells
        // lib.mapAttrs' (name: _: lib.nameValuePair "${name}+" (shellOf pkgs (newestFrom name))) shells
        // { default = shellOf pkgs profile.defaultShell; });

      # For a flake of your own that has this one as an input.
      lib = {
        # What the default shell has, from your nixpkgs.
        defaultDependencies = pkgs:
          programsOf pkgs shells.${profile.defaultShell} ++ librariesOf pkgs;

        # Its hook, the same on all systems. It finds out the versions by where the programs are.
        shellHook = hookOf {
          versions = ''
            ai_rules_elixir="$(type -P elixir || :)" ai_rules_otp="$(type -P erl || :)"
            ai_rules_elixir="''${ai_rules_elixir##*-elixir-}" ai_rules_otp="''${ai_rules_otp##*-erlang-}"
            ai_rules_elixir="''${ai_rules_elixir%%/*}" ai_rules_otp="''${ai_rules_otp%%/*}"
            ai_rules_elixir="''${ai_rules_elixir:-unknown}" ai_rules_otp="''${ai_rules_otp:-unknown}"
            ai_rules_versions="Elixir $ai_rules_elixir, OTP $ai_rules_otp"
            # Of 1.17.3 and 27.3.4 the pair is 1.17 and 27.
            ai_rules_elixir="''${ai_rules_elixir%".''${ai_rules_elixir#*.*.}"}"
            ai_rules_otp="''${ai_rules_otp%%.*}"
          '';
        };
      };
    };
}

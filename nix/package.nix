# ai-rules as a package, from this tree.
pkgs:
let
  inherit (pkgs) lib;
  root = ../.;
  npm = import ./npm-lock.nix { inherit lib root; inherit (pkgs.stdenv) hostPlatform; };

  # What the build reads; a change of anything else builds nothing anew.
  sources = [ "LICENSE" "README.md" "bin" "package-lock.json" "package.json" "profiles" "src" "tsconfig.json" ];
  source = builtins.path {
    path = root;
    name = "ai-rules-source";
    filter = path: _:
      lib.elem (lib.head (lib.splitString "/" (lib.removePrefix "${toString root}/" path))) sources;
  };

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
    # npm packs no file of this name.
    for ignored in profiles/*/.gitignore; do
      cp "$ignored" "$out/lib/node_modules/ai-rules/$ignored"
    done
    wrapProgram $out/bin/ai-rules --suffix PATH : ${lib.makeBinPath fallbacks}
  '';

  meta = {
    description = npm.package.description;
    license = lib.licenses.mit;
    mainProgram = "ai-rules";
    platforms = lib.platforms.unix;
  };
}

# The two files of npm, as nixpkgs' importNpmLock needs them.
#
# - package-lock.json names no addresses, so that any registry can serve it. Nix wants one for each
#   package: npm's own registry. What counts is the integrity, which the lock has.
# - Only what the program and its build need on this platform stays. Most development tools are large,
#   two of them fetch more when they are installed, and the lock has no integrity for some that are
#   made for other platforms.
{ lib, hostPlatform, root }:
let
  package = lib.importJSON (root + "/package.json");
  lock = lib.importJSON (root + "/package-lock.json");

  builders = [ "esbuild" ];
  reduced = from: from // {
    devDependencies = lib.filterAttrs (name: _: lib.elem name builders) from.devDependencies;
  };

  # "node_modules/ink/node_modules/signal-exit" is signal-exit, "node_modules/@esbuild/linux-x64" is
  # @esbuild/linux-x64.
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
}

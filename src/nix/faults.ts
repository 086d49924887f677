/**
 * The faults Nix is known to have, one row each: how its words are recognised, what it means in the
 * user's words, and what to do. The rows are tried in order; the first that matches names the fault.
 * Recorded from Nix 2.8.0, 2.26.3 and 2.34.8: their texts differ, hence the alternatives.
 */
import type { ErrorCode } from "../core/error.ts";
import { shellWord } from "../core/shell-word.ts";

/** What a fault's words are made of. */
export type FaultContext = {
  /** The first thing the pattern caught: a file, an attribute, a version. */
  readonly what: string;
  /** Names to choose from instead of one that is not known. */
  readonly suggestions: readonly string[];
  /** "default" or NAME of `.#NAME`. */
  readonly shell: string;
  readonly system: string;
};

export type Fault = {
  readonly id: FaultId;
  readonly pattern: RegExp;
  readonly message: (context: FaultContext) => string;
  readonly remedy: (context: FaultContext) => string;
};

export type FaultId = (typeof faults)[number]["id"] | "evaluation" | "unknown";

type Row = Omit<Fault, "id"> & { readonly id: string };

/** All faults, in the order in which they are tried. */
export const faults = [
  {
    id: "features-off",
    pattern: /experimental Nix feature '([\w-]+)' is disabled/u,
    message: ({ what }) => `Nix refuses to run: its feature '${what}' is switched off`,
    remedy: () =>
      "add `extra-experimental-features = nix-command flakes` to ~/.config/nix/nix.conf",
  },
  {
    id: "nix-too-old",
    pattern: /This version of Nixpkgs requires (?:Nix >= ([\d.]+)|an implementation of Nix)/u,
    message: () => "this Nix is too old for the nixpkgs in flake.lock",
    remedy: ({ what }) =>
      `update Nix to ${what || "2.18"} or newer: \`nix upgrade-nix\`, or the package of this system where it is one`,
  },
  {
    id: "not-tracked",
    pattern:
      /Path '([^\n]+?)' in the repository .* is not tracked by Git|(?:getting status of|path) '[^'\n]*\/[a-z0-9]{32}-source\/([^']+)'(?:: No such file or directory| does not exist)/u,
    message: ({ what }) => `Nix cannot see ${what}: Git does not track it`,
    remedy: ({ what }) => `run \`git add -N ${shellWord(what)}\``,
  },
  {
    id: "no-git",
    pattern: /executing ['"]git['"]: No such file or directory/u,
    message: () => "Nix reads this repository with Git, and Git is not installed",
    remedy: () => "install it: `nix profile install nixpkgs#git`",
  },
  {
    id: "bad-path",
    pattern: /'file:\/\/([^']*(?:'[^'\n]*)*)' is not a valid URL/u,
    message: ({ what }) => `this Nix cannot read a Git repository at ${what}`,
    remedy: () => "move the project to a path of plain letters and digits, or update Nix",
  },
  {
    id: "no-flake",
    pattern:
      /could not find a flake\.nix file|is not part of a flake|does not contain a '\/?flake\.nix'(?! *, searching)/u,
    message: () => "Nix finds no flake.nix in this project",
    remedy: () => "write a flake.nix with a devShell, or go on without Nix",
  },
  {
    id: "repo-owner",
    // Git's own words first: they name the repository, and the project may be a folder of it.
    pattern:
      /dubious ownership in repository at '([^\n]+)'|repository path '([^\n]+?)\/?' is not owned by current user|dubious ownership|program 'git' failed with exit code 129/u,
    message: () => "Git refuses this repository: it belongs to another user",
    remedy: ({ what }) =>
      `run \`git config --global --add safe.directory ${what === "" ? '"$PWD"' : shellWord(what)}\`, or change its owner`,
  },
  {
    id: "special-file",
    pattern: /file '([^\n]+)' has an unsupported type/u,
    message: ({ what }) => `Nix cannot copy ${what}: it is a socket, a pipe or a device`,
    remedy: () => "put the project under Git: run `git init` and `git add -N flake.nix flake.lock`",
  },
  {
    id: "lock-conflict",
    pattern: /json\.exception\.parse_error|Could not parse '[^']*flake\.lock'/u,
    message: () => "flake.lock is not JSON: it may hold the marks of a merge",
    remedy: () => "run `git checkout --ours flake.lock` and then `nix flake lock`",
  },
  {
    id: "lock-version",
    pattern: /lock file '[^']*' has unsupported version (\d+)/u,
    message: ({ what }) => `flake.lock has version ${what}, which this Nix does not know`,
    // All that know flakes read 5 to 7 (flake/lockfile.cc): a lower one is left of their beginnings.
    remedy: ({ what }) =>
      Number(what) < 5
        ? "write it anew: `rm flake.lock && nix flake lock`"
        : "update Nix: run `nix upgrade-nix`, or the package of this system where it is one",
  },
  {
    id: "lock-outdated",
    pattern: /requires lock file changes but they're not allowed/u,
    message: () => "flake.lock does not fit flake.nix",
    remedy: () => "run `nix flake lock`",
  },
  {
    id: "hash-mismatch",
    pattern: /NAR hash mismatch|hash mismatch in (?:fixed-output|input)/u,
    message: () => "what was downloaded is not what flake.lock or flake.nix names",
    remedy: () => "run `nix flake update` if the source changed on purpose",
  },
  {
    id: "daemon-down",
    pattern: /cannot connect to (?:socket at|daemon)/u,
    message: () => "the Nix daemon does not answer",
    remedy: ({ system }) =>
      system.endsWith("darwin")
        ? "run `sudo launchctl kickstart -k system/org.nixos.nix-daemon`"
        : "run `sudo systemctl start nix-daemon`",
  },
  {
    id: "store-busy",
    pattern: /SQLite database '([^']+)' is busy/u,
    message: () => "another Nix process holds the database of the Nix store",
    remedy: () => "wait for it to end (`pgrep -a nix` names it), then try again",
  },
  {
    id: "no-build-users",
    pattern: /the group '([^']+)' specified in 'build-users-group' does not exist/u,
    message: ({ what }) => `Nix runs as root and its build group '${what}' does not exist`,
    remedy: () => "add `build-users-group =` to /etc/nix/nix.conf (builds then run as root)",
  },
  {
    id: "store-permission",
    pattern:
      /(?:could not set permissions on|opening lock file|creating directory) ['"][^'"]*['"].*(?:not permitted|Permission denied|Read-only file system)/u,
    message: () => "you may not write to the Nix store",
    remedy: () => "start the Nix daemon, or install Nix for this user",
  },
  {
    id: "disk-full",
    pattern: /No space left on device/u,
    message: () => "the disk is full",
    remedy: () => "run `nix-collect-garbage -d`",
  },
  {
    id: "network",
    pattern:
      /unable to download '([^']*)'|Could(?:n't| not) resolve host|cannot find flake 'flake:([\w-]+)' in the flake registries/u,
    message: ({ what }) =>
      what === "" || what.includes("/")
        ? `Nix cannot download ${what || "an input"}`
        : `the input '${what}' is not declared in flake.nix, and the registry cannot be read`,
    remedy: ({ what }) =>
      what === "" || what.includes("/")
        ? "check the network and try again"
        : `add \`inputs.${what}.url = "..."\` to flake.nix`,
  },
  {
    id: "otp-pair",
    pattern: /Unsupported elixir and erlang OTP combination/u,
    message: () => "this Elixir does not run on this Erlang/OTP",
    remedy: () => "take both from one set in flake.nix: pkgs.beam.packages.erlang_27.elixir_1_17",
  },
  {
    id: "insecure",
    pattern: /Package ‘([^’]+)’ in .* is marked as insecure/u,
    message: ({ what }) => `nixpkgs refuses ${what}: it is marked as insecure`,
    remedy: () => "use a newer version in flake.nix, or list it in permittedInsecurePackages",
  },
  {
    id: "unfree",
    pattern: /Package ‘([^’]+)’ in .* has an unfree license/u,
    message: ({ what }) => `nixpkgs refuses ${what}: its licence is not free`,
    remedy: () => "import nixpkgs with `config.allowUnfree = true` in flake.nix",
  },
  {
    id: "platform-package",
    pattern: /Package ‘([^’]+)’ in .* is not available on the requested hostPlatform/u,
    message: ({ what, system }) => `${what} is not made for ${system}`,
    remedy: () => "wrap it in `lib.optionals stdenv.isLinux [ ... ]` in flake.nix",
  },
  {
    id: "platform-dropped",
    pattern: /has dropped support for ([\w-]+)/u,
    message: ({ what }) => `this nixpkgs no longer supports ${what}`,
    remedy: () => "pin an older nixpkgs release in flake.nix",
  },
  {
    id: "package-removed",
    pattern: /'?([\w.-]+)'? (?:has been|was) removed/u,
    message: ({ what }) => `${what} was removed from nixpkgs`,
    remedy: () => "delete it from flake.nix, or use what Nix names instead",
  },
  {
    id: "no-shell",
    pattern: /does not provide attribute '(?:devShells|packages)\.[\w-]+\.([^']+)'/u,
    message: ({ shell, system }) => `flake.nix has no shell '${shell}' for ${system}`,
    remedy: ({ suggestions, shell, system }) =>
      suggestions.length > 0
        ? `choose one with --shell: ${suggestions.join(", ")}`
        : `add \`devShells.${system}.${shell}\` to flake.nix`,
  },
  {
    id: "attribute-missing",
    pattern: /attribute '([^']+)' missing/u,
    message: ({ what }) => `there is no attribute '${what}'`,
    remedy: ({ suggestions }) =>
      suggestions.length > 0
        ? `did you mean ${suggestions.join(", ")}?`
        : "look the name up with `nix search nixpkgs NAME`",
  },
  {
    id: "syntax",
    pattern: /syntax error, ([^\n]+)/u,
    message: ({ what }) => `syntax error: ${what}`,
    remedy: () => "correct the file at this place; a `;` missing on the line above is common",
  },
  {
    id: "duplicate",
    pattern: /attribute '([^']+)' already defined at/u,
    message: ({ what }) => `'${what}' is defined twice`,
    remedy: () => "merge both definitions into one",
  },
  {
    id: "unexpected-input",
    pattern: /called with unexpected argument '([^']+)'/u,
    message: ({ what }) => `the outputs function does not take the input '${what}'`,
    remedy: ({ what }) => `add ${what}, or \`...\`, to the arguments of outputs in flake.nix`,
  },
  {
    id: "undefined",
    pattern: /undefined variable '([^']+)'/u,
    message: ({ what }) => `the variable '${what}' is not defined`,
    remedy: ({ what }) =>
      what === "pkgs"
        ? "add `pkgs = nixpkgs.legacyPackages.${system};` to a let in flake.nix"
        : "define it; in a shell hook write ''${NAME} for a variable of the shell",
  },
  {
    id: "recursion",
    pattern: /infinite recursion encountered/u,
    message: () => "a value is defined by itself (infinite recursion)",
    remedy: () => "run `nix flake check --show-trace` to see the circle",
  },
  {
    id: "impure",
    pattern: /access to absolute path '([^']+)' is forbidden in pure/u,
    message: ({ what }) => `a flake may not read ${what}`,
    remedy: () => "use a path inside the project",
  },
  {
    id: "platform-builder",
    pattern: /a '([\w-]+)' with features .* is required to build|Required system: '([\w-]+)'/u,
    message: ({ what }) => `something in this shell can only be built on ${what}`,
    remedy: ({ system }) => `use packages of ${system} in flake.nix`,
  },
  {
    id: "not-bash",
    pattern: /only works on derivations that use 'bash' as their builder/u,
    message: ({ shell }) => `the output '${shell}' is not a development shell`,
    remedy: () => "make it with pkgs.mkShell",
  },
  {
    id: "build-failed",
    pattern:
      /builder for '([^']+)' failed|Cannot build '([^']+)'|dependencies of derivation .* failed to build/u,
    message: ({ what }) => `${packageOf(what)} does not build`,
    remedy: ({ what }) => (what ? `run \`nix log ${what}\`` : "read Nix's own words"),
  },
  {
    id: "interrupted",
    pattern: /interrupted by the user/u,
    message: () => "the evaluation was interrupted",
    remedy: () => "start it again",
  },
  {
    id: "usage",
    pattern: /unrecognised flag|unexpected argument/u,
    message: () => "this Nix does not know an option that ai-rules uses",
    remedy: () =>
      "update Nix to 2.18 or newer: `nix upgrade-nix`, or the package of this system where it is one",
  },
] as const satisfies readonly Row[];

/** What none of them is: Nix's own last words are all there is. */
export const unknownFault: Pick<Fault, "message" | "remedy"> = {
  message: ({ what }) =>
    what === "" ? "Nix failed without a word" : `Nix cannot evaluate the shell: ${what}`,
  remedy: () => "run `nix flake check --show-trace` to see the whole trace",
};

/** The code of a fault's problem. */
export function faultCode(id: FaultId): ErrorCode {
  return id === "evaluation" || id === "unknown" ? "nix/eval-failed" : `nix/${id}`;
}

function packageOf(derivation: string): string {
  return derivation.replace(/^.*\/[a-z0-9]{32}-/u, "").replace(/\.drv$/u, "") || "a dependency";
}

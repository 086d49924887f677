import { dirname, join } from "node:path";
import { shellWord } from "../../core/shell-word.ts";
import { leastNix, type NixVersion } from "../../nix/version.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { hasFlake, nixProgram, nixVersion } from "../facts/nix.ts";

/** Whether there is a `nix`, and shells find it. */
export const programCheck: Check = {
  id: "nix-program",
  group: "nix",
  title: "Nix is installed, and on PATH",
  timeoutMs: 2000,
  run: async (context) => {
    const nix = await nixProgram(context);
    if (!nix) return [await missing(context)];
    if (nix.onPath) return [ok(`Nix is ${nix.path}`)];
    const profile = await profileScript(context, nix.path);
    return [
      {
        status: "warn",
        code: "nix/not-on-path",
        found: `Nix is ${nix.path}, and PATH does not lead there`,
        why: "ai-rules finds it all the same; direnv and you in a shell do not",
        remedy: profile
          ? `run \`. ${shellWord(profile)}\`, and put that line into your shell's profile`
          : `run \`export PATH="$PATH":${shellWord(dirname(nix.path))}\`, and put it into your shell's profile`,
      },
    ];
  },
};

async function missing(context: DoctorContext): Promise<Finding> {
  const isNeeded = await hasFlake(context);
  return {
    status: isNeeded ? "fail" : "warn",
    code: "nix/not-installed",
    found: "Nix is not installed",
    why: isNeeded
      ? "agents run in your own environment, not in the one that flake.nix describes"
      : "no flake.nix here needs it yet; the one that `ai-rules init` writes will",
    remedy: "install it from https://nixos.org/download, then open a new terminal",
  };
}

/** What the installer puts beside the program. */
async function profileScript({ ports }: DoctorContext, nix: string): Promise<string | undefined> {
  const directory = join(dirname(dirname(nix)), "etc", "profile.d");
  for (const name of ["nix-daemon.sh", "nix.sh"]) {
    const path = join(directory, name);
    if ((await ports.files.status(path))?.kind === "file") return path;
  }
  return undefined;
}

/** Which Nix it is, and whether nixpkgs can be evaluated with it. */
export const versionCheck: Check = {
  id: "nix-version",
  group: "nix",
  title: "the version of Nix",
  timeoutMs: 4500,
  run: async (context) => {
    const said = await nixVersion(context);
    if (!said) return [skip("Nix is not installed")];
    const { result, version } = said;
    if (!version) return [await notANix(context, result.end, result.stderr || result.stdout)];
    if (version.isNewEnough) return [ok(`${version.flavour}, version ${version.version}`)];
    return [await tooOld(context, version)];
  },
};

async function tooOld(context: DoctorContext, version: NixVersion): Promise<Finding> {
  const { identity = "" } = (await nixProgram(context)) ?? {};
  return {
    status: version.knowsFlakes ? "warn" : "fail",
    code: "nix/nix-too-old",
    found: `this is ${version.flavour} ${version.version}`,
    why: version.knowsFlakes
      ? `today's nixpkgs needs ${leastNix} or newer: a flake that takes it does not evaluate`
      : `it knows no flakes; today's nixpkgs needs ${leastNix} or newer`,
    // That command replaces only what Nix itself has installed into its store.
    remedy: identity.startsWith("/nix/store/")
      ? "update it: `nix upgrade-nix`, for a Nix of all users `sudo -i nix upgrade-nix`"
      : "it is a package of this system: update that, or install Nix from https://nixos.org/download",
  };
}

async function notANix(context: DoctorContext, end: string, words: string): Promise<Finding> {
  const path = (await nixProgram(context))?.path ?? "nix";
  return {
    status: "fail",
    code: "nix/not-started",
    found: end === "timed-out" ? `${path} does not answer` : `${path} does not say its version`,
    why: "nothing that needs Nix will work",
    remedy: `run \`${shellWord(path)} --version\` to see why`,
    ...(words === "" ? {} : { detail: words }),
  };
}

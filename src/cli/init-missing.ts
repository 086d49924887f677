/** What a project needs and this machine does not have: init writes all the same, and says so. */
import type { Problem } from "../core/error.ts";
import { printable } from "../core/text.ts";
import { findNix } from "../nix/find-nix.ts";
import { findProgram } from "../opencode/find-program.ts";
import { locateOpencode } from "../opencode/locate.ts";
import type { Ports } from "../platform/ports.ts";

export type Tooling = {
  /** Absolute path of a Nix that can evaluate the flake. */
  readonly nix: string | undefined;
  /** A Nix is there, be it too old. */
  readonly hasNix: boolean;
  readonly direnv: boolean;
  readonly missing: readonly Problem[];
};

type Machine = Pick<Ports, "env" | "files" | "host" | "run">;

/** Looks for Nix, OpenCode and direnv; the only program it runs is `nix --version`. */
export async function surveyTooling(ports: Machine, root: string): Promise<Tooling> {
  const path = ports.env["PATH"] ?? "";
  const [nix, opencode, direnv] = await Promise.all([
    checkNix(ports),
    locateOpencode(ports, { userPath: path }),
    findProgram(ports, "direnv", { path, cwd: root }),
  ]);
  return {
    nix: typeof nix === "string" ? nix : undefined,
    hasNix: typeof nix === "string" || nix.code !== "nix/not-installed",
    direnv: direnv !== undefined,
    missing: [...(typeof nix === "string" ? [] : [nix]), ...("code" in opencode ? [opencode] : [])],
  };
}

async function checkNix(ports: Machine): Promise<string | Problem> {
  const nix = await findNix(ports);
  if (!nix)
    return {
      code: "nix/not-installed",
      message: "Nix is not installed: agents run in your own environment until it is",
      remedy: "install it from https://nixos.org/download, then open a new terminal",
    };
  const result = await ports.run({
    file: nix.path,
    args: ["--version"],
    env: ports.env,
    timeoutMs: 3000,
  });
  const found = versionOf(result.stdout);
  if (!found || isEnough(found)) return nix.path;
  return {
    code: "nix/nix-too-old",
    message: `Nix ${printable(found.join("."))} is too old for the flake's nixpkgs, which needs ${oldest.join(".")}`,
    remedy: "update it: `nix upgrade-nix`, or the package of this system where it is one",
  };
}

/** The oldest one that nixpkgs lets evaluate it (its lib/minfeatures.nix). */
const oldest = [2, 18] as const;

/** "nix (Nix) 2.34.8", "nix (Determinate Nix 3.22.1) 2.35.2": the last number is that of Nix. */
function versionOf(text: string): readonly [number, number] | undefined {
  const found = /^nix \(.+?\) (\d+)\.(\d+)/m.exec(text);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

function isEnough([major, minor]: readonly [number, number]): boolean {
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

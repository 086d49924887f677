import { join } from "node:path";
import {
  type FlakeLock,
  type LockedInput,
  nixpkgsRelease,
  parseFlakeLock,
} from "../../nix/flake-lock.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { whyNoNix } from "../facts/nix.ts";

/** Nix has written 7 since 2.4, and reads these (flake/lockfile.cc). */
const oldestVersion = 5;
const newestVersion = 7;
const day = 24 * 3600 * 1000;
/** For what follows no release. */
const oldDays = 365;

/** What flake.lock pins, and since when. */
export const lockCheck: Check = {
  id: "nix-lock",
  group: "nix",
  title: "flake.lock: its version, and the age of nixpkgs",
  timeoutMs: 2000,
  run: async (context) => {
    const why = await whyNoNix(context);
    if (why !== undefined) return [skip(why)];
    const { files, clock } = context.ports;
    const text = await files.readText(join(context.root, "flake.lock"));
    if (text === undefined) return [await absent(context)];
    const lock = parseFlakeLock(text);
    // The marks of a merge are told by nix-git.
    if (!lock) return [unreadable(text)];
    if (lock.version > newestVersion) return [tooNew(lock)];
    if (lock.version < oldestVersion) return [tooOld(lock)];
    return ages(lock, clock.now());
  },
};

/** A flake without inputs has nothing to lock. */
async function absent({ ports, root }: DoctorContext): Promise<Finding> {
  const text = (await ports.files.readText(join(root, "flake.nix"))) ?? "";
  if (!/^[^#\n]*\binputs\b/mu.test(text)) return ok("flake.nix has no inputs to lock");
  return {
    status: "warn",
    code: "nix/lock-missing",
    found: "there is no flake.lock",
    why: "each machine takes whatever nixpkgs is newest, and needs a network for it",
    remedy: "run `nix flake lock && git add -N flake.lock`",
  };
}

function unreadable(text: string): Finding {
  const isMerge = /^<{7}/mu.test(text);
  if (isMerge) return skip("flake.lock holds the marks of a merge");
  return {
    status: "fail",
    code: "nix/lock-broken",
    found: "flake.lock is not what Nix writes",
    why: "Nix cannot read it, and evaluates nothing",
    remedy: "write it anew: `rm flake.lock && nix flake lock`",
  };
}

function tooNew({ version }: FlakeLock): Finding {
  return {
    status: "fail",
    code: "nix/lock-version",
    found: `flake.lock has version ${version}, and Nix knows ${newestVersion}`,
    why: "Nix refuses to read it",
    remedy:
      "update Nix (`nix upgrade-nix`, or the package of this system), or write it anew: `rm flake.lock && nix flake lock`",
  };
}

function tooOld({ version }: FlakeLock): Finding {
  return {
    status: "fail",
    code: "nix/lock-version",
    found: `flake.lock has version ${version}, and Nix reads ${oldestVersion} and newer`,
    why: "Nix refuses to read it",
    remedy: "write it anew: `rm flake.lock && nix flake lock`",
  };
}

/** Inputs of other names may be meant to be old: the shell for an old Elixir has one. */
function ages({ inputs, version }: FlakeLock, now: number): readonly Finding[] {
  const nixpkgs = inputs.find(({ name }) => name === "nixpkgs");
  if (!nixpkgs) return [ok(`flake.lock has version ${version}`)];
  const release = nixpkgs.ref === undefined ? undefined : nixpkgsRelease(nixpkgs.ref);
  if (release && now >= release.endsAt) return [ended(release.name, release.endsAt)];
  const days = ageInDays(nixpkgs, now);
  if (!release && days > oldDays) return [old(days)];
  const name = release ? `nixpkgs ${release.name}` : "nixpkgs";
  return [ok(Number.isNaN(days) ? `${name} is locked` : `${name}, ${days} days old`)];
}

function ageInDays({ lastModified }: LockedInput, now: number): number {
  if (lastModified === undefined) return Number.NaN;
  return Math.max(0, Math.floor((now - lastModified) / day));
}

function ended(release: string, endsAt: number): Finding {
  return {
    status: "warn",
    code: "nix/nixpkgs-old",
    found: `nixpkgs ${release} came to its end on ${new Date(endsAt - day).toISOString().slice(0, 10)}`,
    why: "nothing in it is mended any more, holes in OpenSSL and Erlang neither",
    remedy: "name a newer release in flake.nix, then run `nix flake update`",
  };
}

function old(days: number): Finding {
  return {
    status: "warn",
    code: "nix/nixpkgs-old",
    found: `the locked nixpkgs is ${days} days old`,
    why: "holes that were found since are not mended in it",
    remedy: "run `nix flake update`",
  };
}

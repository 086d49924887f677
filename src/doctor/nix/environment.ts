/** The evaluated shell in the cache, and what keeps it in Nix's store. */
import { basename, join } from "node:path";
import { memory, moment, took } from "../../core/format.ts";
import { shellWord } from "../../core/shell-word.ts";
import { profileOf } from "../../nix/cache.ts";
import { withFlakes } from "../../nix/command-options.ts";
import { type Check, type Finding, findingOf, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { nixProgram, runNix, succeeded } from "../facts/nix.ts";
import { type ProjectShell, projectShell, shellVariables } from "../facts/project-shell.ts";

export const cacheCheck: Check = {
  id: "nix-cache",
  group: "nix",
  title: "the evaluated environment in the cache",
  timeoutMs: 2000,
  run: async (context) => {
    const found = await projectShell(context);
    const { clock } = context.ports;
    switch (found.type) {
      case "none":
        return [skip(found.why)];
      case "inherited":
        return [ok(found.why)];
      case "never":
        return [ok("not evaluated yet: the first start does it")];
      case "stale":
        return [
          ok(
            `of ${moment(found.shell.evaluatedAt, clock.now())}; the flake has changed since: the next start evaluates it anew`,
          ),
        ];
      case "fresh":
        return [
          ok(`of ${moment(found.shell.evaluatedAt, clock.now())}, and the flake is as it was`),
        ];
      default:
        return found satisfies never;
    }
  },
};

export const hookCheck: Check = {
  id: "nix-hook",
  group: "nix",
  title: "the shell's hook runs to its end",
  timeoutMs: 5000,
  run: async (context) => {
    const found = await shellVariables(context);
    switch (found.type) {
      case "own":
        return [skip(found.why)];
      case "shell":
        return [found.warning === undefined ? wentWell(found.tookMs) : wentOn(found.warning)];
      case "failed":
        return [
          {
            ...findingOf(found.problem, { status: "fail", root: context.root }),
            why: "agents run in the last environment that worked, else in your own",
          },
        ];
      default:
        return found satisfies never;
    }
  },
};

function wentWell(tookMs: number): Finding {
  return ok(tookMs === 0 ? "it has run already" : `it ran in ${took(tookMs)}`);
}

function wentOn(said: string): Finding {
  const [last = ""] = said.trim().split("\n").slice(-1);
  return {
    status: "warn",
    code: "nix/hook-warned",
    found: `something in the shell's hook fails: ${last}`,
    why: "bash goes on after it, and what should have been set may be missing",
    remedy: "correct shellHook in flake.nix; `nix develop -c true` shows all it says",
    detail: said,
  };
}

type Kept = Extract<ProjectShell, { type: "fresh" | "stale" }>;

/** Nix's garbage collection takes what no link of the store's own leads to. */
export const rootsCheck: Check = {
  id: "nix-roots",
  group: "nix",
  title: "what keeps the shell from being collected, and its size",
  timeoutMs: 4800,
  run: async (context) => {
    const found = await projectShell(context);
    if (found.type !== "fresh" && found.type !== "stale")
      return [skip("no evaluated shell is kept")];
    const isRoot = await isKept(context, found);
    if (isRoot === false) return [unprotected(found)];
    const size = await closureBytes(context, found.shell.storePath);
    const shells = await keptShells(context, found.directory);
    const sizes = size === undefined ? "" : `, with all it needs ${memory(size)}`;
    return [ok(`${shells} of this project ${shells === 1 ? "is" : "are"} kept${sizes}`)];
  },
};

/** Undefined where the store's links cannot be read. */
async function isKept(
  { ports: { files, env } }: DoctorContext,
  { directory, shell }: Kept,
): Promise<boolean | undefined> {
  const state = env["NIX_STATE_DIR"] ?? "/nix/var/nix";
  const links = join(state, "gcroots", "auto");
  try {
    if (!(await files.status(links))) return undefined;
    const names = await files.list(links);
    const targets = await Promise.all(names.map((name) => files.readLink(join(links, name))));
    const profile = profileOf(directory, shell.id);
    const generation = await files.readLink(profile);
    const own = [
      profile,
      rootLink(profile),
      ...(generation ? [join(directory, basename(generation))] : []),
    ];
    return targets.some((target) => target !== undefined && own.includes(target));
  } catch {
    return undefined;
  }
}

/** Named as what belongs to that shell, and goes with it. */
function rootLink(profile: string): string {
  return `${profile}-root`;
}

function unprotected({ directory, shell }: Kept): Finding {
  const link = shellWord(rootLink(profileOf(directory, shell.id)));
  return {
    status: "warn",
    code: "nix/not-a-root",
    found: "nothing keeps the evaluated shell from Nix's garbage collection",
    why: "the next `nix-collect-garbage` takes it, and a start without a network has none",
    remedy: `run \`nix-store --realise ${shell.storePath} --add-root ${link} --indirect\``,
  };
}

async function closureBytes(context: DoctorContext, path: string): Promise<number | undefined> {
  const nix = await nixProgram(context);
  if (!nix) return undefined;
  const args = [...withFlakes, "path-info", "--closure-size", path];
  const result = await runNix(context, { file: nix.path, args, timeoutMs: 3000 });
  const size = /\s(\d+)\s*$/u.exec(result.stdout)?.[1];
  return succeeded(result) && size !== undefined ? Number(size) : undefined;
}

async function keptShells({ ports }: DoctorContext, directory: string): Promise<number> {
  const names = await ports.files.list(directory).catch(() => []);
  return names.filter((name) => name.endsWith(".json")).length;
}

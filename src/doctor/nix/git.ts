/** In a repository Nix sees only what Git knows. */
import { join } from "node:path";
import { shellWord } from "../../core/shell-word.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import { commandFix } from "../command-fix.ts";
import type { DoctorContext } from "../context.ts";
import { git, isUnmerged, type ProjectGit, projectGit } from "../facts/git.ts";
import { flakeFiles, hasFlake, nixProgram } from "../facts/nix.ts";

export const gitCheck: Check = {
  id: "nix-git",
  group: "nix",
  title: "the project is in Git, and Git knows its flake",
  timeoutMs: 4800,
  run: async (context) => {
    const found = await projectGit(context);
    if (found.type !== "repository") return [await outside(context, found)];
    if (!(await hasFlake(context))) return [ok("the project is in Git; it has no flake.nix")];
    const findings = (
      await Promise.all([
        tracked(context, "flake.nix"),
        tracked(context, "flake.lock"),
        mergeMarks(context, "flake.nix"),
        mergeMarks(context, "flake.lock"),
      ])
    ).flat();
    return findings.length === 0
      ? [ok(`Git knows ${(await flakeFiles(context)).replace(" ", " and ")}`)]
      : findings;
  },
};

async function outside(
  context: DoctorContext,
  found: Exclude<ProjectGit, { type: "repository" }>,
): Promise<Finding> {
  const { root } = context;
  switch (found.type) {
    case "no-git":
      return {
        status: "warn",
        code: "nix/no-git",
        found: "Git is not installed",
        why: "Nix reads a project in Git much faster, and refuses a repository without it",
        remedy: (await nixProgram(context))
          ? "install it: `nix profile install nixpkgs#git`"
          : "install the package git of your system",
      };
    case "refused":
      return {
        status: "fail",
        code: "nix/repo-owner",
        found: "Git refuses this repository: it belongs to another user",
        why: "Nix refuses it as well, and agents see no history",
        remedy: `run \`git config --global --add safe.directory ${shellWord(found.top ?? root)}\`, or change its owner`,
      };
    case "broken":
      return {
        status: "warn",
        code: "nix/git-broken",
        found: `Git cannot read the project's repository: ${found.words}`,
        remedy: "run `git status` to see more",
      };
    case "none":
      return (await hasFlake(context)) ? notInGit(context) : skip("no flake.nix, and no Git");
    default:
      return found satisfies never;
  }
}

async function notInGit(context: DoctorContext): Promise<Trouble> {
  const known = await flakeFiles(context);
  return {
    status: "warn",
    code: "nix/not-in-git",
    found: "the project is not in Git",
    why: "Nix copies the whole directory into its store at each evaluation",
    remedy: `run \`git init && git add -N ${known}\``,
    fix: {
      title: `git init && git add -N ${known}`,
      apply: async (mending, abort) => {
        await commandFix("git", "init", "--quiet").apply(mending, abort);
        await commandFix("git", "add", "-N", ...known.split(" ")).apply(mending, abort);
      },
    },
  };
}

async function tracked(context: DoctorContext, name: string): Promise<readonly Finding[]> {
  const { ports, root } = context;
  if (!(await ports.files.status(join(root, name)))) return [];
  const result = await git(context, "ls-files", "--error-unmatch", name);
  if (result.end !== "exited" || result.exit.code !== 1) return [];
  const ignored = await git(context, "check-ignore", "--quiet", name);
  const isIgnored = ignored.end === "exited" && ignored.exit.code === 0;
  const fix = commandFix("git", "add", "-N", ...(isIgnored ? ["-f"] : []), name);
  const isFlake = name === "flake.nix";
  return [
    {
      status: isFlake ? "fail" : "warn",
      code: "nix/not-tracked",
      found: `Nix cannot see ${name}: Git does not track it${isIgnored ? ", .gitignore hides it" : ""}`,
      why: isFlake
        ? "in a repository Nix reads only what Git knows"
        : "each evaluation locks the inputs anew, to whatever is newest then",
      remedy: `run \`${fix.command}\``,
      fix,
    },
  ];
}

async function mergeMarks(context: DoctorContext, name: string): Promise<readonly Finding[]> {
  const { ports, root } = context;
  const text = (await ports.files.readText(join(root, name)).catch(() => undefined)) ?? "";
  const lines = text.split("\n");
  const at = lines.findIndex((line) => /^<{7}(?: |$)/u.test(line));
  if (at < 0 || !lines.some((line) => /^>{7}(?: |$)/u.test(line))) return [];
  const merging = await isUnmerged(context, name);
  return [name === "flake.lock" ? lockMarks(at + 1, merging) : flakeMarks(at + 1, merging)];
}

function lockMarks(line: number, merging: boolean): Trouble {
  return {
    status: "fail",
    code: "nix/lock-conflict",
    found: `flake.lock:${line}: marks of a merge`,
    why: "Nix cannot read it",
    remedy: merging
      ? "run `git checkout --ours flake.lock && nix flake lock`"
      : "no merge is under way, so write it anew: `rm flake.lock && nix flake lock`",
  };
}

function flakeMarks(line: number, merging: boolean): Trouble {
  return {
    status: "fail",
    code: "nix/merge-marks",
    found: `flake.nix:${line}: marks of a merge`,
    why: "Nix cannot read it",
    remedy: merging
      ? "decide for one of the two, and take the marks out: `git mergetool flake.nix`"
      : "decide for one of the two, and take the marks out of flake.nix: no merge is under way",
  };
}

import { memory } from "../../core/format.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { projectGit } from "../facts/git.ts";
import { flakeFiles, hasFlake } from "../facts/nix.ts";

/** More takes Nix a second to copy. */
const largeBytes = 200 * 1024 ** 2;

/** Outside of Git all that is there is copied, and what cannot be copied is an error. */
export const treeCheck: Check = {
  id: "nix-tree",
  group: "nix",
  title: "outside of Git: size, sockets and pipes",
  timeoutMs: 4800,
  run: async (context) => {
    if (!(await hasFlake(context))) return [skip("no flake.nix in this project")];
    if ((await projectGit(context)).type !== "none") return [skip("the project is in Git")];
    const known = await Promise.all([special(context), size(context)]);
    const findings = known.flatMap((found) => found ?? []);
    if (findings.length > 0) return findings;
    return known.includes(undefined)
      ? [skip("`find` or `du` does not say what there is")]
      : [ok("small, and without sockets and pipes")];
  },
};

/** Undefined where it cannot be found out. */
async function special(context: DoctorContext): Promise<readonly Finding[] | undefined> {
  const args = [".", "(", "-type", "s", "-o", "-type", "p", ")", "-print"];
  const result = await context.run({ file: "find", args, timeoutMs: 4000, maxBytes: 64 * 1024 });
  const [first] = result.stdout.split("\n").filter(Boolean);
  // Exit code 1: it could not look everywhere.
  if (first === undefined)
    return result.end === "exited" && (result.exit.code ?? 2) < 2 ? [] : undefined;
  return [
    {
      status: "fail",
      code: "nix/special-file",
      found: `${first.replace(/^\.\//u, "")} is a socket or a pipe`,
      why: "Nix refuses to copy it, and with it the project",
      remedy: `put the project under Git: \`git init && git add -N ${await flakeFiles(context)}\``,
    },
  ];
}

async function size(context: DoctorContext): Promise<readonly Finding[] | undefined> {
  const result = await context.run({ file: "du", args: ["-sk", "."], timeoutMs: 4000 });
  const said = /^(\d+)/u.exec(result.stdout)?.[1];
  if (said === undefined && result.end !== "timed-out") return undefined;
  const bytes = Number(said) * 1024;
  if (bytes < largeBytes && result.end !== "timed-out") return [];
  return [
    {
      status: "warn",
      code: "nix/tree-large",
      found:
        result.end === "timed-out"
          ? "the project is so large that its size is not known within 4 s"
          : `the project holds ${memory(bytes)}`,
      why: "Nix copies all of it into its store at each evaluation",
      remedy: `put the project under Git: \`git init && git add -N ${await flakeFiles(context)}\``,
    },
  ];
}

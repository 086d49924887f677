import type { CommandResult } from "../../platform/ports.ts";
import { type DoctorContext, fact } from "../context.ts";

export type ProjectGit =
  | { readonly type: "repository"; readonly top: string }
  | { readonly type: "none" }
  /** There is a repository, and Git refuses it: another user's; `top` is its directory, where Git names it. */
  | { readonly type: "refused"; readonly top?: string }
  /** Git is there, and says something else. */
  | { readonly type: "broken"; readonly words: string }
  | { readonly type: "no-git" };

const timeoutMs = 4000;

/** Git's view of the project. */
export const projectGit = fact(async (context): Promise<ProjectGit> => {
  const result = await git(context, "rev-parse", "--show-toplevel");
  if (result.end === "not-found" || result.end === "not-executable") return { type: "no-git" };
  if (result.end === "exited" && result.exit.code === 0)
    return { type: "repository", top: result.stdout.trim() };
  // 2.35.2 said "unsafe repository", later ones "detected dubious ownership".
  const refused = /(?:dubious ownership in repository at|unsafe repository \()(?: ?'([^\n]+)')?/u;
  const said = refused.exec(result.stderr);
  if (said) return { type: "refused", ...(said[1] === undefined ? {} : { top: said[1] }) };
  if (/not a git repository \(or/u.test(result.stderr)) return { type: "none" };
  return { type: "broken", words: result.stderr.trim() || `git: ${result.end}` };
});

/** Runs Git in the project, with its messages in English. */
export function git(context: DoctorContext, ...args: readonly string[]): Promise<CommandResult> {
  const env = { ...context.ports.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
  return context.run({ file: "git", args, env, timeoutMs });
}

/** Whether Git has both sides of a file of the project, for a merge that is not finished. */
export async function isUnmerged(context: DoctorContext, name: string): Promise<boolean> {
  const result = await git(context, "ls-files", "--unmerged", name);
  return result.end === "exited" && result.exit.code === 0 && result.stdout !== "";
}

import { dirname, join } from "node:path";
import type { Files, Ports } from "../platform/ports.ts";

export type ProjectRoot = {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  /** What made it the root. */
  readonly found: "flake" | "git" | "directory";
};

/**
 * The project that a directory belongs to: the nearest `flake.nix` upward, else the git root, else
 * the directory itself. Like Nix it does not look beyond the git root, so that a flake in the home
 * directory does not swallow the projects below it.
 */
export async function findProjectRoot(
  { files }: Pick<Ports, "files">,
  cwd: string,
): Promise<ProjectRoot> {
  const start = (await files.realPath(cwd)) ?? cwd;
  for (const path of upward(start)) {
    const found = await marks(files, path);
    if (found === "unreadable") break;
    if (found) return { path, found };
  }
  return { path: start, found: "directory" };
}

function upward(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...upward(parent)];
}

async function marks(
  files: Files,
  path: string,
): Promise<"flake" | "git" | "unreadable" | undefined> {
  try {
    const flake = await files.status(join(path, "flake.nix"));
    if (flake?.kind === "file") return "flake";
    // A directory in a clone, a file in a worktree or a submodule.
    return (await files.status(join(path, ".git"))) ? "git" : undefined;
  } catch {
    return "unreadable";
  }
}

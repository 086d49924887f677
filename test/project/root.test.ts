import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFiles } from "../../src/platform/files.ts";
import type { Files } from "../../src/platform/ports.ts";
import { findProjectRoot } from "../../src/project/root.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const files = createFiles();

/** A directory `a/b/c` below a git root, so that nothing above the test is looked at. */
async function project(): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "a b'\"ü", "b", "c"), { recursive: true });
  return directory;
}

describe("the project root", () => {
  it("is the nearest directory upward that has a flake.nix", async () => {
    const directory = await project();
    const nearest = join(directory, "a b'\"ü");
    await writeFile(join(nearest, "flake.nix"), "{}");
    await writeFile(join(directory, "flake.nix"), "{}");

    const root = await findProjectRoot({ files }, join(nearest, "b", "c"));

    expect(root).toEqual({ path: nearest, found: "flake" });
  });

  it("is the git root when there is no flake, also of a worktree", async () => {
    const directory = await project();
    await writeFile(join(directory, ".git"), "gitdir: /elsewhere");

    const root = await findProjectRoot({ files }, join(directory, "a b'\"ü", "b"));

    expect(root).toEqual({ path: directory, found: "git" });
  });

  it("is not a flake beyond the git root", async () => {
    const directory = await project();
    const inner = join(directory, "a b'\"ü");
    await writeFile(join(directory, "flake.nix"), "{}");
    await mkdir(join(inner, ".git"));

    expect(await findProjectRoot({ files }, join(inner, "b"))).toEqual({
      path: inner,
      found: "git",
    });
  });

  it("is the real directory behind a symbolic link", async () => {
    const directory = await project();
    await writeFile(join(directory, "flake.nix"), "{}");
    await symlink(join(directory, "a b'\"ü"), join(directory, "link"));

    const root = await findProjectRoot({ files }, join(directory, "link", "b"));

    expect(root.path).toBe(directory);
  });

  it("is the directory itself when nothing marks a root up to the top", async () => {
    const bare: Pick<Files, "realPath" | "status"> = {
      realPath: async (path) => path,
      status: async () => undefined,
    };

    const root = await findProjectRoot({ files: { ...files, ...bare } }, "/some/where");

    expect(root).toEqual({ path: "/some/where", found: "directory" });
  });

  it("is not looked for above a directory that may not be read", async () => {
    const looked: string[] = [];
    const locked: Pick<Files, "realPath" | "status"> = {
      realPath: async (path) => path,
      status: async (path) => {
        looked.push(path);
        if (path.startsWith("/mount/flake")) throw new Error("EACCES: permission denied");
        return undefined;
      },
    };

    const root = await findProjectRoot({ files: { ...files, ...locked } }, "/mount/project");

    expect(root).toEqual({ path: "/mount/project", found: "directory" });
    expect(looked).not.toContain("/flake.nix");
  });
});

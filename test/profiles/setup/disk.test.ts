import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFiles } from "../../../src/platform/files.ts";
import { readDisk } from "../../../src/profiles/setup/disk.ts";
import { temporaryDirectory } from "../../fakes/temporary-directory.ts";

async function look(root: string, path: string) {
  const entry = (await readDisk(createFiles(), root, [path])).get(path);
  const { found, place } = entry ?? {};
  return { found, place: place?.slice(root.length + 1) };
}

async function project(): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "project/docs"), { recursive: true });
  await writeFile(join(directory, "outside.md"), "outside\n");
  await writeFile(join(directory, "project/docs/agents.md"), "inside\n");
  return join(directory, "project");
}

describe("what is at a path", () => {
  it("is a text, or nothing", async () => {
    const root = await project();

    expect(await look(root, "docs/agents.md")).toEqual({
      found: { type: "text", text: "inside\n" },
      place: "docs/agents.md",
    });
    expect(await look(root, "a/b/c")).toEqual({ found: { type: "absent" }, place: "a/b/c" });
    expect(await look(join(root, "not-there"), "a")).toMatchObject({ found: { type: "absent" } });
  });

  it("may be behind a link inside of the project", async () => {
    const root = await project();
    await symlink("docs/agents.md", join(root, "AGENTS.md"));
    await symlink("docs", join(root, ".opencode"));

    expect(await look(root, "AGENTS.md")).toMatchObject({ place: "docs/agents.md" });
    expect(await look(root, ".opencode/new.md")).toEqual({
      found: { type: "absent" },
      place: "docs/new.md",
    });
  });

  it.each([
    ["a link to outside", "../outside.md", "AGENTS.md is a link to outside of the project"],
    ["a link to nothing", "nowhere", "AGENTS.md is a link to nothing"],
    ["a directory", "docs", "it is a directory"],
    ["the project itself", ".", "AGENTS.md is a link to outside of the project"],
  ])("is not touched behind %s", async (_, target, why) => {
    const root = await project();
    await symlink(target, join(root, "AGENTS.md"));

    expect((await look(root, "AGENTS.md")).found).toEqual({ type: "unusable", why });
  });

  it("is not touched below a link to outside or below a file", async () => {
    const root = await project();
    await symlink("..", join(root, ".opencode"));
    await writeFile(join(root, "file"), "");

    expect((await look(root, ".opencode/a.json")).found).toEqual({
      type: "unusable",
      why: ".opencode is a link to outside of the project",
    });
    expect((await look(root, "file/a.json")).found).toMatchObject({ why: "file is no directory" });
  });

  it("is not read as text when it is none", async () => {
    const root = await project();
    await writeFile(join(root, "latin1"), Buffer.from("Gr\u00FC\u00DFe", "latin1"));
    await writeFile(join(root, "binary"), "a\0b");

    for (const path of ["latin1", "binary"])
      expect((await look(root, path)).found).toMatchObject({ why: "it is no UTF-8 text" });
  });

  it("is one file only once", async () => {
    const root = await project();
    await symlink("docs/agents.md", join(root, "AGENTS.md"));
    const disk = await readDisk(createFiles(), root, ["docs/agents.md", "AGENTS.md"]);

    expect(disk.get("AGENTS.md")?.found).toEqual({
      type: "unusable",
      why: "it is the same file as docs/agents.md",
    });
  });
});

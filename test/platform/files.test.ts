import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFiles } from "../../src/platform/files.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const files = createFiles();

describe("what does not exist", () => {
  it("is undefined, empty or already removed, and never throws", async () => {
    const path = join(await temporaryDirectory(), "nothing");

    expect(await files.readText(path)).toBeUndefined();
    expect(await files.status(path)).toBeUndefined();
    expect(await files.realPath(path)).toBeUndefined();
    expect(await files.readLink(path)).toBeUndefined();
    expect(await files.list(path)).toEqual([]);
    expect(await files.isExecutable(path)).toBe(false);
    await files.remove(path);
  });

  it("is also what lies below a file", async () => {
    const path = join(await temporaryDirectory(), "file");
    await writeFile(path, "");

    expect(await files.readText(join(path, "below"))).toBeUndefined();
    expect(await files.status(join(path, "below"))).toBeUndefined();
    expect(await files.list(path)).toEqual([]);
  });
});

describe("a pipe", () => {
  it("has no text, and is not waited for", async () => {
    const path = join(await temporaryDirectory(), "pipe");
    execFileSync("mkfifo", [path]);

    expect(await files.readText(path)).toBeUndefined();
  });
});

describe("writing", () => {
  it("makes the directory, replaces the file and leaves nothing beside it", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "a", "b", "state.json");

    await files.writeAtomically(path, "one");
    await files.writeAtomically(path, "two");

    expect(await files.readText(path)).toBe("two");
    expect(await readdir(join(directory, "a", "b"))).toEqual(["state.json"]);
    expect(await files.status(path)).toMatchObject({ kind: "file", size: 3, mode: 0o600 });
    expect(await files.status(join(directory, "a"))).toMatchObject({ mode: 0o700 });
  });

  it("leaves the old file and no other when it fails", async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "state.json"));

    await expect(files.writeAtomically(join(directory, "state.json"), "x")).rejects.toThrow();

    expect(await readdir(directory)).toEqual(["state.json"]);
  });

  it("lets exactly one of many make a file, and with its whole text", async () => {
    const path = join(await temporaryDirectory(), "lock");

    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) => files.createExclusively(path, `owner ${index}`)),
    );

    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await files.readText(path)).toBe(`owner ${made.indexOf(true)}`);
  });
});

describe("looking", () => {
  it("follows links in a status and reads the link itself when asked", async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "real"));
    await symlink("real", join(directory, "alias"));

    expect(await files.status(join(directory, "alias"))).toMatchObject({ kind: "directory" });
    expect(await files.readLink(join(directory, "alias"))).toBe("real");
    expect(await files.realPath(join(directory, "alias"))).toBe(join(directory, "real"));
  });

  it("says whether a file can be executed", async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, "program");
    await writeFile(file, "");

    expect(await files.isExecutable(file)).toBe(false);
    await chmod(file, 0o755);
    expect(await files.isExecutable(file)).toBe(true);
    expect(await files.isExecutable(directory)).toBe(false);
  });
});

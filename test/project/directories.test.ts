import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  directoriesOf,
  openRuntimeDirectory,
  projectDirectory,
  projectKey,
} from "../../src/project/directories.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

describe("the directories of a user", () => {
  it("lie below the home directory unless XDG says otherwise", () => {
    const ports = isolatedPorts("/x");

    expect(directoriesOf(ports)).toEqual({
      userSettings: "/x/home/.config/ai-rules/config.json",
      state: "/x/home/.local/state/ai-rules",
      environments: "/x/home/.cache/ai-rules/env",
      settings: "/x/home/.cache/ai-rules/settings",
    });
  });

  it("follow the XDG variables that are absolute and ignore the others", () => {
    const ports = isolatedPorts("/x", {
      XDG_CONFIG_HOME: "/conf",
      XDG_STATE_HOME: "state",
      XDG_CACHE_HOME: "",
    });

    expect(directoriesOf(ports)).toEqual({
      userSettings: "/conf/ai-rules/config.json",
      state: "/x/home/.local/state/ai-rules",
      environments: "/x/home/.cache/ai-rules/env",
      settings: "/x/home/.cache/ai-rules/settings",
    });
  });

  it("give each project a name that is safe in paths and different for equal names", () => {
    expect(projectKey("/home/me/my project")).toMatch(/^[0-9a-f]{16}-my-project$/);
    expect(projectKey("/a/same")).not.toBe(projectKey("/b/same"));
    expect(projectKey("/")).toMatch(/^[0-9a-f]{16}-root$/);
    expect(projectKey(`/${"ü".repeat(300)}`).length).toBeLessThan(60);
    expect(projectDirectory(directoriesOf(isolatedPorts("/x")), "/p")).toBe(
      `/x/home/.local/state/ai-rules/projects/${projectKey("/p")}`,
    );
  });
});

describe("the runtime directory", () => {
  it("is made below XDG_RUNTIME_DIR, for this user only", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory, { XDG_RUNTIME_DIR: directory });

    const path = await openRuntimeDirectory(ports);

    expect(path).toBe(join(directory, "ai-rules"));
    expect(await ports.files.status(path)).toMatchObject({ kind: "directory", mode: 0o700 });
    expect(await openRuntimeDirectory(ports)).toBe(path);
  });

  it("is made below TMPDIR when XDG_RUNTIME_DIR is gone or somebody else's", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory, { XDG_RUNTIME_DIR: join(directory, "gone") });
    const stranger = { ...ports, host: { ...ports.host, uid: 12345 } };

    expect(await openRuntimeDirectory(ports)).toBe(join(directory, `ai-rules-${ports.host.uid}`));
    await expect(
      openRuntimeDirectory({ ...stranger, env: { ...ports.env, XDG_RUNTIME_DIR: directory } }),
    ).rejects.toThrow(`ai-rules-12345, belongs to someone else`);
  });

  it("is refused when it is a link", async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "elsewhere"));
    await symlink("elsewhere", join(directory, "ai-rules"));
    const ports = isolatedPorts(directory, { XDG_RUNTIME_DIR: directory });

    await expect(openRuntimeDirectory(ports)).rejects.toMatchObject({
      problem: { code: "run/unsafe-directory" },
    });
  });

  it("is refused when others may enter it", async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, "ai-rules"));
    await chmod(join(directory, "ai-rules"), 0o755);
    const ports = isolatedPorts(directory, { XDG_RUNTIME_DIR: directory });

    await expect(openRuntimeDirectory(ports)).rejects.toThrow("can be entered by others");
  });

  it("is a problem with a remedy when it cannot be made", async () => {
    const ports = isolatedPorts("/proc/1/nowhere");

    await expect(openRuntimeDirectory(ports)).rejects.toMatchObject({
      problem: { code: "run/unsafe-directory", remedy: expect.stringContaining("XDG_RUNTIME_DIR") },
    });
  });
});

import { describe, expect, it } from "vitest";
import { findNix } from "../../src/nix/find-nix.ts";
import type { Files, Ports } from "../../src/platform/ports.ts";
import { memoryFiles } from "../fakes/memory-files.ts";

const host = { os: "linux", arch: "x64", home: "/home/u", uid: 1000, installation: "/i" } as const;

function machine(texts: Readonly<Record<string, string>>, path: string) {
  const files = memoryFiles(texts);
  return { files, host, env: { PATH: path } } satisfies Pick<Ports, "files" | "host" | "env">;
}

const program = "#!/bin/sh";
const installed = "/nix/var/nix/profiles/default/bin/nix";

describe("nix", () => {
  it("is the first one of the PATH that can be run", async () => {
    const texts = { "/a/nix": "not executable", "/b/nix": program, [installed]: program };

    expect(await findNix(machine(texts, "/a:.:/b"))).toEqual({
      path: "/b/nix",
      identity: `/b/nix:${program.length}:1`,
    });
  });

  it.each([installed, "/home/u/.nix-profile/bin/nix"])(
    "is found where installers put it when the PATH lacks it: %s",
    async (path) => {
      expect((await findNix(machine({ [path]: program }, "/usr/bin")))?.path).toBe(path);
    },
  );

  it("is absent where there is none", async () => {
    expect(await findNix(machine({ "/usr/bin/ls": program }, "/usr/bin"))).toBeUndefined();
  });

  it("is looked for past a directory that may not be read", async () => {
    const found = machine({ "/b/nix": program }, "/secret:/b");
    const denied = new Error("EACCES");
    const files: Files = {
      ...found.files,
      status: (path) =>
        path.startsWith("/secret") ? Promise.reject(denied) : found.files.status(path),
    };

    expect((await findNix({ ...found, files }))?.path).toBe("/b/nix");
  });
});

import { describe, expect, it } from "vitest";
import { type Fingerprint, fingerprint, sameButLock } from "../../src/nix/fingerprint.ts";
import { memoryFiles } from "../fakes/memory-files.ts";

const definition = { root: "/p", installable: ".", system: "x86_64-linux", nix: "/bin/nix:1:2" };

function take(
  texts: Readonly<Record<string, string>>,
  changed: Partial<typeof definition> = {},
): Promise<Fingerprint | undefined> {
  const files = memoryFiles(texts);
  return fingerprint({ files }, { ...definition, ...changed });
}

async function keyOf(...args: Parameters<typeof take>): Promise<string> {
  const found = await take(...args);
  if (!found) throw new Error("no flake.nix");
  return found.key;
}

const project = {
  "/p/flake.nix": '{ x = import ./nix/shell.nix; y = "${self}/tools/list.json"; z = ./modules; }',
  "/p/flake.lock": "{}",
  "/p/nix/shell.nix": "{ a = import ../shared.nix; b = builtins.readFile ./versions.txt; }",
  "/p/nix/versions.txt": "27",
  "/p/shared.nix": "1",
  "/p/tools/list.json": "[]",
  "/p/modules/default.nix": "{ }",
  "/p/modules/readme.md": "",
  "/p/lib/other.nix": "",
};

describe("the fingerprint of a shell", () => {
  it("is absent without flake.nix", async () => {
    expect(await take({ "/p/flake.lock": "{}" })).toBeUndefined();
  });

  it("follows what the files import, and no other file", async () => {
    const files = [...((await take(project))?.files.keys() ?? [])];

    expect(files.toSorted()).toEqual([
      "/p/flake.lock",
      "/p/flake.nix",
      "/p/modules",
      "/p/modules/default.nix",
      "/p/nix/shell.nix",
      "/p/nix/versions.txt",
      "/p/shared.nix",
      "/p/tools/list.json",
    ]);
  });

  it.each(["/p/flake.nix", "/p/flake.lock", "/p/nix/versions.txt", "/p/shared.nix"])(
    "changes with %s",
    async (path) => {
      const before = await keyOf(project);

      expect(await keyOf({ ...project, [path]: "changed" })).not.toBe(before);
      expect(await keyOf({ ...project })).toBe(before);
    },
  );

  it("changes when a missing file appears", async () => {
    const flake = { "/p/flake.nix": "import ./later.nix" };

    expect(await keyOf({ ...flake, "/p/later.nix": "1" })).not.toBe(await keyOf(flake));
  });

  it.each([{ installable: ".#other" }, { system: "aarch64-darwin" }, { nix: "/bin/nix:9:9" }])(
    "changes with the rest of the definition: %j",
    async (changed) => {
      expect(await keyOf(project, changed)).not.toBe(await keyOf(project));
    },
  );

  it("does not change with files that nothing names", async () => {
    const more = { ...project, "/p/lib/other.nix": "changed", "/p/modules/readme.md": "changed" };

    expect(await keyOf(more)).toBe(await keyOf(project));
  });

  it("does not change with what a hook writes at run time", async () => {
    const flake = {
      "/p/flake.nix": "{ src = ./.; state = ./state; shellHook = ''touch ./.seen''; }",
    };
    const later = { ...flake, "/p/.seen": "", "/p/state/db": "1" };

    expect(await keyOf(later)).toBe(await keyOf(flake));
  });

  it("ends in a circle of imports", async () => {
    const circle = { "/p/flake.nix": "import ./a.nix", "/p/a.nix": "import ./flake.nix" };

    expect((await take(circle))?.files.size).toBe(3);
  });

  it("tells a new flake.lock from every other change", async () => {
    const before = await take({ ...project });
    const locked = await take({ ...project, "/p/flake.lock": "{ }" });
    const edited = await take({ ...project, "/p/shared.nix": "2" });
    if (!before || !locked || !edited) throw new Error("no flake.nix");

    expect(sameButLock(before, locked, "/p")).toBe(true);
    expect(sameButLock(before, edited, "/p")).toBe(false);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { profileDirectory, profiles } from "./profile-files.ts";

function read(profile: string, file: string): string {
  return readFileSync(join(profileDirectory(profile), file), "utf8");
}

/** What stands after the line that says that all profiles are the same from there on. */
function sharedPart(profile: string): string {
  const [, after] = read(profile, "flake.nix").split("# From here on all profiles are the same.\n");
  if (after === undefined) throw new Error(`${profile} has no such line`);
  return after;
}

describe("the flakes of the profiles", () => {
  it("are three", () => {
    expect([...profiles].sort()).toEqual(["nerves", "phoenix-ash", "universal"]);
  });

  it("are one text from the marked line on", () => {
    for (const profile of profiles) expect(sharedPart(profile)).toBe(sharedPart("universal"));
  });

  it("have the same table of shells, lock and .envrc", () => {
    const table = (profile: string) =>
      /^ {8}shells = \{.*?^ {8}\};$/msu.exec(read(profile, "flake.nix"))?.[0];
    for (const profile of profiles) {
      expect(table(profile)).toContain("elixir_1_17");
      expect(table(profile)).toBe(table("universal"));
      for (const file of ["flake.lock", ".envrc"])
        expect(read(profile, file)).toBe(read("universal", file));
    }
  });

  it.each(profiles)("of %s names itself", (profile) => {
    expect(read(profile, "flake.nix")).toContain(`(ai-rules: ${profile})`);
    expect(read(profile, "flake.nix")).toContain(`name = "${profile}";`);
  });

  it.each(profiles)("of %s is ASCII, which every locale can show", (profile) => {
    for (const file of ["flake.nix", ".envrc", ".gitignore"])
      expect(read(profile, file)).toMatch(/^[\x20-\x7e\n]*$/u);
  });

  it.each(profiles)("of %s leaves the build's mode and the author of commits alone", (profile) => {
    expect(read(profile, "flake.nix")).not.toMatch(/MIX_ENV|GIT_(?:AUTHOR|COMMITTER)/u);
  });

  it.each(profiles)("of %s keeps what its shell makes out of Git", (profile) => {
    const ignored = read(profile, ".gitignore").split("\n");
    const made = [...read(profile, "flake.nix").matchAll(/\$AI_RULES_PROJECT_ROOT\/(\.[\w-]+)/gu)];
    for (const [, directory] of made)
      if (directory !== ".ai_rules") expect(ignored).toContain(`/${directory}/`);
  });
});

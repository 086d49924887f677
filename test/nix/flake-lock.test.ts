import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nixpkgsRelease, parseFlakeLock } from "../../src/nix/flake-lock.ts";

describe("flake.lock", () => {
  it("says which branch each input follows, and how old it is", () => {
    const url = new URL("../../profiles/universal/flake.lock", import.meta.url);

    const lock = parseFlakeLock(readFileSync(url, "utf8"));

    expect(lock?.version).toBe(7);
    expect(lock?.inputs.map(({ name, ref }) => [name, ref])).toEqual([
      ["nixpkgs", "nixos-26.05"],
      ["nixpkgs-elixir_1_16", "nixos-25.11"],
    ]);
    expect(lock?.inputs[0]?.lastModified).toBeGreaterThan(Date.UTC(2026, 0, 1));
  });

  it.each(["", "{", "[]", "null", '"7"', '{ "nodes": {} }', "<<<<<<< HEAD\n{}"])(
    "is none when it is %j",
    (text) => {
      expect(parseFlakeLock(text)).toBeUndefined();
    },
  );

  it.each([
    '{ "version": 7 }',
    '{ "version": 7, "nodes": 1, "root": 2 }',
    '{ "version": 7, "nodes": { "root": { "inputs": { "a": ["b"], "c": "d" } } }, "root": "root" }',
  ])("may lack what it should have: %s", (text) => {
    expect(parseFlakeLock(text)?.version).toBe(7);
  });
});

describe("a release of nixpkgs", () => {
  it.each([
    ["nixos-26.05", "26.05", "2027-01-01"],
    ["nixos-25.11", "25.11", "2026-07-01"],
    ["nixpkgs-26.05-darwin", "26.05", "2027-01-01"],
    ["nixos-26.05-small", "26.05", "2027-01-01"],
    ["release-24.11", "24.11", "2025-07-01"],
  ])("is known by its branch: %s", (ref, name, ends) => {
    const release = nixpkgsRelease(ref);

    expect(release?.name).toBe(name);
    expect(new Date(release?.endsAt ?? 0).toISOString().slice(0, 10)).toBe(ends);
  });

  it.each(["nixos-unstable", "nixpkgs-unstable", "master", "nixos-26.06", ""])(
    "is not what %j follows",
    (ref) => {
      expect(nixpkgsRelease(ref)).toBeUndefined();
    },
  );
});

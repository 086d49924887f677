import { describe, expect, it } from "vitest";
import { installableOf, nixSystem } from "../../src/nix/installable.ts";

describe("what Nix is asked for", () => {
  it.each([
    [undefined, "."],
    ["dev", ".#dev"],
    ["elixir_1_17+", ".#elixir_1_17+"],
    ["a b#c%d", ".#a%20b%23c%25d"],
  ])("is for the shell %j %j", (shell, expected) => {
    expect(installableOf(shell)).toBe(expected);
  });

  it("names the machine as Nix does", () => {
    expect(nixSystem({ arch: "x64", os: "linux" })).toBe("x86_64-linux");
    expect(nixSystem({ arch: "arm64", os: "darwin" })).toBe("aarch64-darwin");
  });
});

import { describe, expect, it } from "vitest";
import { parseNixVersion } from "../../src/nix/version.ts";

describe("the version of Nix", () => {
  it.each([
    ["nix (Nix) 2.34.8", "Nix", "2.34.8", true],
    ["nix (Nix) 2.18.0", "Nix", "2.18.0", true],
    ["nix (Nix) 2.17.1", "Nix", "2.17.1", false],
    ["nix (Nix) 2.8.0\n", "Nix", "2.8.0", false],
    ["nix (Nix) 3.0", "Nix", "3.0", true],
    ["nix (Nix) 2.35.0pre20260101_abcdef", "Nix", "2.35.0", true],
    ["nix (Lix, like Nix) 2.95.2", "Lix", "2.95.2", true],
    ["nix (Determinate Nix 3.22.1) 2.35.2", "Determinate Nix 3.22.1", "2.35.2", true],
    ["warning: something\nnix (Nix) 2.34.8", "Nix", "2.34.8", true],
  ])("is read from %j", (text, flavour, version, isNewEnough) => {
    expect(parseNixVersion(text)).toMatchObject({ flavour, version, isNewEnough });
  });

  it.each([
    ["2.3.16", false],
    ["2.4", true],
    ["2.34.8", true],
    ["3.0", true],
  ])("says whether there are flakes: %s", (version, knowsFlakes) => {
    expect(parseNixVersion(`nix (Nix) ${version}`)).toMatchObject({ knowsFlakes });
  });

  it.each(["", "nix: a tool", "nix 2.34", "git version 2.39.5"])("is none in %j", (text) => {
    expect(parseNixVersion(text)).toBeUndefined();
  });
});

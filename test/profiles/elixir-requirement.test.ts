import { describe, expect, it } from "vitest";
import { firstVersionIn, meetsRequirement } from "../../src/profiles/elixir-requirement.ts";

const lines = ["1.16", "1.17", "1.18", "1.19", "1.20"];

/** The lines of Elixir that meet a requirement. */
function meeting(requirement: string): readonly string[] {
  return lines.filter((text) => {
    const [major = 0, minor = 0] = text.split(".").map(Number);
    return meetsRequirement(requirement, { major, minor });
  });
}

describe("a requirement", () => {
  it.each<readonly [requirement: string, met: readonly string[]]>([
    ["~> 1.14", ["1.16", "1.17", "1.18", "1.19", "1.20"]],
    ["~> 1.18", ["1.18", "1.19", "1.20"]],
    ["~> 1.17.0", ["1.17"]],
    ["~> 1.17.3", ["1.17"]],
    ["~> 1.18-rc", ["1.18", "1.19", "1.20"]],
    [">= 1.19.0", ["1.19", "1.20"]],
    ["> 1.18.4", ["1.18", "1.19", "1.20"]],
    ["< 1.17.0", ["1.16"]],
    ["<= 1.17.0", ["1.16", "1.17"]],
    [">= 1.17.0 and < 1.19.0", ["1.17", "1.18"]],
    ["~> 1.16.0 or ~> 1.20.0", ["1.16", "1.20"]],
    ["~> 1.16 and != 1.18.1", ["1.16", "1.17", "1.18", "1.19", "1.20"]],
    ["1.17.3", ["1.17"]],
    ["==1.17.3", ["1.17"]],
    ["~> 2.0", []],
    ["~> 1.21", []],
  ])("%s is met by the lines with a release for it", (requirement, met) => {
    expect(meeting(requirement)).toEqual(met);
  });

  it.each(["", "new", "~> ", "~> x.y", "^1.17", "~> 1.17 &&", "1"])("is not %j", (text) => {
    expect(meetsRequirement(text, { major: 1, minor: 17 })).toBeUndefined();
    expect(firstVersionIn(text)).toBeUndefined();
  });

  it("begins with its first version", () => {
    expect(firstVersionIn("~> 1.14 and < 1.16.0")).toEqual({ major: 1, minor: 14 });
  });
});

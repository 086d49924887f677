import { describe, expect, it } from "vitest";
import { checkFlakeText } from "../../../src/profiles/own-flake/check-flake-text.ts";
import { flakeStyles, styleNamed } from "./flake-styles.ts";

describe("the check of a flake.nix", () => {
  it.each(flakeStyles.filter(({ name }) => name !== "a-mistake"))("passes $name", ({ text }) => {
    expect(checkFlakeText(text)).toBeUndefined();
  });

  it("says where the mistake is", () => {
    expect(checkFlakeText(styleNamed("a-mistake").text)).toMatchObject({
      code: "profile/flake-syntax",
      message: "flake.nix cannot be read: line 3, column 9: this [ is never closed",
      position: { file: "flake.nix", line: 3, column: 9 },
    });
  });

  it("refuses what is no flake", () => {
    expect(checkFlakeText("x: x")?.message).toContain("a flake is a set");
    expect(checkFlakeText("")?.message).toContain("expected an expression");
  });
});

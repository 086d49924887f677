import { describe, expect, it } from "vitest";
import { adoptRcText, bashOf } from "../../src/nix/rc-text.ts";

describe("the text of a shell", () => {
  it("takes its build directory from us instead of making one", () => {
    const text = adoptRcText('export NIX_BUILD_TOP="$(mktemp -d -t nix-shell.XXXXXX)"\n', "/p");

    expect(text).toBe('export NIX_BUILD_TOP="$AI_RULES_BUILD_TOP"; unset AI_RULES_BUILD_TOP\n');
  });

  it("can be read by bash when the project's path has an apostrophe", () => {
    const text = adoptRcText("out='/it's $& here/outputs/out'\nA='it's'", "/it's $& here");

    expect(text).toBe("out='/it'\\''s $& here/outputs/out'\nA='it's'");
  });

  it("names the derivation's own bash, and only a bash", () => {
    expect(bashOf("a='1'\nbuilder='/nix/store/x/bin/bash'\n")).toBe("/nix/store/x/bin/bash");
    expect(bashOf("builder='/nix/store/x/bin/python'\n")).toBe("bash");
  });
});

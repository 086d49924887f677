import { describe, expect, it } from "vitest";
import { nearestName } from "../../src/core/nearest-name.ts";

describe("the nearest name", () => {
  it.each([
    ["shel", "shell"],
    ["Layout", "layout"],
    ["scrollbakc", "scrollback"],
    ["opncode", "opencode"],
    ["theme", undefined],
    ["", undefined],
  ])("of %j is %j", (typed, near) => {
    const names = ["shell", "modes", "layout", "keys", "scrollback", "opencode"];

    expect(nearestName(typed, names)).toBe(near);
  });
});

import { describe, expect, it } from "vitest";
import { parseContext } from "../../src/core/context-size.ts";

describe("a context in tokens", () => {
  it.each([
    ["64k", 65_536],
    ["32K", 32_768],
    ["40960", 40_960],
    ["1M", 1_048_576],
    ["1.5k", 1536],
  ])("is read from %j", (text, tokens) => {
    expect(parseContext(text)).toBe(tokens);
  });

  it.each(["", "k", "-1", "0", "64kb", "many"])("is not read from %j", (text) => {
    expect(parseContext(text)).toBeUndefined();
  });
});

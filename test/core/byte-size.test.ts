import { describe, expect, it } from "vitest";
import { parseByteSize } from "../../src/core/byte-size.ts";

describe("a size in bytes", () => {
  it.each([
    ["45000000000", 45_000_000_000],
    ["45GB", 45 * 1024 ** 3],
    [" 45 gib ", 45 * 1024 ** 3],
    ["1.5T", 1.5 * 1024 ** 4],
    ["512m", 512 * 1024 ** 2],
    ["100 b", 100],
  ])("is read from %j", (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each(["", "GB", "-1", "0", "1e9", "4 apples", "99999999999T", "1,5G"])(
    "is not read from %j",
    (text) => {
      expect(parseByteSize(text)).toBeUndefined();
    },
  );
});

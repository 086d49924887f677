import { describe, expect, it } from "vitest";
import { differenceOf } from "../../src/nix/difference.ts";

describe("the difference that a shell makes", () => {
  it("tells what came, what went and what became another", () => {
    const before = { HOME: "/h", LANG: "C", OLD: "1" };
    const after = { HOME: "/h", LANG: "en", MIX_HOME: "/m" };

    expect(differenceOf(before, after)).toEqual({
      added: { MIX_HOME: "/m" },
      changed: [{ name: "LANG", before: "C", after: "en" }],
      removed: { OLD: "1" },
    });
  });

  it("tells the entries of lists, each once", () => {
    const { changed } = differenceOf({ PATH: "/a:/b:/c" }, { PATH: "/nix/x:/nix/x:/a:/c" });

    expect(changed[0]?.entries).toEqual({ added: ["/nix/x"], removed: ["/b"] });
  });

  it("takes a path that is one path for what it is", () => {
    const { changed } = differenceOf({ LOG_PATH: "/a" }, { LOG_PATH: "/b" });

    expect(changed).toEqual([{ name: "LOG_PATH", before: "/a", after: "/b" }]);
  });
});

import { describe, expect, it } from "vitest";
import { differenceLines, sourceLine, variableLines } from "../../src/cli/env-text.ts";
import { createPaint } from "../../src/cli/paint.ts";

describe("the text of `ai-rules env`", () => {
  it("has one line a variable, and nothing in it moves the cursor", () => {
    expect(
      variableLines({ A: "one\ntwo\tthree", PS1: "\u001B[31m$ \u001B[0m", R: "a\u202Eb" }),
    ).toEqual(["A=one\\ntwo\\tthree", "PS1=\\x1b[31m$ \\x1b[0m", "R=ab"]);
  });

  it("shows the entries of lists one by one", () => {
    const difference = {
      added: { MIX_HOME: "/m" },
      removed: { OLD: "1" },
      changed: [
        { name: "LANG", before: "C", after: "en" },
        {
          name: "PATH",
          before: "/a:/b",
          after: "/x:/a",
          entries: { added: ["/x"], removed: ["/b"] },
        },
        { name: "MANPATH", before: "/a:", after: ":/a", entries: { added: [], removed: [] } },
      ],
    };

    expect(differenceLines(difference, createPaint(false))).toEqual([
      "+ MIX_HOME=/m",
      "~ LANG",
      "    - C",
      "    + en",
      "~ PATH",
      "    - /b",
      "    + /x",
      "~ MANPATH: another order",
      "- OLD=1",
    ]);
    expect(differenceLines(difference, createPaint(true))[0]).toBe(
      "\u001B[32m+ MIX_HOME=/m\u001B[0m",
    );
  });

  it("says where the variables come from", () => {
    const at = { evaluatedAt: new Date(2026, 0, 2, 3, 4).toISOString(), tookMs: 40 };
    const now = new Date(2026, 0, 2, 5).getTime();

    expect(sourceLine({ source: "cache", ...at, shell: "dev" }, now)).toBe(
      "shell dev, evaluated 03:04; from the cache in 40 ms",
    );
    expect(sourceLine({ source: "nix", ...at }, now)).toBe("shell default, evaluated in 40 ms");
  });
});

import { describe, expect, it } from "vitest";
import { checkLines, summaryLine } from "../../src/cli/doctor-text.ts";
import { createPaint } from "../../src/cli/paint.ts";
import { textWidth } from "../../src/core/cell-text.ts";
import type { Check, Finding } from "../../src/doctor/check.ts";
import type { CheckResult } from "../../src/doctor/run-checks.ts";

const check: Check = {
  id: "nix-git",
  group: "nix",
  title: "the project is in Git",
  timeoutMs: 1000,
  run: async () => [],
};

const trouble: Finding = {
  status: "fail",
  code: "nix/not-tracked",
  found: "Nix cannot see flake.nix: Git does not track it",
  why: "in a repository Nix reads only what Git knows",
  remedy: "run `git add -N flake.nix`",
};

function result(status: CheckResult["status"], ...findings: readonly Finding[]): CheckResult {
  return { check, status, findings, tookMs: 12 };
}

const plain = {
  cols: Number.POSITIVE_INFINITY,
  paint: createPaint(false),
  installation: "/opt/ai-rules",
};

describe("a finding", () => {
  it("says what was found, why it matters, what mends it and where to read on", () => {
    expect(checkLines(result("fail", trouble), plain)).toEqual([
      "  fail  nix-git: Nix cannot see flake.nix: Git does not track it",
      "        why: in a repository Nix reads only what Git knows",
      "        fix: run `git add -N flake.nix`",
      "        see: /opt/ai-rules/docs/errors.md#nix-not-tracked",
    ]);
  });

  it("takes one line where nothing is wrong", () => {
    const fine = result("ok", { status: "ok", found: "Git knows flake.nix" });

    expect(checkLines(fine, plain)).toEqual(["  ok    nix-git: Git knows flake.nix"]);
    expect(checkLines(result("ok"), plain)).toEqual(["  ok    nix-git: the project is in Git"]);
  });

  it.each([40, 50, 80])("fits into %i columns, below its own beginning", (cols) => {
    const lines = checkLines(result("fail", trouble), { ...plain, cols });

    const isPath = (line: string) => line.includes("see: /");
    expect(lines.filter((line) => textWidth(line) > cols && !isPath(line))).toEqual([]);
    expect(lines.slice(1).filter((line) => !line.startsWith("        "))).toEqual([]);
    const words = lines.map((line) => line.trim()).join(" ");
    expect(words).toContain("why: in a repository Nix reads only what Git knows");
  });

  it("stands in the same lines with colours", () => {
    for (const cols of [30, 40, 80]) {
      const coloured = checkLines(result("fail", trouble), {
        ...plain,
        cols,
        paint: createPaint(true),
      });

      const bare = coloured.map((line) => line.replaceAll(/\u001B\[\d*m/gu, ""));
      expect(bare).toEqual(checkLines(result("fail", trouble), { ...plain, cols }));
    }
  });

  it.each([40, 60, 80, 100])("never breaks a command in %i columns", (cols) => {
    const short = "git add -N flake.nix";
    const long =
      "mkdir -p ~/.config/nix && echo 'extra-features = flakes' >> ~/.config/nix/nix.conf";
    const finding = {
      ...trouble,
      remedy: `first run \`${short}\`, then run \`${long}\`, or move on`,
    };

    const lines = checkLines(result("fail", finding), { ...plain, cols });

    expect(lines.filter((line) => line.includes(short))).toHaveLength(1);
    expect(
      lines.filter((line) => line.trim() === long || line.includes(`\`${long}\``)),
    ).toHaveLength(1);
    expect(lines.at(-2)?.trim()).toMatch(/move on$/u);
  });

  it("is coloured by its status, in which the word stands as well", () => {
    const [line] = checkLines(result("fail", trouble), { ...plain, paint: createPaint(true) });

    expect(line).toMatch(/^ {2}\u001B\[31mfail\u001B\[0m {2}nix-git/u);
  });
});

describe("the last line", () => {
  it("counts what the lines above it say", () => {
    const results = [
      result("fail", trouble),
      result("warn", { ...trouble, status: "warn" }, { ...trouble, status: "warn" }),
      result("ok", { status: "skip", found: "it cannot be seen" }),
      result("ok"),
      result("skip", { status: "skip", found: "nothing is there" }),
    ];

    expect(summaryLine({ results, tookMs: 1234 }, plain)).toBe(
      "1 failed, 2 warnings, 1 ok, 2 skipped in 1.2 s",
    );
    expect(summaryLine({ results: [result("ok")], tookMs: 5 }, plain)).toBe("1 ok in 5 ms");
  });
});

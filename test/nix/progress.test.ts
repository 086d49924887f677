import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EnvironmentProgress } from "../../src/core/environment.ts";
import { parseNixLine } from "../../src/nix/nix-log.ts";
import { progressReader } from "../../src/nix/progress.ts";

function progressOf(lines: readonly string[]): readonly EnvironmentProgress[] {
  const seen: EnvironmentProgress[] = [];
  const read = progressReader((progress) => seen.push(progress));
  for (const line of lines) read(parseNixLine(line));
  return seen;
}

/** The log of a shell with two dependencies, evaluated and built for the first time. */
function recorded(version: string): readonly string[] {
  const url = new URL(`../fixtures/nix-logs/builds-${version}.txt`, import.meta.url);
  return readFileSync(url, "utf8").split("\n");
}

function start(id: number, type: number, fields: readonly (string | number)[], text = ""): string {
  return `@nix ${JSON.stringify({ action: "start", id, level: 3, type, fields, text })}`;
}

function result(id: number, type: number, fields: readonly number[]): string {
  return `@nix ${JSON.stringify({ action: "result", id, type, fields })}`;
}

function stop(id: number): string {
  return `@nix ${JSON.stringify({ action: "stop", id })}`;
}

describe("the progress of an evaluation", () => {
  it.each(["2.8.0", "2.34.8"])(
    "names what is built, one after the other, with Nix %s",
    (version) => {
      const activities = progressOf(recorded(version)).map(({ activity }) => activity);

      expect([...new Set(activities)].filter((activity) => !/flake\.nix/u.test(activity))).toEqual([
        "copying the project to the Nix store",
        "building alpha",
        "building beta",
        "building offline-shell-env",
      ]);
    },
  );

  it("counts the builds and keeps the last count", () => {
    const counts = progressOf(recorded("2.8.0")).map(
      ({ builds }) => `${builds.done}/${builds.expected}`,
    );

    expect([...new Set(counts)]).toEqual(["0/0", "0/1", "0/2", "0/3", "1/3", "2/3", "3/3"]);
  });

  it("is told only when it changes", () => {
    const lines = recorded("2.8.0");
    const seen = progressOf(lines);

    expect(lines.length).toBeGreaterThan(50);
    expect(seen.length).toBeLessThan(15);
    expect(new Set(seen.map((progress) => JSON.stringify(progress))).size).toBe(seen.length);
  });

  it("adds up the bytes of downloads that run at once and of those that are over", () => {
    const seen = progressOf([
      start(1, 103, []),
      result(1, 105, [0, 2, 1, 0]),
      start(2, 108, ["/nix/store/00000000000000000000000000000000-erlang-27.3", "https://x"]),
      start(3, 101, ["https://host/nar/abc.nar.xz"]),
      result(3, 105, [100, 1000, 0, 0]),
      start(4, 101, ["https://host/nar/def.nar.xz"]),
      result(4, 105, [50, 500, 0, 0]),
      result(3, 105, [1000, 1000, 0, 0]),
      stop(3),
      result(1, 105, [1, 2, 1, 0]),
    ]);

    expect(seen.map(({ activity }) => activity)).toContain("fetching erlang-27.3");
    expect(seen.map(({ activity }) => activity)).toContain("downloading host/nar/abc.nar.xz");
    expect(seen.at(-1)).toMatchObject({
      fetches: { done: 1, expected: 2 },
      bytes: { done: 1050, expected: 1500 },
    });
  });

  it("shows no control characters and no talk of Nix with itself", () => {
    const seen = progressOf([
      start(1, 0, [], "querying info about missing paths"),
      start(2, 101, ["https://host/\u001B[31mx\u0007"]),
    ]);

    expect(seen.map(({ activity }) => activity)).toEqual(["downloading host/x"]);
  });
});

describe("a line of Nix's log", () => {
  it("keeps ids of 64 bits apart", () => {
    const first = parseNixLine('@nix {"action":"stop","id":18014398509481985}');
    const second = parseNixLine('@nix {"action":"stop","id":18014398509481984}');

    expect(first).not.toEqual(second);
  });

  it.each(["fatal: not a git repository", "@nix {", "@nix 3", '@nix {"action":"new"}'])(
    "is text when it is none of Nix's: %s",
    (line) => {
      expect(parseNixLine(line)).toEqual({ type: "text", text: line });
    },
  );

  it("has its message without colours and its position without the line of Nix 2.34", () => {
    const line = `@nix ${JSON.stringify({
      action: "msg",
      level: 0,
      msg: "\u001B[31;1merror:\u001B[0m attribute '\u001B[35;1mx\u001B[0m' missing",
      file: "/nix/store/a-source/flake.nix:4:66",
      line: 4,
      column: 66,
    })}`;

    expect(parseNixLine(line)).toEqual({
      type: "message",
      level: 0,
      text: "error: attribute 'x' missing",
      position: { file: "/nix/store/a-source/flake.nix", line: 4, column: 66 },
    });
  });
});

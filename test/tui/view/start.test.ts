import { describe, expect, it } from "vitest";
import type { EnvironmentState } from "../../../src/core/environment.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { sampleNow as now, sampleState } from "../../fakes/sample-state.ts";

function start(environment: EnvironmentState, rows = 14): string {
  const state = sampleState({ environment });
  const text = drawnText({ id: "start", state, size: { cols: 60, rows } });
  return text.replace(/^\n+/, "");
}

describe("the start screen", () => {
  it("shows what the evaluation does and for how long", () => {
    const progress = {
      activity: "building erlang-27.3",
      builds: { done: 1, expected: 4 },
      fetches: { done: 3, expected: 12 },
      bytes: { done: 85 * 1024 ** 2, expected: 310 * 1024 ** 2 },
    };

    expect(start({ type: "loading", since: now - 12_000, progress })).toBe(
      `  shop

  ⟳ building erlang-27.3
    built 1 of 4
    fetched 3 of 12 paths
    85 MB of 310 MB
    0:12

    esc cancel
    q   quit`,
    );
  });

  it("shows no counts before there is something to count", () => {
    const none = { done: 0, expected: 0 };
    const progress = { activity: "", builds: none, fetches: none, bytes: none };

    expect(start({ type: "loading", since: now, progress })).toContain(
      "⟳ looking at the project\n    0:00\n",
    );
  });

  const problem = {
    code: "nix/eval-failed",
    message: "nix could not evaluate ./flake.nix: a bracket is missing somewhere",
    remedy: "close the bracket",
    position: { file: "/home/ada/shop/flake.nix", line: 3, column: 4 },
    detail: "error: first\nerror: last\n",
  } as const;

  it("shows what failed, where, what to do and the choices", () => {
    expect(start({ type: "failed", problem, lastGoodAt: now - 3 * 24 * 3_600_000 }, 20)).toBe(
      `  ✕ nix could not evaluate ./flake.nix: a bracket is
    missing somewhere
    flake.nix:3:4
    fix: close the bracket

    r   try again
    p   go on with the plain environment
    l   go on with the last good one, 3d old
    d   ask the doctor
    q   quit

  error: first
  error: last`,
    );
  });

  it("offers the last good environment only if there is one", () => {
    expect(start({ type: "failed", problem })).not.toContain("last good");
  });

  it("keeps the choices and cuts the trace where rows are missing", () => {
    const text = start({ type: "failed", problem }, 11);

    expect(text).toContain("q   quit");
    expect(text).toContain("error: last");
    expect(text).not.toContain("error: first");
  });

  it("keeps the choices where not even the message has room", () => {
    const text = start({ type: "failed", problem, lastGoodAt: now }, 6);

    expect(text).toContain("✕ nix could not evaluate ./flake.nix");
    expect(text).not.toContain("a bracket is\n    missing");
    expect(text).toContain("q   quit");
  });
});

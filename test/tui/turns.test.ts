import { describe, expect, it } from "vitest";
import type { AgentMode } from "../../src/core/mode.ts";
import { createTurns } from "../../src/tui/turns.ts";

/** Turns whose starts are up when the test says so. */
function setUp() {
  const started: AgentMode[] = [];
  const ups: (() => void)[] = [];
  const turns = createTurns((mode) => {
    started.push(mode);
    return new Promise((up) => ups.push(up));
  });
  return { turns, started, ups };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("turns", () => {
  it("start the first at once and each other when the one before is up", async () => {
    const { turns, started, ups } = setUp();

    turns.start("plan", "now");
    turns.start("build", "in-turn");
    turns.start("review", "in-turn");
    await settled();
    expect(started).toEqual(["plan"]);

    ups[0]?.();
    await settled();
    expect(started).toEqual(["plan", "build"]);

    ups[1]?.();
    await settled();
    expect(started).toEqual(["plan", "build", "review"]);
  });

  it("let the one in focus go ahead of those that wait", async () => {
    const { turns, started } = setUp();

    turns.start("plan", "now");
    turns.start("build", "in-turn");
    turns.start("review", "now");
    await settled();

    expect(started).toEqual(["plan", "review"]);
  });

  it("start nothing more once stopped", async () => {
    const { turns, started, ups } = setUp();

    turns.start("plan", "now");
    turns.start("build", "in-turn");
    turns.stop();
    ups[0]?.();
    await settled();

    expect(started).toEqual(["plan"]);
  });

  it("start a mode once, however often it is asked for while it waits", async () => {
    const { turns, started, ups } = setUp();

    turns.start("plan", "now");
    turns.start("build", "in-turn");
    turns.start("build", "in-turn");
    ups[0]?.();
    await settled();
    ups[1]?.();
    await settled();

    expect(started).toEqual(["plan", "build"]);
  });
});

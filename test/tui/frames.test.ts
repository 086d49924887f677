import { describe, expect, it } from "vitest";
import type { AgentMode } from "../../src/core/mode.ts";
import { createFrames } from "../../src/tui/frames.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

/** Frames over a screen that always differs, unless told otherwise. */
function setUp({ slow = false, same = false } = {}) {
  const clock = createManualClock();
  const composed: (AgentMode | "all")[] = [];
  const writes: (() => void)[] = [];
  const frames = createFrames({
    clock,
    compose: (only) => {
      composed.push(only ?? "all");
      return same ? undefined : new Uint8Array(1);
    },
    write: (_bytes, done) => {
      writes.push(done);
      if (!slow) done();
    },
  });
  return { clock, composed, writes, frames };
}

const output = (mode: AgentMode, focused: boolean, bytes = 10) => ({
  mode,
  focused,
  bytes,
  held: false,
});

describe("frames", () => {
  it("draw the echo of a key at once, and only its pane", () => {
    const { frames, composed } = setUp();

    frames.keyTyped();
    frames.paneChanged(output("plan", true));

    expect(composed).toEqual(["plan"]);
  });

  it("draw echoes at most every 2 ms", () => {
    const { frames, composed, clock } = setUp();

    frames.keyTyped();
    for (let byte = 0; byte < 5; byte++) frames.paneChanged(output("plan", true));
    expect(composed).toEqual(["plan"]);

    clock.advance(2);
    expect(composed).toEqual(["plan", "plan"]);
  });

  it("draw everything else 60 times a second, the first after a rest at once", () => {
    const { frames, composed, clock } = setUp();

    for (let ms = 0; ms < 1000; ms++) {
      frames.paneChanged(output("build", false));
      clock.advance(1);
    }

    expect(composed.length).toBeGreaterThanOrEqual(58);
    expect(composed.length).toBeLessThanOrEqual(61);
  });

  it("keep nothing waiting for 16 ms after a frame in which nothing differed", () => {
    const { frames, composed, clock } = setUp({ same: true });

    frames.changed();
    clock.advance(0);
    frames.changed();
    clock.advance(3);
    expect(composed).toHaveLength(1);

    clock.advance(2);
    expect(composed).toHaveLength(2);
  });

  it("take output of the focused pane for an echo only soon after a key", () => {
    const { frames, composed, clock } = setUp();

    frames.keyTyped();
    clock.advance(151);
    frames.paneChanged(output("plan", true));
    clock.advance(0);

    expect(composed).toEqual(["all"]);
  });

  it("compose nothing while a write is in flight, then the newest", () => {
    const { frames, composed, writes, clock } = setUp({ slow: true });

    frames.changed();
    clock.advance(0);
    for (let frame = 0; frame < 10; frame++) {
      frames.changed();
      clock.advance(17);
    }
    expect(composed).toEqual(["all"]);

    writes[0]?.();
    clock.advance(17);
    expect(composed).toEqual(["all", "all"]);
  });

  it("write nothing when nothing differs", () => {
    const { frames, writes, clock } = setUp({ same: true });

    frames.changed();
    clock.advance(1000);

    expect(writes).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it("do not take output within synchronized output for an echo", () => {
    const { frames, composed } = setUp();

    frames.keyTyped();
    frames.paneChanged({ ...output("plan", true), held: true });

    expect(composed).toEqual([]);
  });

  it("draw nothing once stopped", () => {
    const { frames, composed, clock } = setUp();

    frames.changed();
    frames.stop();
    clock.advance(100);

    expect(composed).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { createMemoryKeeper } from "../../src/tui/memory-keeper.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const megabyte = 1024 ** 2;

function setUp() {
  const clock = createManualClock();
  const released: number[] = [];
  const start = clock.monotonic();
  const keeper = createMemoryKeeper({
    clock,
    release: () => released.push(clock.monotonic() - start),
  });
  return { clock, released, keeper };
}

describe("the memory keeper", () => {
  it("gives memory back once, two seconds after a flood has ended", () => {
    const { clock, released, keeper } = setUp();

    for (let second = 0; second < 5; second++) {
      keeper.outputArrived(10 * megabyte);
      clock.advance(1000);
    }
    clock.advance(60_000);

    expect(released).toEqual([6000]);
    expect(clock.waiting).toBe(0);
  });

  it("does nothing about the output of an ordinary day", () => {
    const { clock, released, keeper } = setUp();

    keeper.outputArrived(10 * megabyte);
    clock.advance(60_000);

    expect(released).toEqual([]);
  });

  it("lets go of its timer when it is stopped", () => {
    const { clock, released, keeper } = setUp();

    keeper.outputArrived(100 * megabyte);
    keeper.stop();
    clock.advance(60_000);

    expect(released).toEqual([]);
  });
});

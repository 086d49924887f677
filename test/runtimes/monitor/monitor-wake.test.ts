import { describe, expect, it } from "vitest";
import { createWakeWatch } from "../../../src/runtimes/monitor/monitor-wake.ts";

function setUp() {
  const time = { wall: 1_000_000, monotonic: 0 };
  const watch = createWakeWatch({ now: () => time.wall, monotonic: () => time.monotonic });
  const pass = (wall: number, monotonic = wall) => {
    time.wall += wall;
    time.monotonic += monotonic;
  };
  return { ...watch, pass };
}

const inTime = { lateMs: 3, waitedMs: 2500 };

describe("a machine", () => {
  it("slept when its wall clock ran away from the monotonic one, which is told once", () => {
    const { slept, pass } = setUp();
    pass(2500);
    expect(slept(inTime)).toBe(false);

    pass(3_600_000, 2500);

    expect(slept(inTime)).toBe(true);
    pass(2500);
    expect(slept(inTime)).toBe(false);
  });

  it("slept when a timer came much too late", () => {
    const { slept, pass } = setUp();
    pass(60_000);

    expect(slept({ lateMs: 57_500, waitedMs: 2500 })).toBe(true);
  });

  it.each([
    ["its clock was set a little", 3000, 2500],
    ["its clock was set back", -60_000, 2500],
    ["it was busy for some seconds", 8000, 8000],
  ])("did not sleep when %s", (_, wall, monotonic) => {
    const { slept, pass } = setUp();
    pass(wall, monotonic);

    expect(slept({ lateMs: monotonic - 2500, waitedMs: 2500 })).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import {
  dueTimes,
  type Question,
  type Standing,
  waitFor,
} from "../../../src/runtimes/monitor/pace.ts";

const nothing: ReadonlySet<Question> = new Set();

const up: Standing = {
  attention: "shown",
  pending: false,
  connection: "up",
  expected: true,
  wasUp: true,
  failures: 0,
  jitter: 1,
  streaming: false,
  seesLoaded: true,
  installedEveryMs: 60_000,
  installedFailed: false,
  asked: { round: 100_000, identify: 0, version: 100_000, loaded: 100_000, installed: 100_000 },
  wanted: nothing,
};

const down: Standing = { ...up, connection: "down", failures: 1, asked: { round: 100_000 } };

describe("a runtime that answers", () => {
  it.each([
    ["shown", {}, { loaded: 2500, version: 30_000, installed: 60_000 }],
    ["looked into", { attention: "focused" }, { loaded: 2000, version: 30_000, installed: 60_000 }],
    ["in a job", { pending: true }, { loaded: 2000, version: 30_000, installed: 60_000 }],
    ["telling events", { streaming: true }, { loaded: 15_000, version: 30_000, installed: 60_000 }],
    ["telling events, in a job", { streaming: true, pending: true }, { loaded: 2000 }],
    ["silent about loaded models", { seesLoaded: false }, { version: 2500, installed: 60_000 }],
    ["stale", { connection: "stale" }, { loaded: 2500 }],
    ["without its list", { installedFailed: true }, { installed: 15_000 }],
  ] satisfies readonly (readonly [string, Partial<Standing>, object])[])(
    "is asked at its pace while it is %s",
    (_, change, periods) => {
      const due = dueTimes({ ...up, ...change });
      const expected = Object.entries(periods).map(([question, ms]) => [question, 100_000 + ms]);
      expect(due).toMatchObject(Object.fromEntries(expected));
    },
  );

  it("is never asked what it cannot tell", () => {
    expect(dueTimes({ ...up, seesLoaded: false })).not.toHaveProperty("loaded");
  });

  it("is left alone while nobody looks", () => {
    expect(dueTimes({ ...up, attention: "hidden" })).toEqual({});
  });

  it("is asked for a job although nobody looks", () => {
    expect(dueTimes({ ...up, attention: "hidden", pending: true })).toMatchObject({
      loaded: 102_000,
    });
  });

  it("is asked at once what is wanted, but never twice within a moment", () => {
    const wanted = new Set<Question>(["installed"]);

    expect(dueTimes({ ...up, attention: "hidden", wanted })).toEqual({ installed: 100_250 });
  });
});

describe("a runtime that does not answer", () => {
  it.each([
    ["which was up", {}, [2000, 2500, 2500, 2500]],
    ["which is expected", { wasUp: false }, [2000, 4000, 5000, 5000]],
    [
      "which nobody asked for",
      { wasUp: false, expected: false },
      [2000, 4000, 8000, 16_000, 30_000, 30_000],
    ],
    ["in whose place something else answers", { connection: "wrong-service" }, [2000, 4000, 8000]],
    ["which a job needs", { wasUp: false, pending: true, attention: "hidden" }, [2000, 2000]],
  ] satisfies readonly (readonly [string, Partial<Standing>, readonly number[]])[])(
    "and %s is tried again later and later",
    (_, change, waits) => {
      const tries = waits.map((_ms, index) =>
        dueTimes({ ...down, ...change, failures: index + 1 }),
      );
      expect(tries).toEqual(waits.map((ms) => ({ identify: 100_000 + ms })));
    },
  );

  it("is tried up to a fifth earlier, by chance", () => {
    expect(dueTimes({ ...down, jitter: 0 })).toEqual({ identify: 101_600 });
  });

  it("is left alone while nobody looks, unless it was asked for by hand", () => {
    const hidden: Standing = { ...down, attention: "hidden" };

    expect(dueTimes(hidden)).toEqual({});
    expect(dueTimes({ ...hidden, wanted: new Set(["identify"]) })).toEqual({ identify: 100_250 });
  });

  it("is tried once at the start, whoever looks", () => {
    const standing: Standing = { ...down, connection: "probing", attention: "hidden", asked: {} };

    expect(dueTimes(standing)).toEqual({ identify: 0 });
  });
});

describe("the wait for a question", () => {
  it("ends for all runtimes at the same time, never after what is due", () => {
    expect(10_003 + waitFor(12_503, 10_003)).toBe(12_500);
    expect(10_141 + waitFor(12_641, 10_141)).toBe(12_500);
  });

  it("is as long as it is meant where that is short", () => {
    expect(waitFor(10_333, 10_003)).toBe(330);
    expect(waitFor(9000, 10_003)).toBe(0);
  });
});

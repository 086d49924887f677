import type { Clock } from "../../src/platform/ports.ts";

export type ManualClock = Clock & {
  /** Lets time pass and runs what comes due, in order. */
  advance(ms: number): void;
  /** How many timers wait. */
  readonly waiting: number;
};

/** A clock that stands still until it is told to go on. */
export function createManualClock(start = 1_000_000): ManualClock {
  let time = start;
  let timers: readonly { readonly at: number; readonly deed: () => void }[] = [];

  function after(ms: number, deed: () => void) {
    const timer = { at: time + ms, deed };
    timers = [...timers, timer];
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  }

  return {
    now: () => time,
    monotonic: () => time,
    after,
    wait: (ms) => new Promise((resolve) => void after(ms, resolve)),
    get waiting() {
      return timers.length;
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const [next] = [...timers].sort((a, b) => a.at - b.at);
        if (!next || next.at > end) break;
        timers = timers.filter((other) => other !== next);
        time = Math.max(time, next.at);
        next.deed();
      }
      time = end;
    },
  };
}

import type { Clock } from "./ports.ts";

/** The clock of this machine. */
export function createClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after: (ms, deed) => {
      const timer = setTimeout(deed, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

/** Finds out that the machine slept, or that this process stood still, between two looks. */
import type { Clock } from "../../platform/ports.ts";

export type WakeWatch = {
  /** Whether it slept since the last look. `lateMs`: how late a timer of `waitedMs` came. */
  readonly slept: (timer: { readonly lateMs: number; readonly waitedMs: number }) => boolean;
};

/** The wall clock is corrected by less than this without a sleep (NTP), in ms. */
const jumpMs = 5000;
/** A busy machine is late by less than this. */
const lateMs = 10_000;

/**
 * On Linux the monotonic clock stands still while the machine sleeps and the wall clock runs away
 * from it; elsewhere both go on and a timer comes much too late.
 */
export function createWakeWatch(clock: Pick<Clock, "now" | "monotonic">): WakeWatch {
  const distance = () => clock.now() - clock.monotonic();
  let last = distance();
  return {
    slept(timer) {
      const jump = distance() - last;
      last += jump;
      return jump > jumpMs || timer.lateMs > Math.max(lateMs, 3 * timer.waitedMs);
    },
  };
}

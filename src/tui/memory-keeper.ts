/** Gives memory back to the system some time after a flood of output, when nothing happens. */
import type { Cancel, Clock } from "../platform/ports.ts";

export type MemoryKeeper = {
  /** Some bytes were parsed. */
  readonly outputArrived: (bytes: number) => void;
  readonly stop: () => void;
};

export type MemoryKeeperOptions = {
  readonly clock: Clock;
  readonly release: () => void;
};

/** Less output than this leaves no garbage worth a pause. */
const floodBytes = 16 * 1024 ** 2;
/** A pause in the output this long is the end of a flood. */
const quietMs = 2000;

export function createMemoryKeeper({ clock, release }: MemoryKeeperOptions): MemoryKeeper {
  let parsed = 0;
  let lastOutput = 0;
  let timer: Cancel | undefined;

  function look(): void {
    timer = undefined;
    const quiet = clock.monotonic() - lastOutput;
    if (quiet < quietMs) {
      timer = clock.after(quietMs - quiet, look);
      return;
    }
    parsed = 0;
    release();
  }

  return {
    outputArrived(bytes) {
      parsed += bytes;
      if (parsed < floodBytes) return;
      lastOutput = clock.monotonic();
      timer ??= clock.after(quietMs, look);
    },
    stop: () => timer?.(),
  };
}

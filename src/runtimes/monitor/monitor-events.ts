/** Keeps a runtime's stream of events open, and opens it again some time after it broke. */
import type { Cancel, Clock } from "../../platform/ports.ts";
import type { RuntimeEvent } from "../adapter.ts";

export type EventStream = {
  /** Whether it is to be open. */
  readonly want: (open: boolean) => void;
  /** It is open and has told something: one can rely on it. */
  readonly delivers: () => boolean;
};

export type EventStreamOptions = {
  readonly clock: Clock;
  readonly open: (abort: AbortSignal) => AsyncIterable<RuntimeEvent>;
  readonly onEvent: (event: RuntimeEvent) => void;
  /** A stream that told something ended by itself. */
  readonly onBroken: () => void;
};

const firstRetryMs = 2000;
const longestRetryMs = 60_000;

export function createEventStream(options: EventStreamOptions): EventStream {
  const { clock } = options;
  let controller: AbortController | undefined;
  let retry: Cancel | undefined;
  let delayMs = firstRetryMs;
  let delivers = false;

  function start(): void {
    retry = undefined;
    const own = new AbortController();
    controller = own;
    void read(own.signal).then((told) => {
      if (controller !== own) return;
      controller = undefined;
      delivers = false;
      delayMs = told ? firstRetryMs : Math.min(delayMs * 2, longestRetryMs);
      retry = clock.after(delayMs, start);
      if (told) options.onBroken();
    });
  }

  /** Reads until the end; whether anything was told. */
  async function read(abort: AbortSignal): Promise<boolean> {
    let told = false;
    try {
      for await (const event of options.open(abort)) {
        if (abort.aborted) break;
        told = true;
        delivers = true;
        options.onEvent(event);
      }
    } catch {
      // Whether the runtime still lives is found out by asking it.
    }
    return told;
  }

  return {
    want(open) {
      if (open === (controller !== undefined || retry !== undefined)) return;
      if (open) return start();
      const own = controller;
      controller = undefined;
      delivers = false;
      retry?.();
      retry = undefined;
      delayMs = firstRetryMs;
      own?.abort();
    },
    delivers: () => delivers,
  };
}

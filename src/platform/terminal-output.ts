import { write as writeSome } from "node:fs";

/** Writes whole frames to a terminal without blocking the event loop. */
export type TerminalOutput = {
  write(bytes: Uint8Array, done: () => void): void;
  /** Drops what is not written yet; `done` of each is called all the same. */
  stop(): void;
  start(): void;
};

type Writing = { readonly rest: Uint8Array; readonly done: () => void };

/** Milliseconds before a full terminal is tried again, when the descriptor does not block. */
const retryMs = 2;

/** Makes the writer of one descriptor; `onGone` hears when the other side was closed. */
export function createTerminalOutput(options: {
  readonly descriptor: number;
  readonly onGone: () => void;
}): TerminalOutput {
  let queue: Writing[] = [];
  let stopped = false;
  let inFlight = false;

  const drop = () => {
    const dropped = queue;
    queue = [];
    for (const { done } of dropped) setImmediate(done);
  };
  const advance = (written: number) => {
    const first = queue[0];
    if (!first) return;
    const rest = first.rest.subarray(written);
    if (rest.length > 0) queue[0] = { ...first, rest };
    else {
      queue.shift();
      first.done();
    }
  };
  const next = () => {
    const first = queue[0];
    if (inFlight || !first) return;
    if (stopped) return drop();
    inFlight = true;
    writeSome(options.descriptor, first.rest, (error, written) => {
      if (!error) landed(written);
      else if (error.code === "EAGAIN") setTimeout(landed, retryMs, 0);
      else lost();
    });
  };
  const lost = () => {
    stopped = true;
    landed(0);
    options.onGone();
  };
  const landed = (written: number) => {
    inFlight = false;
    if (!stopped) advance(written);
    next();
  };

  return {
    write: (bytes, done) => {
      queue.push({ rest: bytes, done });
      next();
    },
    stop: () => {
      stopped = true;
      if (!inFlight) drop();
    },
    start: () => {
      stopped = false;
    },
  };
}

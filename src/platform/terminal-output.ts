/**
 * Output to the terminal never blocks. A write that waits for a terminal which has stopped reading
 * would hold up all panes; in a thread of its own it would still keep the process from ending. So
 * the terminal is opened once more as a description that does not block (setting the flag on the
 * inherited one would change it for the user's shell as well), and what it does not take is offered
 * again. A terminal takes tens of KB at once, so that happens only when it lags behind.
 */
import { closeSync, constants, openSync, write, writeSync } from "node:fs";

export type TerminalOutput = {
  /** Writes all bytes, then calls `done`, never before this returns. */
  readonly write: (bytes: Uint8Array, done: () => void) => void;
  readonly start: () => void;
  /** Drops what is not written, writes `last` as far as the terminal takes it soon, and closes. */
  readonly finish: (last: Uint8Array) => void;
};

type Writing = { readonly rest: Uint8Array; readonly done: () => void };
type Written = (error: NodeJS.ErrnoException | null, count: number) => void;
type Target = { readonly descriptor: number; readonly own: boolean };

/** Between offers to a terminal that takes nothing, in ms: first and longest. */
const firstRetryMs = 1;
const slowestRetryMs = 8;

/** Makes the writer to the terminal on a descriptor; `onGone` hears when the other side closed. */
export function createTerminalOutput(options: {
  readonly descriptor: number;
  readonly onGone: () => void;
}): TerminalOutput {
  let target: Target | undefined;
  let queue: Writing[] = [];
  let busy = false;
  let retryMs = firstRetryMs;

  const drop = () => {
    for (const { done } of queue) queueMicrotask(done);
    queue = [];
  };
  const next = () => {
    const first = queue[0];
    if (busy || !first) return;
    if (!target) return drop();
    busy = true;
    offer(target, first.rest, landed);
  };
  const landed: Written = (error, count) => {
    busy = false;
    if (error?.code === "EAGAIN") return later();
    if (error) {
      drop();
      return options.onGone();
    }
    retryMs = firstRetryMs;
    advance(count);
    next();
  };
  const later = () => {
    busy = true;
    setTimeout(() => {
      busy = false;
      next();
    }, retryMs);
    retryMs = Math.min(retryMs * 2, slowestRetryMs);
  };
  const advance = (count: number) => {
    const first = queue[0];
    if (!first) return;
    const rest = first.rest.subarray(count);
    if (rest.length > 0) queue[0] = { ...first, rest };
    else {
      queue.shift();
      queueMicrotask(first.done);
    }
  };

  return {
    write: (bytes, done) => {
      queue.push({ rest: bytes, done });
      next();
    },
    start: () => {
      target ??= openTarget(options.descriptor);
    },
    finish: (last) => {
      if (!target) return;
      drop();
      offerForAWhile(target.descriptor, last);
      if (target.own) closeSync(target.descriptor);
      target = undefined;
    },
  };
}

/** After `su` the device belongs to another user: then only /dev/tty can be opened. */
function openTarget(descriptor: number): Target {
  for (const path of [`/proc/self/fd/${descriptor}`, "/dev/tty"]) {
    try {
      const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
      return { descriptor: openSync(path, flags), own: true };
    } catch {
      // The next one may do.
    }
  }
  return { descriptor, own: false };
}

function offer({ descriptor, own }: Target, bytes: Uint8Array, landed: Written): void {
  // The inherited description may block: off the event loop with it.
  if (!own) return write(descriptor, bytes, landed);
  const { error, count } = writeNow(descriptor, bytes);
  landed(error, count);
}

function writeNow(descriptor: number, bytes: Uint8Array) {
  try {
    return { error: null, count: writeSync(descriptor, bytes) };
  } catch (error) {
    if (error instanceof Error) return { error, count: 0 };
    throw error;
  }
}

/** How often, 10 ms apart, the last bytes are offered to a terminal that takes none. */
const lastOffers = 20;

function offerForAWhile(descriptor: number, bytes: Uint8Array): void {
  let rest = bytes;
  for (let turn = 0; rest.length > 0 && turn < lastOffers; turn++) {
    const { error, count } = writeNow(descriptor, rest);
    if (error && "code" in error && error.code !== "EAGAIN") return;
    rest = rest.subarray(count);
    if (error) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

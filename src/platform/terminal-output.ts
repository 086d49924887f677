/**
 * Output to the terminal never blocks. A write that waits for a terminal which has stopped reading
 * would hold up all panes; in a thread of its own it would still keep the process from ending. So
 * the terminal is opened once more as a description that does not block (setting the flag on the
 * inherited one would change it for the user's shell as well). A frame is written at once as far as
 * the kernel takes it, for a pty 8 to 12 KiB; the rest goes when the kernel has room again.
 */
import { constants, openSync, write, writeSync } from "node:fs";
import { ReadStream } from "node:tty";

export type TerminalOutput = {
  /** Writes all bytes, then calls `done`, never before this returns. */
  readonly write: (bytes: Uint8Array, done: () => void) => void;
  readonly start: () => void;
  /** Drops what is not written, writes `last` as far as the terminal takes it soon, and closes. */
  readonly finish: (last: Uint8Array) => void;
};

type Writing = { readonly bytes: Uint8Array; readonly done: () => void };
type Written = (error: Error | null, count: number) => void;

/** `stream` is the description of our own; without one only the inherited descriptor is there. */
type Target = { readonly descriptor: number; readonly stream: ReadStream | undefined };

/** Makes the writer to the terminal on a descriptor; `onGone` hears when the other side closed. */
export function createTerminalOutput(options: {
  readonly descriptor: number;
  readonly onGone: () => void;
}): TerminalOutput {
  let target: Target | undefined;
  let queue: Writing[] = [];
  let busy = false;

  const drop = () => {
    for (const { done } of queue) queueMicrotask(done);
    queue = [];
  };
  const advance = (count: number) => {
    const first = queue[0];
    if (!first) return;
    const rest = first.bytes.subarray(count);
    if (rest.length > 0) queue[0] = { ...first, bytes: rest };
    else {
      queue.shift();
      queueMicrotask(first.done);
    }
  };
  const next = () => {
    const first = queue[0];
    if (busy || !first) return;
    if (!target) return drop();
    const offered = target;
    busy = true;
    offer(offered, first.bytes, (error, count) => {
      busy = false;
      if (target !== offered) return next();
      if (error) {
        drop();
        return options.onGone();
      }
      advance(count);
      next();
    });
  };

  return {
    write: (bytes, done) => {
      queue.push({ bytes, done });
      next();
    },
    start: () => {
      target ??= openTarget(options.descriptor);
    },
    finish: (last) => {
      if (!target) return;
      drop();
      offerForAWhile(target.descriptor, last);
      target.stream?.destroy();
      target = undefined;
    },
  };
}

/**
 * Opens what the descriptor refers to once more. A `tty.ReadStream` is the stream of a terminal that
 * Node leaves unblocked, and it can be written to; it is never read here. After `su` the device
 * belongs to another user and cannot be opened.
 */
function openTarget(inherited: number): Target {
  const directory = process.platform === "linux" ? "/proc/self/fd" : "/dev/fd";
  const flags = constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY;
  try {
    const descriptor = openSync(`${directory}/${inherited}`, flags);
    const stream = new ReadStream(descriptor);
    // A failed write tells its callback; without a listener the event would be thrown.
    stream.on("error", () => {});
    return { descriptor, stream };
  } catch {
    return { descriptor: inherited, stream: undefined };
  }
}

function offer({ descriptor, stream }: Target, bytes: Uint8Array, landed: Written): void {
  // The inherited description may block: off the event loop with it.
  if (!stream) return offerInThread(descriptor, bytes, landed);
  const { error, count } = writeNow(descriptor, bytes);
  if (error && !isFull(error)) return landed(error, 0);
  if (count === bytes.length) return landed(null, count);
  stream.write(bytes.subarray(count), (failure) => landed(failure ?? null, bytes.length));
}

/** Somebody may have set the inherited description to not block; then it is tried again, in ms. */
const retryMs = 4;

function offerInThread(descriptor: number, bytes: Uint8Array, landed: Written): void {
  write(descriptor, bytes, (error, count) => {
    if (error && isFull(error)) setTimeout(landed, retryMs, null, 0);
    else landed(error, count);
  });
}

function writeNow(descriptor: number, bytes: Uint8Array) {
  try {
    return { error: undefined, count: writeSync(descriptor, bytes) };
  } catch (error) {
    if (error instanceof Error) return { error, count: 0 };
    throw error;
  }
}

function isFull(error: Error): boolean {
  return "code" in error && error.code === "EAGAIN";
}

/** How often, 10 ms apart, the last bytes are offered to a terminal that takes none. */
const lastOffers = 20;

function offerForAWhile(descriptor: number, bytes: Uint8Array): void {
  let rest = bytes;
  for (let turn = 0; rest.length > 0 && turn < lastOffers; turn++) {
    const { error, count } = writeNow(descriptor, rest);
    if (error && !isFull(error)) return;
    rest = rest.subarray(count);
    if (error) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  }
}

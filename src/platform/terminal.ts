/** The outer terminal: its input through Node's tty stream, its output straight to the device. */
import { readlink } from "node:fs/promises";
import { isatty } from "node:tty";
import { createListeners } from "./listeners.ts";
import type { PtySize, Terminal } from "./ports.ts";
import { createTerminalOutput } from "./terminal-output.ts";
import { followTerminalSignals } from "./terminal-signals.ts";

const input = 0;
const output = 1;

type Sequences = { readonly enter: string; readonly leave: string };

/** The terminal on stdin and stdout. It is touched from the first `enter` on, not before. */
export function createTerminal(): Terminal {
  const heard = createListeners<Uint8Array>();
  const resized = createListeners<PtySize>();
  const continued = createListeners<void>();
  const gone = createListeners<void>();
  let isGone = false;
  let connected = false;
  let wanted: Sequences | undefined;
  let entered = false;

  const reportGone = () => {
    if (isGone) return;
    isGone = true;
    gone.tell();
  };
  const out = createTerminalOutput({ descriptor: output, onGone: reportGone });

  const take = ({ enter }: Sequences) => {
    entered = true;
    out.start();
    // libuv skips a mode it believes to be set already; a shell may have changed it meanwhile.
    setRawMode(false);
    setRawMode(true);
    out.write(Buffer.from(enter), () => {});
    process.stdin.resume();
  };
  const giveBack = () => {
    if (!wanted || !entered) return;
    entered = false;
    out.finish(Buffer.from(wanted.leave));
    setRawMode(false);
  };
  const takeAgain = () => {
    if (!wanted) return;
    take(wanted);
    // A job in the background is not told of a new size; this makes libuv look at it.
    process.kill(process.pid, "SIGWINCH");
    continued.tell();
  };
  const connect = () => {
    if (connected) return;
    connected = true;
    process.stdin.on("data", (bytes: Buffer) => heard.tell(bytes));
    // EIO: the other side was closed.
    for (const event of ["end", "error", "close"]) process.stdin.on(event, reportGone);
    process.stdout.on("error", reportGone);
    process.stdout.on("resize", () => resized.tell(currentSize()));
    followTerminalSignals({ leave: giveBack, resume: takeAgain });
  };

  return {
    isTty: isatty(input) && isatty(output),
    size: currentSize,
    enter: (sequences) => {
      connect();
      wanted = sequences;
      take(sequences);
    },
    leave: () => {
      giveBack();
      wanted = undefined;
      if (connected) process.stdin.pause();
    },
    write: (bytes, done) => out.write(bytes, done),
    onInput: heard.add,
    onResize: resized.add,
    onContinue: continued.add,
    onGone: gone.add,
    name: deviceName,
  };
}

/** Some hosts report 0x0 until the first resize. */
function currentSize(): PtySize {
  const [cols, rows] = process.stdout.getWindowSize?.() ?? [];
  return { cols: cols || 80, rows: rows || 24 };
}

function setRawMode(on: boolean): void {
  // On a terminal that is gone the stream emits an error instead of throwing; it is listened to.
  if (process.stdin.isTTY) process.stdin.setRawMode(on);
}

async function deviceName(): Promise<string | undefined> {
  if (!isatty(input)) return undefined;
  return readlink(`/proc/self/fd/${input}`).catch(() => undefined);
}

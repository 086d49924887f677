/** The outer terminal: its input through Node's tty stream, its output straight to the device. */
import { readlink } from "node:fs/promises";
import { isatty } from "node:tty";
import { createListeners } from "./listeners.ts";
import type { PtySize, Terminal } from "./ports.ts";
import { createTerminalOutput } from "./terminal-output.ts";

const input = 0;
const output = 1;

/** The terminal on stdin and stdout. It is touched from the first `enter` on, not before. */
export function createTerminal(): Terminal {
  const heard = createListeners<Uint8Array>();
  const resized = createListeners<PtySize>();
  const continued = createListeners<void>();
  const gone = createListeners<void>();
  let isGone = false;
  let active: { readonly enter: string; readonly leave: string } | undefined;
  let connected = false;

  const reportGone = () => {
    if (isGone) return;
    isGone = true;
    gone.tell();
  };
  const out = createTerminalOutput({ descriptor: output, onGone: reportGone });

  const leave = () => {
    if (!active) return;
    const { leave: sequence } = active;
    active = undefined;
    out.finish(Buffer.from(sequence));
    setRawMode(false);
    process.stdin.pause();
  };
  const resume = ({ enter }: { readonly enter: string }) => {
    // libuv skips a mode it believes to be set already; a shell may have changed it meanwhile.
    setRawMode(false);
    setRawMode(true);
    out.write(Buffer.from(enter), () => {});
  };
  const connect = () => {
    if (connected) return;
    connected = true;
    process.stdin.on("data", (bytes: Buffer) => heard.tell(bytes));
    // EIO: the other side was closed.
    for (const event of ["end", "error", "close"]) process.stdin.on(event, reportGone);
    process.stdout.on("error", reportGone);
    process.stdout.on("resize", () => resized.tell(currentSize()));
    process.on("SIGCONT", () => {
      if (!active) return;
      resume(active);
      continued.tell();
    });
    process.on("exit", leave);
    leaveOnUnheardSignals(leave);
  };

  return {
    isTty: isatty(input) && isatty(output),
    size: currentSize,
    enter: (sequences) => {
      connect();
      active = sequences;
      out.start();
      resume(sequences);
      process.stdin.resume();
    },
    leave,
    write: (bytes, done) => out.write(bytes, done),
    onInput: heard.add,
    onResize: resized.add,
    onContinue: continued.add,
    onGone: gone.add,
    name: () => deviceName(),
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

/** A signal that nobody else handles must still put the terminal back before it ends the process. */
function leaveOnUnheardSignals(leave: () => void): void {
  for (const name of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const) {
    const handle = () => {
      if (process.listenerCount(name) > 1) return;
      leave();
      process.off(name, handle);
      process.kill(process.pid, name);
    };
    process.on(name, handle);
  }
}

async function deviceName(): Promise<string | undefined> {
  if (!isatty(input)) return undefined;
  return readlink(`/proc/self/fd/${input}`).catch(() => undefined);
}

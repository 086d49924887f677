/** Signals that come between a program and its terminal. */
export type TerminalSignals = {
  /** Puts the terminal back. */
  readonly leave: () => void;
  /** Takes it again after the process was stopped. */
  readonly resume: () => void;
};

/** Listens for the rest of the process's life. */
export function followTerminalSignals({ leave, resume }: TerminalSignals): void {
  process.on("exit", leave);
  for (const name of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const) leaveOn(name, leave);
  // The keyboard cannot send it in raw mode, but `kill` can.
  process.on("SIGTSTP", () => {
    leave();
    process.kill(process.pid, "SIGSTOP");
  });
  process.on("SIGCONT", resume);
}

/** A signal that nobody else handles must still put the terminal back before it ends the process. */
function leaveOn(name: NodeJS.Signals, leave: () => void): void {
  const handle = () => {
    if (process.listenerCount(name) > 1) return;
    leave();
    process.off(name, handle);
    process.kill(process.pid, name);
  };
  process.on(name, handle);
}

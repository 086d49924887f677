import type { OwnProcess } from "./ports.ts";

const endingSignals = ["SIGTERM", "SIGHUP", "SIGINT"] as const;

/** The process this program runs in: the signals that end it and the errors nobody caught. */
export function createOwnProcess(): OwnProcess {
  return {
    onSignal: (listener) => {
      for (const name of endingSignals) process.on(name, listener);
      return () => {
        for (const name of endingSignals) process.off(name, listener);
      };
    },
    onUncaught: (listener) => {
      const caught = (error: unknown) => listener(error);
      // Rejections that nobody handles arrive here too: that is Node's default.
      process.on("uncaughtException", caught);
      return () => process.off("uncaughtException", caught);
    },
    onWarning: (listener) => {
      const printing = process.listeners("warning");
      process.removeAllListeners("warning");
      process.on("warning", listener);
      return () => {
        process.off("warning", listener);
        for (const print of printing) process.on("warning", print);
      };
    },
    exit: (code) => process.exit(code),
  };
}

import { spawn } from "node:child_process";
import type { Exit } from "../core/agent.ts";
import type { Variables } from "./ports.ts";

export type ForegroundCommand = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Variables;
};

/** Lends our terminal to a program until it ends: an editor. Undefined when it cannot be started. */
export type RunForeground = (command: ForegroundCommand) => Promise<Exit | undefined>;

/** What the keyboard sends goes to the program alone, though the terminal tells us as well. */
export const runForeground: RunForeground = ({ file, args, cwd, env }) =>
  new Promise((resolve) => {
    const child = spawn(file, [...args], { cwd, env, stdio: "inherit" });
    const ignore = () => {};
    const pass = (name: NodeJS.Signals) => void child.kill(name);
    const end = (exit: Exit | undefined) => {
      for (const name of keyboardSignals) process.off(name, ignore);
      for (const name of endingSignals) process.off(name, pass);
      resolve(exit);
    };
    for (const name of keyboardSignals) process.on(name, ignore);
    for (const name of endingSignals) process.on(name, pass);
    child.once("error", () => end(undefined));
    child.once("exit", (code, signal) =>
      end({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) }),
    );
  });

const keyboardSignals = ["SIGINT", "SIGQUIT"] as const;
const endingSignals = ["SIGTERM", "SIGHUP"] as const;

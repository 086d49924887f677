/** A program in a real tmux that nobody looks at, on a server of its own; driven by tmux's own commands. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export type TmuxOptions = {
  /** Where its socket may stand. */
  readonly directory: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** All of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
};

export type Tmux = {
  /** Presses keys by tmux's names: "C-o", "M-2", "Enter". */
  press(...keys: readonly string[]): Promise<void>;
  type(text: string): Promise<void>;
  screen(): Promise<string>;
  /** Waits until the screen is so, and tells how many ms that took; fails with the screen. */
  until(condition: RegExp | string, options: UntilOptions): Promise<number>;
  /** Whether the program has ended. */
  ended(): Promise<boolean>;
  close(): Promise<void>;
};

export type UntilOptions = {
  readonly withinMs: number;
  /** Counted from this moment of `performance.now()`; now unless set. */
  readonly since?: number;
  /** It must not be there. */
  readonly gone?: boolean;
};

export async function openTmux(options: TmuxOptions): Promise<Tmux> {
  const { directory, command, cwd, env, cols, rows } = options;
  const socket = ["-S", join(directory, "tmux.sock"), "-f", "/dev/null"];
  const tmux = async (...args: readonly string[]) =>
    (await run("tmux", [...socket, ...args], { env })).stdout;
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const size = ["-x", String(cols), "-y", String(rows)];
  await tmux("new-session", "-d", ...size, "-c", cwd, words, ";", "set", "remain-on-exit", "on");
  const screen = () => tmux("capture-pane", "-p");

  return {
    press: async (...keys) => void (await tmux("send-keys", ...keys)),
    type: async (text) => void (await tmux("send-keys", "-l", text)),
    screen,
    async until(condition, { withinMs, since = performance.now(), gone = false }) {
      for (;;) {
        const shown = await screen();
        const took = performance.now() - since;
        const isThere =
          typeof condition === "string" ? shown.includes(condition) : condition.test(shown);
        if (isThere !== gone && took <= withinMs) return took;
        if (took > withinMs)
          throw new Error(`${gone ? "no " : ""}${condition} within ${withinMs} ms:\n${shown}`);
        await wait(25);
      }
    },
    ended: async () => (await tmux("display-message", "-p", "#{pane_dead}")).trim() === "1",
    close: async () => void (await tmux("kill-server").catch(() => {})),
  };
}

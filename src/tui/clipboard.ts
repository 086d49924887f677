/** Where a text goes that the user has asked to be copied: one that a pane copies goes to the terminal alone. */
import type { Ports } from "../platform/ports.ts";

type ClipboardOptions = Pick<Ports, "run" | "env"> & {
  /** By OSC 52. */
  readonly viaTerminal: (text: string) => void;
};

/** A tmux answers in milliseconds, or not at all. */
const tmuxMs = 2000;

/**
 * Copies a text. As tmux is set up by default (set-clipboard external), it heeds no OSC 52 of a program
 * inside it; told by its own command (3.2 and newer, tmux(1)) it hands the text on, and can paste it itself.
 */
export function createClipboard({ run, env, viaTerminal }: ClipboardOptions) {
  async function copy(text: string): Promise<void> {
    if (!env["TMUX"]) return viaTerminal(text);
    const args = ["load-buffer", "-w", "-"];
    const { end, exit } = await run({ file: "tmux", args, env, input: text, timeoutMs: tmuxMs });
    if (end !== "exited" || exit.code !== 0) viaTerminal(text);
  }

  return (text: string): void => {
    if (text !== "") void copy(text);
  };
}

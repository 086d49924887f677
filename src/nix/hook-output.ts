import { printableLines } from "../core/text.ts";

const half = 32 * 1024;

export type HookOutput = {
  /** Called with each line as it comes. */
  readonly add: (line: string) => void;
  /** At most 64 KiB, safe to show: the start and the end, and how much is left out between them. */
  readonly text: () => string;
};

/** Keeps the start and the end of what a hook prints, however much it is. */
export function keepHookOutput(): HookOutput {
  let head = "";
  let tail = "";
  let dropped = 0;
  return {
    add: (line) => {
      const text = `${line}\n`;
      const room = half - head.length;
      // Once something is in the tail, nothing may overtake it into the head.
      const forHead = tail === "" ? text.slice(0, room) : "";
      head += forHead;
      tail += text.slice(forHead.length);
      if (tail.length <= 2 * half) return;
      dropped += tail.length - half;
      tail = tail.slice(-half);
    },
    text: () => {
      const left = dropped + Math.max(tail.length - half, 0);
      const end = tail.slice(-half);
      const middle = left > 0 ? `\n... ${left} characters left out ...\n` : "";
      return printableLines(head + middle + end).join("\n");
    },
  };
}

import { minimumScreen } from "../../core/layout.ts";
import { type Check, ok, skip } from "../check.ts";

/** Whether there is room for a pane. */
export const sizeCheck: Check = {
  id: "terminal-size",
  group: "terminal",
  title: "the terminal is large enough",
  timeoutMs: 1000,
  run: async ({ terminal }) => {
    if (!terminal) return [skip("this does not run on a terminal")];
    const { cols, rows } = terminal.size();
    const size = `${cols}x${rows}`;
    if (cols >= minimumScreen.cols && rows >= minimumScreen.rows)
      return [ok(`${size}: ${shown(cols)}`)];
    return [
      {
        status: "fail",
        code: "terminal/too-small",
        found: `the terminal has ${size} cells`,
        why: `ai-rules needs ${minimumScreen.cols}x${minimumScreen.rows}, and OpenCode is good from 60 columns`,
        remedy: "make the window larger, or its letters smaller: ctrl+minus in most terminals",
      },
    ];
  },
};

function shown(cols: number): string {
  if (cols >= 200) return "three modes beside each other";
  return cols >= 120
    ? "one mode large, two beside it"
    : "one mode at a time; all three from 120 columns";
}

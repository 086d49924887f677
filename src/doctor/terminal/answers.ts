import { hasUnicode } from "../../core/terminal-abilities.ts";
import type { Variables } from "../../platform/ports.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import { type TerminalAnswers, terminalAnswers } from "../facts/terminal-answers.ts";

/** What the terminal says that it can do beyond colours. */
export const answersCheck: Check = {
  id: "terminal-abilities",
  group: "terminal",
  title: "synchronized output, key protocol, clipboard",
  timeoutMs: 3000,
  run: async (context) => {
    const answers = await terminalAnswers(context);
    if (!answers) return [skip("there is no terminal that could be asked")];
    const fonts = fontsOf(context.ports.env);
    if (!answers.answered) return [silent, fonts];
    return [ok(told(answers)), fonts];
  },
};

const silent: Finding = {
  status: "warn",
  code: "terminal/silent",
  found: "the terminal does not answer what it can do",
  why: "frames may tear, shift+enter may be enter, and colours are guessed",
  remedy:
    "if this is a slow line, try again: `ai-rules doctor --only terminal-abilities`; else use another terminal",
};

/** Nobody can ask for them. */
function fontsOf(env: Variables): Finding {
  return skip(
    hasUnicode(env)
      ? "fonts cannot be seen from here: │ ─ ┼ ● ◐ … should be lines, circles and dots, not boxes"
      : "fonts cannot be seen from here; the TUI draws with ASCII alone, as TERM and the locale want",
  );
}

function told({ version, synchronized, kittyKeys, clipboard }: TerminalAnswers): string {
  return [
    version ?? "a terminal without a name",
    synchronized ? "synchronized output" : "no synchronized output: frames may tear",
    kittyKeys ? "kitty's key protocol" : "no kitty key protocol: shift+enter may be enter",
    clipboard ? "clipboard by OSC 52" : "whether OSC 52 reaches the clipboard is not said",
  ].join("; ");
}

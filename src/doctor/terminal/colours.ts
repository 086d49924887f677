import { colorDepthOf } from "../../core/terminal-abilities.ts";
import { type Check, type Finding, ok, type Trouble } from "../check.ts";
import { terminalAnswers } from "../facts/terminal-answers.ts";

/** TERM, and how many colours the environment says that there are. */
export const coloursCheck: Check = {
  id: "terminal-colours",
  group: "terminal",
  title: "TERM is set, and the terminal's colours are used",
  timeoutMs: 3000,
  run: async (context) => {
    const { env } = context.ports;
    const { TERM = "", NO_COLOR } = env;
    const type = termTrouble(TERM);
    if (type) return [type];
    const depth = colorDepthOf(env);
    const answers = await terminalAnswers(context);
    if (depth === "none")
      return [ok(`no colours, as ${NO_COLOR ? "NO_COLOR" : "FORCE_COLOR"} wants`)];
    if (depth === "truecolor") return [ok(`TERM=${TERM}, all colours`)];
    if (answers && (answers.allColours || isKnown(answers.version)))
      return [unsaid(depth, answers.version)];
    return [depth === "256" ? ok(`TERM=${TERM}, 256 colours`) : few(TERM)];
  },
};

function termTrouble(term: string): Trouble | undefined {
  if (term === "")
    return {
      status: "warn",
      code: "terminal/no-term",
      found: "TERM is not set",
      why: "programs cannot know what the terminal understands",
      remedy: "run `export TERM=xterm-256color`",
    };
  if (term !== "dumb") return undefined;
  return {
    status: "warn",
    code: "terminal/dumb",
    found: "TERM is dumb: this is no terminal that a screen can be drawn on",
    why: "`ai-rules tui` needs one; the other commands do not",
    remedy: "run it in a terminal emulator; if this is one, run `export TERM=xterm-256color`",
  };
}

/** Terminals that have all colours, whatever the environment says; as they name themselves. */
function isKnown(version = ""): boolean {
  return /^(kitty|WezTerm|ghostty|foot|iTerm2|Konsole|contour|VTE|Alacritty|XTerm|mintty)/iu.test(
    version,
  );
}

function unsaid(depth: string, version: string | undefined): Trouble {
  return {
    status: "warn",
    code: "terminal/colours-unsaid",
    found: `${version ?? "the terminal"} has all colours, and the environment says ${depth}`,
    why: "ssh and sudo do not pass COLORTERM on; colours come out only near",
    remedy: "run `export COLORTERM=truecolor`",
  };
}

function few(term: string): Finding {
  if (term === "linux") return ok("the console of Linux: 16 colours, and plain letters for lines");
  return {
    status: "warn",
    code: "terminal/few-colours",
    found: `TERM is ${term}, which stands for 16 colours at most`,
    why: "highlighted code and differences are hard to read",
    remedy: "run `export TERM=xterm-256color`",
  };
}

import { colorDepthOf } from "../../core/terminal-abilities.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { terminalAnswers } from "../facts/terminal-answers.ts";
import { type Tmux, tmux } from "../facts/tmux.ts";

/** Programs between ai-rules and the terminal, and what each of them costs. */
export const insideCheck: Check = {
  id: "terminal-inside",
  group: "terminal",
  title: "tmux, screen, Zellij, ssh or VS Code around ai-rules",
  timeoutMs: 3000,
  run: async (context) => {
    const { env } = context.ports;
    const findings = [
      ...(env["TMUX"] ? tmuxFindings(context, await tmux(context)) : []),
      ...(env["STY"] ? [screen] : []),
      ...(env["ZELLIJ"] === undefined ? [] : [zellij]),
      ...(await unseen(context)),
      ...(env["SSH_CONNECTION"] || env["SSH_TTY"] ? [ssh] : []),
      ...(env["TERM_PROGRAM"] === "vscode" ? [vscode] : []),
    ];
    return findings.length > 0
      ? findings
      : [ok("nothing stands between ai-rules and the terminal")];
  },
};

const screen: Trouble = {
  status: "warn",
  code: "terminal/inside-screen",
  found: "this runs inside GNU screen",
  why: "screen passes on no key protocol, no clipboard, and before 5.0 no more than 256 colours",
  remedy: "run ai-rules outside of it, or in tmux: it keeps its agents' conversations by itself",
};

const zellij = ok("inside Zellij: OSC 52 and all colours pass; its own keys come first");
const ssh = ok("over ssh: the clipboard is reached by OSC 52 alone, and keys take the line's time");
const vscode = ok(
  'inside VS Code: keys in its setting "terminal.integrated.commandsToSkipShell" are its own; all colours pass, and OSC 52 in its newer versions',
);

/** One at the other end of ssh, or outside of sudo or a container, gives itself away by its name. */
async function unseen(context: DoctorContext): Promise<readonly Finding[]> {
  const { TMUX, STY, ZELLIJ, TERM = "" } = context.ports.env;
  if (TMUX || STY || ZELLIJ !== undefined) return [];
  const version = (await terminalAnswers(context))?.version ?? "";
  if (!version.startsWith("tmux") && !/^(tmux|screen)\b/u.test(TERM)) return [];
  const name = version === "" ? `TERM is ${TERM}` : version;
  return [
    skip(
      `a tmux or screen is around that cannot be asked from here (${name}): its prefix, and \`tmux show -s\` with escape-time, extended-keys and set-clipboard, count as well`,
    ),
  ];
}

function tmuxFindings(context: DoctorContext, around: Tmux | undefined): readonly Finding[] {
  if (!around) return [skip("TMUX is set, and no tmux answers")];
  const troubles = [
    ...escapeTime(around),
    ...extendedKeys(around),
    ...clipboard(around),
    ...colours(context, around),
  ];
  const passing = troubles.length > 0 ? "" : "keys, colours and clipboard pass; ";
  const through = around.option("allow-passthrough") ?? "off";
  return [
    ...troubles,
    ok(
      `inside tmux ${around.version}: ${passing}allow-passthrough ${through} costs nothing: no image and nothing else is sent past tmux`,
    ),
    ...(/^(tmux|screen)/u.test(around.outer.term) ? [nested(around)] : []),
  ];
}

function nested({ outer }: Tmux): Finding {
  return skip(
    `this tmux runs inside another one, or screen (${outer.term}): what that takes and holds back cannot be seen from here`,
  );
}

/** From here on one feels it, in ms; 500 before tmux 3.5, 10 since. */
const feltMs = 50;

function escapeTime(around: Tmux): readonly Trouble[] {
  const ms = Number(around.option("escape-time") ?? 0);
  if (ms < feltMs) return [];
  const command = "tmux set -s escape-time 10";
  return [
    {
      status: "warn",
      code: "terminal/tmux-escape-time",
      found: `tmux holds each esc back for ${ms} ms (escape-time)`,
      why: "esc, which stops an agent, and alt come late",
      remedy: kept(command),
    },
  ];
}

/** Both are needed: that tmux passes them on, and that it asks the terminal around it for them. */
function extendedKeys(around: Tmux): readonly Trouble[] {
  const { features } = around;
  const value = around.option("extended-keys");
  // Before 3.2 there is no such option.
  if (value === undefined) return [];
  const why = "shift+enter is enter: a prompt of several lines needs ctrl+j";
  const command = "tmux set -s extended-keys on";
  const off: Trouble = {
    status: "warn",
    code: "terminal/tmux-extended-keys",
    found: "tmux passes on plain keys only (extended-keys off)",
    why,
    remedy: kept(command),
  };
  const asking = "tmux set -as terminal-features ',*:extkeys'";
  const unasked: Trouble = {
    status: "warn",
    code: "terminal/tmux-extended-keys",
    found: `tmux does not ask the terminal around it for more than plain keys (${features.join(", ")})`,
    why,
    remedy: `${kept(asking)}, and attach again`,
  };
  const asks = features.length === 0 || features.includes("extkeys");
  return [...(value === "off" ? [off] : []), ...(asks ? [] : [unasked])];
}

function clipboard(around: Tmux): readonly Trouble[] {
  const value = around.option("set-clipboard");
  if (value === undefined || value === "on") return [];
  const command = "tmux set -s set-clipboard on";
  return [
    {
      status: "warn",
      code: "terminal/tmux-clipboard",
      found: `tmux lets no program inside it write the clipboard (set-clipboard ${value})`,
      why: "what OpenCode copies does not arrive",
      remedy: kept(command),
    },
  ];
}

function colours({ ports: { env } }: DoctorContext, { features }: Tmux): readonly Trouble[] {
  const wants = colorDepthOf(env) === "truecolor";
  if (!wants || features.length === 0 || features.includes("RGB")) return [];
  const command = "tmux set -as terminal-features ',*:RGB'";
  return [
    {
      status: "warn",
      code: "terminal/tmux-colours",
      found: `tmux believes that the terminal around it has 256 colours (${features.join(", ")})`,
      why: "all others come out only near",
      remedy: `${kept(command)}, and attach again`,
    },
  ];
}

/** It holds until that tmux ends. */
function kept(command: string): string {
  return `run \`${command}\`; to keep it, put \`${command.replace(/^tmux /u, "")}\` into ~/.tmux.conf`;
}

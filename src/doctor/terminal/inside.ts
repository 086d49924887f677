import { colorDepthOf } from "../../core/terminal-abilities.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
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
const vscode = ok("inside VS Code: its own keybindings come first; all colours and OSC 52 pass");

function tmuxFindings(context: DoctorContext, around: Tmux | undefined): readonly Finding[] {
  if (!around) return [skip("TMUX is set, and no tmux answers")];
  const troubles = [
    ...escapeTime(around),
    ...extendedKeys(around),
    ...clipboard(around),
    ...colours(context, around),
  ];
  if (troubles.length > 0) return troubles;
  const images = around.option("allow-passthrough") ?? "off";
  return [
    ok(
      `inside tmux ${around.version}: keys, colours and clipboard pass; allow-passthrough ${images} costs nothing here`,
    ),
  ];
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

function extendedKeys(around: Tmux): readonly Trouble[] {
  if (around.option("extended-keys") !== "off") return [];
  const command = "tmux set -s extended-keys on";
  return [
    {
      status: "warn",
      code: "terminal/tmux-extended-keys",
      found: "tmux passes on plain keys only (extended-keys off)",
      why: "shift+enter is enter: a prompt of several lines needs ctrl+j",
      remedy: kept(command),
    },
  ];
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

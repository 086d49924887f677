import type { Ports } from "../../platform/ports.ts";

/** How the terminal names itself when it is asked; `outer`: the one around a tmux. */
export type TerminalNames = {
  readonly version: string | undefined;
  readonly outer: string | undefined;
};

/**
 * What a terminal that is known not to send alt as it comes has to be told; undefined for all others.
 * That it was told so already cannot be seen.
 */
export function altAdvice(
  { env, host }: Pick<Ports, "env" | "host">,
  names: TerminalNames,
): string | undefined {
  const isRemote = Boolean(env["SSH_CONNECTION"] || env["SSH_TTY"]);
  const found = terminals.find(
    ({ onMac, is }) => (!onMac || isRemote || host.os === "darwin") && is(env, namesOf(env, names)),
  );
  return found?.advice;
}

type Terminal = {
  /** Only its edition for macOS is so; over ssh that may be at the other end. */
  readonly onMac: boolean;
  readonly is: (env: Ports["env"], names: string) => boolean;
  readonly advice: string;
};

const terminals: readonly Terminal[] = [
  {
    onMac: true,
    is: (_, names) => /Apple_Terminal/u.test(names),
    advice:
      'if alt+2 types a sign in Terminal: Settings > Profiles > Keyboard > "Use Option as Meta key"',
  },
  {
    // LC_TERMINAL goes through ssh, which passes LC_* on.
    onMac: false,
    is: (_, names) => /iTerm/u.test(names),
    advice: 'if alt+2 types a sign in iTerm2: Settings > Profiles > Keys > "Left Option key: Esc+"',
  },
  {
    onMac: true,
    is: (_, names) => /vscode|xterm\.js/u.test(names),
    advice:
      'if alt+2 types a sign in VS Code on a Mac: the setting "terminal.integrated.macOptionIsMeta": true',
  },
  {
    onMac: true,
    is: (_, names) => /kitty/iu.test(names),
    advice: "if alt+2 types a sign in kitty on a Mac: `macos_option_as_alt yes` in kitty.conf",
  },
  {
    onMac: true,
    is: (_, names) => /ghostty/iu.test(names),
    advice: "if alt+2 types a sign in Ghostty on a Mac: `macos-option-as-alt = true` in its config",
  },
  {
    onMac: true,
    is: (_, names) => /alacritty/iu.test(names),
    advice:
      'if alt+2 types a sign in Alacritty on a Mac: `option_as_alt = "Both"` below [window] in alacritty.toml',
  },
  {
    onMac: false,
    is: (env, names) => /^XTerm\(|\nXTerm\(/u.test(names) || env["XTERM_VERSION"] !== undefined,
    advice: "if alt+2 types ² in xterm: `XTerm*metaSendsEscape: true` in ~/.Xresources",
  },
  {
    onMac: false,
    is: (env) => env["GNOME_TERMINAL_SCREEN"] !== undefined,
    advice: "GNOME Terminal has alt+1 … alt+9 for its own tabs: Preferences > Shortcuts > Tabs",
  },
];

/** Inside tmux the variables are those of the terminal in which its server was started. */
function namesOf(env: Ports["env"], { version = "", outer = "" }: TerminalNames): string {
  const own = env["TMUX"] ? [] : [env["TERM_PROGRAM"], env["TERM"]];
  return [version, outer, ...own, env["LC_TERMINAL"]].filter(Boolean).join("\n");
}

/**
 * The terminal we run in: what it can do, what it is told to send, and how it is left as it was.
 *
 * On entry it is asked what it supports; nothing waits for the answers, each takes effect when it
 * comes. What it sends (mouse motion, key releases) follows what the focused child asked for, so
 * that nothing is sent for nobody.
 */
import type { Reply, ReplyEvent, Rgb } from "../keys/key.ts";
import type { HostColors } from "../screen/host-colors.ts";

/** Asks for the colours: text, background, cursor, and the palette's first 16. */
function colorQueries(): string {
  const palette = Array.from({ length: 16 }, (_, index) => `\x1b]4;${index};?\x1b\\`).join("");
  return `${palette}\x1b]10;?\x1b\\\x1b]12;?\x1b\\\x1b]11;?\x1b\\`;
}

/** What is asked on entry: colours, synchronized output, kitty keys; DA1, which all answer, is last. */
function queries(): string {
  return `${colorQueries()}\x1b[?2026$p\x1b[?u\x1b[c`;
}

/**
 * Alternate screen, focus events, bracketed paste, modifyOtherKeys 1 (so that shift+enter is not
 * enter where the kitty protocol is not there), word of dark and light, cursor hidden until the first
 * frame.
 */
const enterSequence = "\x1b[?1049h\x1b[?1004h\x1b[?2004h\x1b[>4;1m\x1b[?2031h\x1b[?25l";

/** Everything back: also what only a child asked for, in the order in which it was set. */
const leaveSequence =
  "\x1b[<u\x1b[>4;0m\x1b[?2031l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1004l" +
  "\x1b[?7h\x1b[0m\x1b[0 q\x1b[?25h\x1b[?1049l";

/** kitty keyboard protocol: disambiguate, event types, alternate keys. */
const kitty = { disambiguate: 1, eventTypes: 2, alternateKeys: 4 } as const;

export type OuterTerminalOptions = {
  readonly write: (text: string) => void;
  readonly colors: HostColors;
  /** Synchronized output is there: frames are wrapped in mode 2026. */
  readonly onSynchronized: () => void;
  /** The background turned dark or light; its new colours are known. */
  readonly onSchemeChanged: () => void;
};

export type WantedInput = {
  /** Every motion, or drags only. */
  readonly anyMotion: boolean;
  /** Key releases and repeats are told apart. */
  readonly keyEvents: boolean;
  readonly mouse: boolean;
};

export type OuterTerminal = {
  readonly enterSequence: string;
  readonly leaveSequence: string;
  /** Asks what the terminal can do. */
  readonly ask: () => void;
  readonly reply: (event: ReplyEvent) => void;
  /** Makes the terminal send what is wanted; writes only what changes. */
  readonly want: (input: WantedInput) => void;
  /** Puts a text into the user's clipboard, where the terminal allows it (OSC 52). */
  readonly copy: (text: string) => void;
  /** We were stopped, and other programs had the terminal: tells it again what is wanted. */
  readonly takeBack: () => void;
};

export function createOuterTerminal(options: OuterTerminalOptions): OuterTerminal {
  const { write, colors } = options;
  let mouse = "";
  let keyFlags: number | undefined;
  let hasKitty = false;
  let wanted: WantedInput = { anyMotion: false, keyEvents: false, mouse: false };

  function want(input: WantedInput): void {
    wanted = input;
    wantMouse(input);
    wantKeys(input);
  }

  function wantMouse(input: WantedInput): void {
    const sequence = mouseSequence(input);
    if (sequence === mouse) return;
    mouse = sequence;
    write(sequence);
  }

  function wantKeys(input: WantedInput): void {
    if (!hasKitty) return;
    const flags =
      kitty.disambiguate | kitty.alternateKeys | (input.keyEvents ? kitty.eventTypes : 0);
    if (flags === keyFlags) return;
    // The first time the flags are pushed, so that leaving restores the user's; then they are set.
    write(keyFlags === undefined ? `\x1b[>${flags}u` : `\x1b[=${flags};1u`);
    keyFlags = flags;
  }

  function copy(text: string): void {
    if (text !== "") write(`\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`);
  }

  function takeBack(): void {
    // After SIGSTOP, which nobody can notice, the keyboard flags still stand as we pushed them.
    if (keyFlags !== undefined) write("\x1b[<u");
    mouse = "";
    keyFlags = undefined;
    want(wanted);
  }

  function reply({ reply: said }: ReplyEvent): void {
    switch (said.type) {
      case "palette-colour":
        return colors.set({ target: said.index, ...said.colour });
      case "foreground":
        return colors.set({ target: "foreground", ...said.colour });
      case "background":
        return backgroundReply(said.colour);
      case "colour-scheme":
        return write(colorQueries());
      case "cursor-colour":
        return colors.set({ target: "cursor", ...said.colour });
      case "mode":
        return modeReply(said);
      case "keyboard-flags":
        hasKitty = true;
        return wantKeys(wanted);
      default:
        return;
    }
  }

  /** The background is asked for last, so the other colours are new by then. */
  function backgroundReply(color: Rgb): void {
    const wasDark = colors.isDark();
    colors.set({ target: "background", ...color });
    if (wasDark !== undefined && wasDark !== colors.isDark()) options.onSchemeChanged();
  }

  /** DECRPM: 1 set, 2 reset, so the mode is there; 0 is unknown, 4 permanently reset. */
  function modeReply({ mode, value }: Extract<Reply, { type: "mode" }>): void {
    if (mode === 2026 && (value === 1 || value === 2)) options.onSynchronized();
  }

  return { enterSequence, leaveSequence, ask: () => write(queries()), reply, want, copy, takeBack };
}

function mouseSequence({ mouse, anyMotion }: WantedInput): string {
  if (!mouse) return "\x1b[?1003l\x1b[?1002l\x1b[?1006l";
  return anyMotion ? "\x1b[?1002h\x1b[?1003h\x1b[?1006h" : "\x1b[?1003l\x1b[?1002h\x1b[?1006h";
}

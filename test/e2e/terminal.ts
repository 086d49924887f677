/**
 * A terminal to drive a program with as a person would: a real pty, and a headless xterm that
 * answers queries, keeps the screen and knows which modes are on. Nothing here sleeps: `until` looks
 * at the screen whenever the program has written, and shows the whole screen when time is up.
 *
 * With `shell: true` the program runs below a shell, as in real life. The shell notes the settings of
 * the tty before and after; only so can a test see whether the program left it as it was.
 */

import xterm from "@xterm/headless";
import { type IPty, spawn } from "node-pty";
import { keyBytes } from "./key-bytes.ts";

const graphemes = await loadGraphemes();

export type TerminalOptions = {
  readonly file: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the program; TERM and COLORTERM are added where they are missing. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cols?: number;
  readonly rows?: number;
  /** Run the program below a shell that outlives it: `tty()` then works after its end. */
  readonly shell?: boolean;
  /** Speak the kitty keyboard protocol (default true). */
  readonly kitty?: boolean;
  /** What OSC 10 and 11 answer, as "rgb:ffff/ffff/ffff". */
  readonly colors?: { readonly foreground: string; readonly background: string };
};

export type Condition = RegExp | string | ((screen: string) => boolean);

export type UntilOptions = {
  /** Default 10 s. */
  readonly timeoutMs?: number;
  /** What is waited for, in words; it heads the message on time-out. */
  readonly what?: string;
};

/** How the program ended. Below a shell a death by signal is the code 128 + n. */
export type Ended = { readonly code: number; readonly signal: number };

export type Cell = {
  readonly chars: string;
  readonly width: number;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  /** "default", a palette index, or "#rrggbb". */
  readonly foreground: string | number;
  readonly background: string | number;
};

export type Modes = {
  readonly alternateScreen: boolean;
  readonly cursorVisible: boolean;
  readonly mouse: string;
  readonly bracketedPaste: boolean;
  readonly focusEvents: boolean;
  readonly synchronizedOutput: boolean;
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
  readonly kittyFlags: number;
  readonly modifyOtherKeys: number;
};

/** The modes of a terminal no program has touched. */
export const freshModes: Modes = {
  alternateScreen: false,
  cursorVisible: true,
  mouse: "none",
  bracketedPaste: false,
  focusEvents: false,
  synchronizedOutput: false,
  applicationCursor: false,
  applicationKeypad: false,
  kittyFlags: 0,
  modifyOtherKeys: 0,
};

export type TestTerminal = {
  /** The pid of the program, also below a shell. */
  pid(): Promise<number>;
  type(text: string): void;
  press(...chords: readonly string[]): void;
  /** Sends text as a bracketed paste if the program asked for it, else as it is. */
  paste(text: string): void;
  resize(cols: number, rows: number): void;
  /** All rows, trimmed on the right. */
  screen(): string;
  row(y: number): string;
  cell(x: number, y: number): Cell;
  cursor(): { readonly x: number; readonly y: number; readonly visible: boolean };
  title(): string;
  modes(): Modes;
  /** How many bytes the program has written so far. */
  bytesWritten(): number;
  /** Resolves with the screen once it satisfies the condition, rejects with the screen in a box. */
  until(condition: Condition, options?: UntilOptions): Promise<string>;
  readonly exited: Promise<Ended>;
  /** Settings of the tty before and after the program ran (`stty -a` without the size). Needs `shell`. */
  tty(): Promise<{ readonly before: string; readonly after: string }>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /**
   * Closes the terminal's window: the kernel sends a hang-up to the program and the shell. What
   * outlives that by 5 s is killed, which `killed` tells. Harmless after the end.
   */
  close(): Promise<{ readonly killed: boolean }>;
};

/** Opens a terminal with a program in it. Close it when the test ends, whatever happened. */
export function openTerminal(options: TerminalOptions): TestTerminal {
  const { cols = 80, rows = 24 } = options;
  const term = new xterm.Terminal({
    cols,
    rows,
    allowProposedApi: true,
    logLevel: "off",
    scrollback: 1000,
    vtExtensions: { kittyKeyboard: options.kitty ?? true },
  });
  term.loadAddon(new graphemes());
  const notes = listenForNotes(term);
  const extra = listenForExtraModes(term);
  const pty = startPty(options, cols, rows);
  const state = { bytes: 0, title: "", ended: undefined as Ended | undefined };
  const watchers = new Set<() => void>();
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };

  term.onTitleChange((title) => (state.title = title));
  const send = (text: string): void => {
    if (state.ended === undefined) pty.write(text);
  };
  term.onData(send);
  answerColorQueries(term, send, options.colors);
  // Without an encoding node-pty hands out Buffers, though its types know strings only.
  pty.onData((data: string | Uint8Array) => {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    state.bytes += bytes.length;
    term.write(bytes, look);
  });
  const exited = new Promise<Ended>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      // The queue of the emulator is empty before the end is told.
      term.write("", () => {
        state.ended = { code: Number(notes.read("exit") ?? exitCode), signal: signal ?? 0 };
        look();
        resolve(state.ended);
      });
    });
  });

  const screen = (): string =>
    Array.from({ length: term.rows }, (_, y) => rowText(term, y)).join("\n");
  const modes = (): Modes => readModes(term, extra());
  const until = (condition: Condition, waiting: UntilOptions = {}): Promise<string> =>
    waitFor({
      condition,
      waiting,
      watchers,
      screen,
      cols: () => term.cols,
      ended: () => state.ended,
    });
  const untilNoted = async (key: string): Promise<string> => {
    if (notes.read(key) === undefined) await until(() => notes.read(key) !== undefined);
    return notes.read(key) ?? "";
  };
  const pid = async (): Promise<number> =>
    options.shell === true ? Number(await untilNoted("pid")) : pty.pid;

  return {
    pid,
    type: send,
    press: (...chords) => {
      for (const chord of chords) send(keyBytes(chord, modes()));
    },
    paste: (text) => send(term.modes.bracketedPasteMode ? `\x1b[200~${text}\x1b[201~` : text),
    resize: (newCols, newRows) => {
      term.resize(newCols, newRows);
      pty.resize(newCols, newRows);
    },
    screen,
    row: (y) => rowText(term, y),
    cell: (x, y) => readCell(term, x, y),
    cursor: () => ({
      x: term.buffer.active.cursorX,
      y: term.buffer.active.cursorY,
      visible: term.modes.showCursor,
    }),
    title: () => state.title,
    modes,
    bytesWritten: () => state.bytes,
    until,
    exited,
    tty: async () => {
      await exited;
      return { before: notes.read("before") ?? "", after: notes.read("after") ?? "not noted" };
    },
    kill: async (signal) => {
      if (state.ended === undefined) process.kill(await pid(), signal);
    },
    close: () => closePty(pty, exited, () => state.ended !== undefined),
  };
}

/**
 * The addon reads its table with `new DataView(table.buffer)`, which is wrong for a Buffer that lies
 * in Node's pool: emoji would stay one cell wide. Without a pool the table gets a buffer of its own.
 */
async function loadGraphemes() {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    return (await import("@xterm/addon-unicode-graphemes")).UnicodeGraphemesAddon;
  } finally {
    Buffer.poolSize = poolSize;
  }
}

/**
 * What the shell tells the harness travels as OSC 7777, which no screen shows. `exec` keeps the pid
 * that was noted; INT is caught so that the shell outlives a ctrl+c, and not ignored because the
 * program would inherit that.
 */
const shellScript = `
note() { printf '\\033]7777;%s=%s\\007' "$1" "$2"; }
settings() { stty -a | tr '\\n' ' '; }
trap : INT QUIT TERM HUP
note before "$(settings)"
sh -c 'printf "\\033]7777;pid=%s\\007" "$$"; exec "$@"' sh "$@"
code=$?
note after "$(settings)"
note exit "$code"
`;

function startPty(options: TerminalOptions, cols: number, rows: number): IPty {
  const { file, args = [], cwd = process.cwd(), env = ownEnvironment() } = options;
  const command =
    options.shell === true
      ? { file: "/bin/sh", args: ["-c", shellScript, "sh", file, ...args] }
      : { file, args: [...args] };
  return spawn(command.file, command.args, {
    name: env["TERM"] ?? "xterm-256color",
    cols,
    rows,
    cwd,
    env: { COLORTERM: "truecolor", ...env },
    encoding: null,
  });
}

type Wait = {
  readonly condition: Condition;
  readonly waiting: UntilOptions;
  /** Called after every piece of output that is on the screen, and at the end. */
  readonly watchers: Set<() => void>;
  readonly screen: () => string;
  readonly cols: () => number;
  readonly ended: () => Ended | undefined;
};

function waitFor({ condition, waiting, watchers, screen, cols, ended }: Wait): Promise<string> {
  const { timeoutMs = 10_000, what = String(condition) } = waiting;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      watchers.delete(look);
      clearTimeout(timer);
    };
    const fail = (why: string): void => {
      stop();
      reject(new Error(`${why}: ${what}\n${boxed(screen(), cols())}`));
    };
    const look = (): void => {
      const shown = screen();
      const end = ended();
      if (satisfies(condition, shown)) {
        stop();
        resolve(shown);
      } else if (end !== undefined) fail(`The program ended with ${end.code} before there was`);
    };
    const timer = setTimeout(() => fail(`Not seen within ${timeoutMs} ms`), timeoutMs);
    watchers.add(look);
    look();
  });
}

function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined && entry[0] !== "TERM";
  });
  return Object.fromEntries(entries);
}

function listenForNotes(term: xterm.Terminal): { read(key: string): string | undefined } {
  const notes = new Map<string, string>();
  term.parser.registerOscHandler(7777, (text) => {
    const at = text.indexOf("=");
    notes.set(text.slice(0, at), withoutSize(text.slice(at + 1)));
    return true;
  });
  return { read: (key) => notes.get(key) };
}

/** The size may change while the program runs; it is no setting of the program's. */
function withoutSize(settings: string): string {
  return settings
    .replace(/rows \d+; columns \d+; ?/, "")
    .replace(/\d+ rows; \d+ columns; ?/, "")
    .trim();
}

/** xterm.js ignores modifyOtherKeys (`CSI > 4 ; n m`, xterm ctlseqs), so it is kept here. */
function listenForExtraModes(term: xterm.Terminal): () => number {
  let level = 0;
  term.parser.registerCsiHandler({ prefix: ">", final: "m" }, (params) => {
    if (params[0] === 4) level = typeof params[1] === "number" ? params[1] : 0;
    return true;
  });
  term.parser.registerCsiHandler({ prefix: ">", final: "n" }, (params) => {
    if (params[0] === 4) level = 0;
    return true;
  });
  return () => level;
}

function answerColorQueries(
  term: xterm.Terminal,
  send: (text: string) => void,
  colors: TerminalOptions["colors"],
): void {
  if (colors === undefined) return;
  const answer = (code: number, color: string): void => {
    term.parser.registerOscHandler(code, (text) => {
      if (text === "?") send(`\x1b]${code};${color}\x1b\\`);
      return true;
    });
  };
  answer(10, colors.foreground);
  answer(11, colors.background);
}

function readModes(term: xterm.Terminal, modifyOtherKeys: number): Modes {
  const { modes } = term;
  return {
    alternateScreen: term.buffer.active.type === "alternate",
    cursorVisible: modes.showCursor,
    mouse: modes.mouseTrackingMode,
    bracketedPaste: modes.bracketedPasteMode,
    focusEvents: modes.sendFocusMode,
    synchronizedOutput: modes.synchronizedOutputMode,
    applicationCursor: modes.applicationCursorKeysMode,
    applicationKeypad: modes.applicationKeypadMode,
    kittyFlags: kittyFlags(term),
    modifyOtherKeys,
  };
}

/** The flags have no public accessor in @xterm/headless 6.1; this is where its core service has them. */
function kittyFlags(term: xterm.Terminal): number {
  let found: unknown = term;
  for (const key of ["_core", "coreService", "kittyKeyboard", "flags"])
    found = typeof found === "object" && found !== null ? Reflect.get(found, key) : undefined;
  return typeof found === "number" ? found : 0;
}

/** Cells beyond the width can be stale after narrowing in the alternate buffer, so the row is cut. */
function rowText(term: xterm.Terminal, y: number): string {
  const buffer = term.buffer.active;
  return buffer.getLine(buffer.baseY + y)?.translateToString(true, 0, term.cols) ?? "";
}

function readCell(term: xterm.Terminal, x: number, y: number): Cell {
  const buffer = term.buffer.active;
  const cell = buffer.getLine(buffer.baseY + y)?.getCell(x);
  if (cell === undefined) throw new Error(`there is no cell ${x},${y}`);
  return {
    chars: cell.getChars(),
    width: cell.getWidth(),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
    foreground: colorOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    background: colorOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
  };
}

function colorOf(isDefault: boolean, isRgb: boolean, value: number): string | number {
  if (isDefault) return "default";
  return isRgb ? `#${value.toString(16).padStart(6, "0")}` : value;
}

function satisfies(condition: Condition, screen: string): boolean {
  if (typeof condition === "function") return condition(screen);
  return typeof condition === "string" ? screen.includes(condition) : condition.test(screen);
}

function boxed(screen: string, cols: number): string {
  const edge = `+${"-".repeat(cols)}+`;
  return [edge, ...screen.split("\n").map((row) => `|${row.padEnd(cols)}|`), edge].join("\n");
}

/** Closes the master; the group of the session's leader holds the program, too. */
async function closePty(
  pty: IPty,
  exited: Promise<Ended>,
  hasEnded: () => boolean,
): Promise<{ readonly killed: boolean }> {
  if (hasEnded()) return { killed: false };
  let killed = false;
  const killer = setTimeout(() => {
    killed = true;
    process.kill(-pty.pid, "SIGKILL");
  }, 5000);
  // The method closes the master on every Unix; the types name only what Windows has as well.
  const destroy: unknown = Reflect.get(pty, "destroy");
  if (typeof destroy === "function") Reflect.apply(destroy, pty, []);
  await exited;
  clearTimeout(killer);
  return { killed };
}

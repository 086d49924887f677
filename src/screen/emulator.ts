/**
 * A terminal without a window: it takes the bytes of a pane's program and holds the screen they
 * draw. The parser and buffer are @xterm/headless 6.1 beta, behind this narrow type.
 *
 * The program is not trusted. None of its bytes goes further: they become cells, replies to it, and
 * a few cleaned texts (title, clipboard). Hyperlinks (OSC 8) are dropped; their text stays.
 */
import type { Terminal } from "@xterm/headless";
import { printable } from "../core/text.ts";
import type { CellSource } from "./cell.ts";
import { fillBlank } from "./cell.ts";
import type { Cursor } from "./cursor-writer.ts";
import { graphemeVersion } from "./grapheme-widths.ts";
import type { HostColors } from "./host-colors.ts";
import { type Cancel, createListeners, type Listeners } from "./listeners.ts";
import { guardLoops } from "./loop-guard.ts";
import { type TerminalModes, trackModes } from "./terminal-modes.ts";
import {
  answerQueries,
  colorSchemeReport,
  type PixelSize,
  sizeReport,
} from "./terminal-queries.ts";
import { loadXterm, type XtermLibrary } from "./xterm-library.ts";
import { chooseRowReader } from "./xterm-rows.ts";

export type { TerminalModes } from "./terminal-modes.ts";

export type EmulatorSize = { readonly cols: number; readonly rows: number };

export type EmulatorOptions = EmulatorSize & {
  /** Lines kept above the screen. */
  readonly scrollback: number;
  /** The outer terminal's colours; filled in as they become known. */
  readonly colors: HostColors;
  /** The outer terminal's cell in pixels, if known. */
  readonly pixels?: PixelSize;
};

export type Emulator = CellSource & {
  readonly cols: number;
  readonly rows: number;
  /** Parses in the caller's stack: that is the back-pressure. */
  write(bytes: Uint8Array | string): void;
  resize(size: EmulatorSize): void;
  modes(): TerminalModes;
  /** Where the program's cursor is, within the screen; not visible while scrolled back. */
  cursor(): Cursor & { readonly visible: boolean };
  /** Lines between the view and the live screen; 0 shows the live screen. */
  readonly scrolledBack: number;
  /** Moves the view; a negative number of lines goes up, into the past. */
  scrollBy(lines: number): void;
  scrollToEnd(): void;
  /** The visible rows, without blanks at their ends. */
  screenText(): string;
  /** All lines that are kept, the screen last. */
  historyText(): string;
  /** Tells a program that asked for it (mode 2031) that the colours turned dark or light. */
  colorSchemeChanged(): void;
  /** Text that is to go to the program: answers to its queries. */
  onReply(listener: (text: string) => void): Cancel;
  onTitle(listener: (title: string) => void): Cancel;
  onBell(listener: () => void): Cancel;
  /** Visible rows changed, the last one included. */
  onDamage(listener: (firstRow: number, lastRow: number) => void): Cancel;
  /** The program sets the clipboard (OSC 52); without a listener it is dropped. */
  onClipboard(listener: (text: string) => void): Cancel;
  dispose(): void;
};

export type CreateEmulator = (options: EmulatorOptions) => Emulator;

/** Loads the emulator's code; making emulators is then immediate. */
export async function loadEmulator(): Promise<CreateEmulator> {
  const library = await loadXterm();
  return (options) => createEmulator(library, options);
}

/** The hard limit of lines above the screen: about 120 MB at 200 columns. */
const mostScrollback = 50_000;
const longestTitle = 256;
/** Base64 of an OSC 52; terminals cut at about this size. */
const longestClipboard = 1 << 20;
/** A program that asks without end and does not read must not fill our memory with answers. */
const mostReplyPerWrite = 1 << 14;

function createEmulator(library: XtermLibrary, options: EmulatorOptions): Emulator {
  const { colors, pixels } = options;
  const terminal = createTerminal(library, options);
  const tracker = trackModes(terminal, { hasPixels: pixels !== undefined });
  const readRow = chooseRowReader(terminal.buffer.active.getLine(0));
  const replies = createListeners<[text: string]>();
  const titles = createListeners<[title: string]>();
  const bells = createListeners<[]>();
  const damages = createListeners<[firstRow: number, lastRow: number]>();
  const clipboards = createListeners<[text: string]>();
  let replyRoom = mostReplyPerWrite;

  function reply(text: string): void {
    replyRoom -= text.length;
    if (text !== "" && replyRoom >= 0) replies.tell(text);
  }

  function damageAll(): void {
    damages.tell(0, terminal.rows - 1);
  }

  function write(bytes: Uint8Array | string): void {
    if (bytes.length === 0) return;
    replyRoom = mostReplyPerWrite;
    parseNow(terminal, bytes);
    // Lines that leave a full history move all rows of a view of it, and xterm.js tells nothing.
    if (scrolledBack() > 0) damageAll();
  }

  function scrolledBack(): number {
    const { baseY, viewportY } = terminal.buffer.active;
    return baseY - viewportY;
  }

  answerQueries({ terminal, tracker, colors, pixels, reply });
  guardLoops(terminal.parser);
  terminal.onData(reply);
  terminal.onBell(() => bells.tell());
  terminal.onRender(({ start, end }) => damages.tell(start, end));
  listenToReset(terminal, damageAll);
  listenToTitle(terminal, titles.tell);
  listenToClipboard(terminal, clipboards);
  dropHyperlinks(terminal);

  return {
    get cols() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    get scrolledBack() {
      return scrolledBack();
    },
    write,
    resize({ cols, rows }) {
      if (cols === terminal.cols && rows === terminal.rows) return;
      terminal.resize(cols, rows);
      damageAll();
      replyRoom = mostReplyPerWrite;
      if (tracker.modes().inBandResize) reply(sizeReport(terminal, pixels));
    },
    modes: tracker.modes,
    cursor() {
      const { cursorX, cursorY } = terminal.buffer.active;
      return {
        x: Math.min(cursorX, terminal.cols - 1),
        y: Math.min(cursorY, terminal.rows - 1),
        visible: terminal.modes.showCursor && scrolledBack() === 0,
        ...tracker.cursorStyle(),
      };
    },
    scrollBy(lines) {
      terminal.scrollLines(lines);
      damageAll();
    },
    scrollToEnd() {
      terminal.scrollToBottom();
      damageAll();
    },
    screenText: () => linesText(terminal, terminal.buffer.active.viewportY, terminal.rows),
    historyText: () => linesText(terminal, 0, terminal.buffer.active.length),
    colorSchemeChanged() {
      replyRoom = mostReplyPerWrite;
      if (tracker.modes().colorSchemeUpdates) reply(colorSchemeReport(colors));
    },
    copyRow(row, span, into) {
      const { active } = terminal.buffer;
      const line =
        row >= 0 && row < terminal.rows ? active.getLine(active.viewportY + row) : undefined;
      const { from, at } = span;
      // After narrowing, lines of the alternate screen keep cells beyond the last column.
      const to = Math.max(from, Math.min(span.to, terminal.cols));
      if (line) readRow(line, { from, to, at }, into);
      fillBlank(into.words, line ? at + to - from : at, at + span.to - from);
    },
    onReply: replies.add,
    onTitle: titles.add,
    onBell: bells.add,
    onDamage: damages.add,
    onClipboard: clipboards.add,
    dispose: () => terminal.dispose(),
  };
}

/** Without it the empty input of `parseNow` would leave the view of the history. */
const notInTypings = { scrollOnUserInput: false };

function createTerminal({ Terminal, widths }: XtermLibrary, options: EmulatorOptions): Terminal {
  const { cols, rows, scrollback } = options;
  const terminal = new Terminal({
    cols,
    rows,
    scrollback: Math.max(0, Math.min(scrollback, mostScrollback)),
    allowProposedApi: true,
    logLevel: "off",
    ...notInTypings,
    windowOptions: {
      getWinSizePixels: true,
      getCellSizePixels: true,
      getWinSizeChars: true,
      getScreenSizeChars: true,
    },
  });
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = graphemeVersion;
  return terminal;
}

/**
 * xterm.js parses what it is given in a later turn, which costs 1.2 ms a key; only the first write
 * after user input is parsed at once. An empty input (which it passes on as empty data) makes every
 * write the first. Measured against its internal `parse`: equal at 4 KB chunks, 0.3 µs a small one.
 */
function parseNow(terminal: Terminal, bytes: Uint8Array | string): void {
  terminal.input("", true);
  terminal.write(bytes);
}

/** RIS clears the screen without a render event. */
function listenToReset(terminal: Terminal, damageAll: () => void): void {
  terminal.parser.registerEscHandler({ final: "c" }, () => {
    damageAll();
    return false;
  });
}

function listenToTitle({ parser }: Terminal, tell: (title: string) => void): void {
  for (const code of [0, 2])
    parser.registerOscHandler(code, (data) => {
      tell(printable(data.slice(0, longestTitle * 4)).slice(0, longestTitle));
      return true;
    });
  parser.registerOscHandler(1, () => true);
}

function listenToClipboard({ parser }: Terminal, listeners: Listeners<[text: string]>): void {
  parser.registerOscHandler(52, (data) => {
    const base64 = data.slice(data.indexOf(";") + 1);
    // A read ("?") is never answered: what the user copied elsewhere is not the program's business.
    if (base64 === "?" || base64.length > longestClipboard || listeners.count === 0) return true;
    if (/^[\w+/=-]*$/.test(base64)) listeners.tell(Buffer.from(base64, "base64").toString("utf8"));
    return true;
  });
}

/** xterm.js would keep each link for as long as its line lives. */
function dropHyperlinks({ parser }: Terminal): void {
  parser.registerOscHandler(8, () => true);
}

function linesText({ buffer, cols }: Terminal, first: number, count: number): string {
  const lines = Array.from({ length: count }, (_, index) =>
    (buffer.active.getLine(first + index)?.translateToString(false, 0, cols) ?? "").trimEnd(),
  );
  return lines.join("\n");
}

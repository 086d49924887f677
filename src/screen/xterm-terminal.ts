/**
 * One xterm.js terminal, set up as a pane needs it: widths, queries, and what is taken from it (see
 * the list of `TerminalEvents`). What is known to go wrong in it is dealt with here.
 */
import type { Terminal } from "@xterm/headless";
import { printable } from "../core/text.ts";
import { emptyAlternateScreen } from "./alternate-screen.ts";
import { graphemeVersion } from "./grapheme-widths.ts";
import type { HostColors } from "./host-colors.ts";
import { guardLoops } from "./loop-guard.ts";
import { type ModeTracker, trackModes } from "./terminal-modes.ts";
import { answerQueries, type PixelSize } from "./terminal-queries.ts";
import type { XtermLibrary } from "./xterm-library.ts";
import { chooseRowReader, type RowReader } from "./xterm-rows.ts";

export type TerminalSize = { readonly cols: number; readonly rows: number };

export type TerminalOptions = TerminalSize & {
  /** Lines kept above the screen. */
  readonly scrollback: number;
  /** The outer terminal's colours; filled in as they become known. */
  readonly colors: HostColors;
  /** The outer terminal's cell in pixels, if known. */
  readonly pixels?: PixelSize;
};

export type TerminalEvents = {
  readonly reply: (text: string) => void;
  readonly title: (title: string) => void;
  readonly bell: () => void;
  readonly damage: (firstRow: number, lastRow: number) => void;
  readonly clipboard: (text: string) => void;
  /** Whether somebody takes what is set to the clipboard. */
  readonly wantsClipboard: () => boolean;
};

export type OpenTerminal = {
  readonly terminal: Terminal;
  readonly tracker: ModeTracker;
  readonly readRow: RowReader;
  /** Parses in the caller's stack. */
  write(bytes: Uint8Array | string): void;
  /** Lines of the buffer, without blanks at their ends. */
  text(firstLine: number, count: number): string;
};

/** The hard limit of lines above the screen: about 120 MB at 200 columns. */
const mostScrollback = 50_000;
const longestTitle = 256;
/** Base64 of an OSC 52; terminals cut at about this size. */
const longestClipboard = 1 << 20;

export type OpenOptions = {
  readonly library: XtermLibrary;
  readonly options: TerminalOptions;
  readonly events: TerminalEvents;
};

/** Makes a terminal that tells its events. */
export function openTerminal({ library, options, events }: OpenOptions): OpenTerminal {
  const { colors, pixels } = options;
  const terminal = createTerminal(library, options);
  const tracker = trackModes(terminal, { hasPixels: pixels !== undefined });
  answerQueries({ terminal, tracker, colors, pixels, reply: events.reply });
  guardLoops(terminal.parser);
  emptyAlternateScreen(terminal);
  tellEvents(terminal, events);
  return {
    terminal,
    tracker,
    readRow: chooseRowReader(terminal.buffer.active.getLine(0)),
    write: (bytes) => parseNow(terminal, bytes),
    text: (firstLine, count) => linesText(terminal, firstLine, count),
  };
}

/** Without it the empty input of `parseNow` would leave the view of the history. */
const notInTypings = { scrollOnUserInput: false };

function createTerminal({ Terminal, widths }: XtermLibrary, options: TerminalOptions): Terminal {
  const { cols, rows, scrollback } = options;
  const terminal = new Terminal({
    cols,
    rows,
    scrollback: Math.max(0, Math.min(scrollback, mostScrollback)),
    allowProposedApi: true,
    logLevel: "off",
    ...notInTypings,
    // Reports only; they are answered in terminal-queries.ts, which xterm.js asks only when allowed.
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

function tellEvents(terminal: Terminal, events: TerminalEvents): void {
  const { parser } = terminal;
  terminal.onData(events.reply);
  terminal.onBell(events.bell);
  terminal.onRender(({ start, end }) => events.damage(start, end));
  for (const code of [0, 2])
    parser.registerOscHandler(code, (data) => {
      events.title(printable(data.slice(0, longestTitle * 4)).slice(0, longestTitle));
      return true;
    });
  parser.registerOscHandler(52, (data) => {
    if (events.wantsClipboard()) tellClipboard(data, events);
    return true;
  });
  // xterm.js would keep each hyperlink for as long as its line lives.
  parser.registerOscHandler(8, () => true);
}

/** A read ("?") is never answered: what the user copied elsewhere is not the program's business. */
function tellClipboard(data: string, { clipboard }: TerminalEvents): void {
  const base64 = data.slice(data.indexOf(";") + 1);
  if (base64.length > longestClipboard || !/^[\w+/]*=*$/.test(base64)) return;
  clipboard(Buffer.from(base64, "base64").toString("utf8"));
}

function linesText({ buffer, cols }: Terminal, first: number, count: number): string {
  const lines = Array.from({ length: count }, (_, index) =>
    (buffer.active.getLine(first + index)?.translateToString(false, 0, cols) ?? "").trimEnd(),
  );
  return lines.join("\n");
}

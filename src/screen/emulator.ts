/**
 * A terminal without a window: it takes the bytes of a pane's program and holds the screen they
 * draw. The parser and buffer are @xterm/headless 6.1 beta, behind this narrow type.
 *
 * The program is not trusted. None of its bytes goes further: they become cells, replies to it, and
 * a few cleaned texts (title, clipboard). Hyperlinks (OSC 8) are dropped; their text stays.
 */
import { type CellSource, fillBlank, type RowBuffer, type Span } from "./cell.ts";
import type { Cursor } from "./cursor-writer.ts";
import { type Cancel, createListeners } from "./listeners.ts";
import { modesSequence, type TerminalModes } from "./terminal-modes.ts";
import { colorSchemeReport, sizeReport } from "./terminal-queries.ts";
import { loadXterm, type XtermLibrary } from "./xterm-library.ts";
import { openTerminal, type TerminalOptions, type TerminalSize } from "./xterm-terminal.ts";

export type { TerminalModes } from "./terminal-modes.ts";

export type EmulatorOptions = TerminalOptions;

export type Emulator = CellSource & {
  readonly cols: number;
  readonly rows: number;
  /** Parses in the caller's stack: that is the back-pressure. */
  write(bytes: Uint8Array | string): void;
  resize(size: TerminalSize): void;
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
  return emulatorOf(await loadXterm());
}

/** A program that asks without end and does not read must not fill our memory with answers. */
const mostReplyPerWrite = 1 << 14;

/** The maker of emulators that run on a loaded library. */
export function emulatorOf(library: XtermLibrary): CreateEmulator {
  return (options) => createEmulator(library, options);
}

function createEmulator(library: XtermLibrary, options: EmulatorOptions): Emulator {
  const { colors, pixels } = options;
  const replies = createListeners<[text: string]>();
  const titles = createListeners<[title: string]>();
  const bells = createListeners<[]>();
  const damages = createListeners<[firstRow: number, lastRow: number]>();
  const clipboards = createListeners<[text: string]>();
  let replyRoom = mostReplyPerWrite;
  let opened = open(options);

  function open(size: TerminalSize): ReturnType<typeof openTerminal> {
    return openTerminal({
      library,
      options: { ...options, cols: size.cols, rows: size.rows },
      events: {
        reply,
        title: titles.tell,
        bell: bells.tell,
        damage: damages.tell,
        clipboard: clipboards.tell,
        wantsClipboard: () => clipboards.count > 0,
      },
    });
  }

  function reply(text: string): void {
    replyRoom -= text.length;
    if (text !== "" && replyRoom >= 0) replies.tell(text);
  }

  function damageAll(): void {
    damages.tell(0, opened.terminal.rows - 1);
  }

  /** A fault of the library must not end the program: the pane starts anew, with its modes. */
  function guarded(size: TerminalSize, deed: () => void): void {
    replyRoom = mostReplyPerWrite;
    try {
      deed();
    } catch {
      const modes = opened.tracker.modes();
      opened.terminal.dispose();
      opened = open(size);
      opened.write(modesSequence(modes));
      damageAll();
    }
  }

  function scrolledBack(): number {
    const { baseY, viewportY } = opened.terminal.buffer.active;
    return baseY - viewportY;
  }

  function copyRow(row: number, { from, to, at }: Span, into: RowBuffer): void {
    const { terminal, readRow } = opened;
    const { active } = terminal.buffer;
    const isVisible = row >= 0 && row < terminal.rows;
    const line = isVisible ? active.getLine(active.viewportY + row) : undefined;
    // After narrowing, lines of the alternate screen keep cells beyond the last column.
    const end = line ? Math.max(from, Math.min(to, terminal.cols)) : from;
    if (line) readRow(line, { from, to: end, at }, into);
    fillBlank(into.words, at + end - from, at + to - from);
  }

  return {
    get cols() {
      return opened.terminal.cols;
    },
    get rows() {
      return opened.terminal.rows;
    },
    get scrolledBack() {
      return scrolledBack();
    },
    copyRow,
    write(bytes) {
      if (bytes.length === 0) return;
      const wasScrolledBack = scrolledBack() > 0;
      guarded(opened.terminal, () => opened.write(bytes));
      // Lines that leave a full history move a view of it, or end it, and xterm.js tells nothing.
      if (wasScrolledBack || scrolledBack() > 0) damageAll();
    },
    resize(size) {
      const { cols, rows } = opened.terminal;
      if (size.cols === cols && size.rows === rows) return;
      guarded(size, () => opened.terminal.resize(size.cols, size.rows));
      damageAll();
      if (opened.tracker.modes().inBandResize) reply(sizeReport(opened.terminal, pixels));
    },
    modes: () => opened.tracker.modes(),
    cursor() {
      const { terminal, tracker } = opened;
      const { cursorX, cursorY } = terminal.buffer.active;
      const { shape, blinking } = tracker.cursorStyle();
      return {
        x: Math.min(cursorX, terminal.cols - 1),
        y: Math.min(cursorY, terminal.rows - 1),
        visible: tracker.cursorShown() && scrolledBack() === 0,
        shape,
        blinking,
      };
    },
    scrollBy(lines) {
      opened.terminal.scrollLines(lines);
      damageAll();
    },
    scrollToEnd() {
      opened.terminal.scrollToBottom();
      damageAll();
    },
    screenText: () => opened.text(opened.terminal.buffer.active.viewportY, opened.terminal.rows),
    historyText: () => opened.text(0, opened.terminal.buffer.active.length),
    colorSchemeChanged() {
      replyRoom = mostReplyPerWrite;
      if (opened.tracker.modes().colorSchemeUpdates) reply(colorSchemeReport(colors));
    },
    onReply: replies.add,
    onTitle: titles.add,
    onBell: bells.add,
    onDamage: damages.add,
    onClipboard: clipboards.add,
    dispose: () => opened.terminal.dispose(),
  };
}

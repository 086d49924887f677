/**
 * What a pane's program asks the terminal, and our answers. Most are ours and not xterm.js's: a
 * program must learn what the whole chain up to the outer terminal can do. Queries about things that
 * do not exist here (graphics, clipboard, notifications) get no answer, as with any terminal that
 * does not know them. Sources: xterm ctlseqs; kitty keyboard protocol; contour's mode documents.
 */
import type { IParser, Terminal } from "@xterm/headless";
import type { Rgb } from "./colors.ts";
import type { ColorTarget, HostColors } from "./host-colors.ts";
import { type ModeTracker, numberOr } from "./terminal-modes.ts";

/** The size of one cell in pixels. */
export type PixelSize = { readonly width: number; readonly height: number };

export type QueryOptions = {
  readonly terminal: Terminal;
  readonly tracker: ModeTracker;
  readonly colors: HostColors;
  readonly pixels: PixelSize | undefined;
  readonly reply: (text: string) => void;
};

/** Answers the queries of a terminal from now on. */
export function answerQueries(options: QueryOptions): void {
  answerIdentity(options);
  answerStatus(options);
  answerModes(options);
  answerSizes(options);
  answerColors(options);
  answerCapabilities(options);
}

/** DA1: VT220 with colour; DA2: a version from which on vim uses SGR mouse; DA3; XTVERSION. */
function answerIdentity({ terminal: { parser }, reply }: QueryOptions): void {
  const answers = [
    [{ final: "c" }, "\x1b[?62;22c"],
    [{ prefix: ">", final: "c" }, "\x1b[>1;279;0c"],
    [{ prefix: "=", final: "c" }, "\x1bP!|00000000\x1b\\"],
    [{ prefix: ">", final: "q" }, "\x1bP>|ai-rules\x1b\\"],
  ] as const;
  for (const [id, answer] of answers)
    parser.registerCsiHandler(id, ([kind]) => {
      if (numberOr(kind, 0) === 0) reply(answer);
      return true;
    });
}

function answerStatus({ terminal, colors, reply }: QueryOptions): void {
  const { parser } = terminal;
  const position = (): string => {
    const { cursorX, cursorY } = terminal.buffer.active;
    // After the last column xterm.js counts one further.
    return `${cursorY + 1};${Math.min(cursorX, terminal.cols - 1) + 1}`;
  };
  parser.registerCsiHandler({ final: "n" }, ([kind]) => {
    if (kind === 5) reply("\x1b[0n");
    if (kind === 6) reply(`\x1b[${position()}R`);
    return true;
  });
  parser.registerCsiHandler({ prefix: "?", final: "n" }, ([kind]) => {
    if (kind === 6) reply(`\x1b[?${position()}R`);
    if (kind === 996) reply(colorSchemeReport(colors));
    return true;
  });
}

/** `CSI ? 997`: 1 dark, 2 light; empty when it is not known. */
export function colorSchemeReport(colors: HostColors): string {
  const isDark = colors.isDark();
  return isDark === undefined ? "" : `\x1b[?997;${isDark ? 1 : 2}n`;
}

/** DECRQM for modes that xterm.js does not know or that we follow; kitty and modifyOtherKeys. */
function answerModes({ terminal: { parser }, tracker, pixels, reply }: QueryOptions): void {
  parser.registerCsiHandler({ prefix: "?", intermediates: "$", final: "p" }, ([mode]) => {
    const value = modeValue(numberOr(mode, 0), tracker, pixels !== undefined);
    if (value === undefined) return false;
    reply(`\x1b[?${numberOr(mode, 0)};${value}$y`);
    return true;
  });
  parser.registerCsiHandler({ prefix: "?", final: "u" }, () => {
    reply(`\x1b[?${tracker.modes().kittyFlags}u`);
    return true;
  });
  parser.registerCsiHandler({ prefix: "?", final: "m" }, ([resource]) => {
    if (resource === 4) reply(`\x1b[>4;${tracker.modes().modifyOtherKeys}m`);
    return true;
  });
}

/** DECRPM: 0 not known, 1 set, 2 reset; undefined leaves the answer to xterm.js. */
function modeValue(mode: number, tracker: ModeTracker, hasPixels: boolean): number | undefined {
  const { mouseEncoding, colorSchemeUpdates, inBandResize } = tracker.modes();
  const flag = (on: boolean): number => (on ? 1 : 2);
  switch (mode) {
    case 12:
      return flag(tracker.cursorStyle().blinking);
    case 1005:
      return 0;
    case 1006:
      return flag(mouseEncoding === "sgr");
    case 1015:
      return flag(mouseEncoding === "urxvt");
    case 1016:
      return hasPixels ? flag(mouseEncoding === "sgr-pixels") : 0;
    case 2027:
      return flag(tracker.graphemeClusters());
    case 2031:
      return flag(colorSchemeUpdates);
    case 2048:
      return flag(inBandResize);
    default:
      return undefined;
  }
}

/** XTWINOPS: reports only. What would move, resize or rename a window does nothing. */
function answerSizes({ terminal, pixels, reply }: QueryOptions): void {
  terminal.parser.registerCsiHandler({ final: "t" }, ([kind]) => {
    const { cols, rows } = terminal;
    if (kind === 14 && pixels) reply(`\x1b[4;${rows * pixels.height};${cols * pixels.width}t`);
    if (kind === 16 && pixels) reply(`\x1b[6;${pixels.height};${pixels.width}t`);
    if (kind === 18) reply(`\x1b[8;${rows};${cols}t`);
    if (kind === 19) reply(`\x1b[9;${rows};${cols}t`);
    return true;
  });
}

/** Mode 2048: the size as a report, in place of a signal. */
export function sizeReport({ cols, rows }: Terminal, pixels: PixelSize | undefined): string {
  const { width, height } = pixels ?? { width: 0, height: 0 };
  return `\x1b[48;${rows};${cols};${rows * height};${cols * width}t`;
}

/** In the order of OSC 10, 11, 12. */
const dynamicColors = ["foreground", "background", "cursor"] as const;

/** Colours that a program sets are not kept: all panes share the outer terminal's. */
function answerColors({ terminal: { parser }, colors, reply }: QueryOptions): void {
  const answer = (code: string, target: ColorTarget): void => {
    const color = colors.get(target);
    if (color) reply(`\x1b]${code};${colorSpec(color)}\x1b\\`);
  };
  parser.registerOscHandler(4, (data) => {
    const fields = data.split(";", mostFields);
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const index = fields[at] ?? "";
      if (fields[at + 1] === "?" && /^\d{1,3}$/.test(index))
        answer(`4;${Number(index)}`, Number(index));
    }
    return true;
  });
  for (const [first] of dynamicColors.entries())
    parser.registerOscHandler(10 + first, (data) => {
      for (const [offset, field] of data.split(";", dynamicColors.length).entries()) {
        const target = dynamicColors[first + offset];
        if (field === "?" && target) answer(String(10 + first + offset), target);
      }
      return true;
    });
}

/** All 256 colours with their values can be asked for at once. */
const mostFields = 512;

/** XParseColor's form with 16 bits a part. */
function colorSpec({ r, g, b }: Rgb): string {
  const part = (value: number): string => value.toString(16).padStart(2, "0").repeat(2);
  return `rgb:${part(r)}/${part(g)}/${part(b)}`;
}

/** XTGETTCAP: what is here whatever the outer terminal has. */
const capabilities: ReadonlyMap<string, string> = new Map([
  ["TN", "xterm-256color"],
  ["Co", "256"],
  ["colors", "256"],
  ["RGB", "8"],
]);

/** A list longer than this is not a question. */
const mostNames = 32;
const longestName = 64;

function answerCapabilities({ terminal: { parser }, reply }: QueryOptions): void {
  registerCapabilities(parser, (name) => {
    const value = capabilities.get(fromHex(name));
    reply(value === undefined ? `\x1bP0+r${name}\x1b\\` : `\x1bP1+r${name}=${toHex(value)}\x1b\\`);
  });
}

function registerCapabilities(parser: IParser, answer: (name: string) => void): void {
  parser.registerDcsHandler({ intermediates: "+", final: "q" }, (data) => {
    for (const name of data.slice(0, mostNames * longestName).split(";", mostNames))
      if (name.length <= longestName && /^([\da-f]{2})+$/i.test(name)) answer(name);
    return true;
  });
}

function fromHex(hex: string): string {
  return hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
}

function toHex(text: string): string {
  return text.replace(/./gsu, (char) => (char.codePointAt(0) ?? 0).toString(16).padStart(2, "0"));
}

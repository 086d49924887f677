/**
 * Attributes and colours as SGR sequences (xterm ctlseqs): the difference to what is on. A changed
 * attribute starts from "0", because SGR has no single off for bold and dim; changed colours alone
 * are written alone. Underline styles and colours have the colon form of kitty, which terminals
 * that do not know it skip as a whole.
 */
import type { ByteBuffer } from "./byte-buffer.ts";
import { backgroundFlags, colorBits, foregroundFlags, underlineStyleShift } from "./cell.ts";
import { type ColorDepth, reduceColor } from "./colors.ts";

/** SGR parameters by flag of the foreground word; underline has styles and is written apart. */
const foregroundParameters = [
  [foregroundFlags.bold, ";1"],
  [foregroundFlags.blink, ";5"],
  [foregroundFlags.inverse, ";7"],
  [foregroundFlags.invisible, ";8"],
  [foregroundFlags.strike, ";9"],
] as const;

const backgroundParameters = [
  [backgroundFlags.dim, ";2"],
  [backgroundFlags.italic, ";3"],
  [backgroundFlags.overline, ";53"],
] as const;

export class StyleWriter {
  readonly #out: ByteBuffer;
  readonly #depth: ColorDepth;
  /** The words that were asked for last: mostly the same are asked for again. */
  #asked = { foreground: 0, background: 0, underline: 0 };
  /** What the terminal was told, with colours that it has. */
  #foreground = 0;
  #background = 0;
  #underline = 0;

  constructor(out: ByteBuffer, depth: ColorDepth) {
    this.#out = out;
    this.#depth = depth;
  }

  /** Turns everything off, whatever was on. */
  reset(): void {
    this.#out.ascii("\x1b[m");
    this.#remember(0, 0, 0);
    this.#asked = { foreground: 0, background: 0, underline: 0 };
  }

  /** Takes the three style words of a cell (see cell.ts). */
  set(foreground: number, background: number, underline: number): void {
    const asked = this.#asked;
    const isSame =
      foreground === asked.foreground &&
      background === asked.background &&
      underline === asked.underline;
    if (isSame) return;
    asked.foreground = foreground;
    asked.background = background;
    asked.underline = underline;
    this.#change(
      (foreground & foregroundFlags.all) | this.#color(foreground),
      (background & backgroundFlags.all) | this.#color(background),
      this.#underlineFor(underline),
    );
  }

  #color(word: number): number {
    return this.#depth === "truecolor"
      ? word & colorBits.all
      : reduceColor(word & colorBits.all, this.#depth);
  }

  /** Terminals with few colours are taken to have one underline. */
  #underlineFor(word: number): number {
    if (word === 0 || this.#depth === "truecolor") return word;
    if (this.#depth !== "256") return 1 << underlineStyleShift;
    return (word & ~colorBits.all) | this.#color(word);
  }

  #change(foreground: number, background: number, underline: number): void {
    const changedForeground = this.#foreground ^ foreground;
    const changedBackground = this.#background ^ background;
    const changedAttributes =
      (changedForeground & foregroundFlags.all) |
      (changedBackground & backgroundFlags.all) |
      (this.#underline ^ underline);
    this.#remember(foreground, background, underline);
    if ((changedAttributes | changedForeground | changedBackground) === 0) return;
    const isPlain = (foreground | background | underline) === 0;
    if (changedAttributes !== 0 || isPlain) return this.#whole(foreground, background, underline);
    this.#out.ascii("\x1b[");
    if (changedForeground !== 0) this.#parameter(38, foreground);
    if (changedForeground !== 0 && changedBackground !== 0) this.#out.byte(0x3b);
    if (changedBackground !== 0) this.#parameter(48, background);
    this.#out.byte(0x6d);
  }

  #remember(foreground: number, background: number, underline: number): void {
    this.#foreground = foreground;
    this.#background = background;
    this.#underline = underline;
  }

  #whole(foreground: number, background: number, underline: number): void {
    const out = this.#out;
    if ((foreground | background | underline) === 0) return out.ascii("\x1b[m");
    out.ascii("\x1b[0");
    for (const [flag, text] of foregroundParameters) if (foreground & flag) out.ascii(text);
    for (const [flag, text] of backgroundParameters) if (background & flag) out.ascii(text);
    if (foreground & foregroundFlags.underline) this.#underlined(underline);
    if (foreground & colorBits.kind) this.#separated(38, foreground);
    if (background & colorBits.kind) this.#separated(48, background);
    out.byte(0x6d);
  }

  #underlined(underline: number): void {
    const out = this.#out;
    const style = underline >>> underlineStyleShift;
    out.ascii(";4");
    if (style > 1) {
      out.byte(0x3a);
      out.number(style);
    }
    const kind = underline & colorBits.kind;
    if (kind === 0) return;
    out.ascii(kind === colorBits.rgb ? ";58:2::" : ";58:5:");
    this.#value(underline, 0x3a);
  }

  #separated(base: 38 | 48, color: number): void {
    this.#out.byte(0x3b);
    this.#parameter(base, color);
  }

  #parameter(base: 38 | 48, color: number): void {
    const out = this.#out;
    const kind = color & colorBits.kind;
    if (kind === 0) return out.number(base + 1);
    if (kind === colorBits.palette16) return out.number(parameter16(base, color & 0xff));
    out.number(base);
    out.ascii(kind === colorBits.rgb ? ";2;" : ";5;");
    this.#value(color, 0x3b);
  }

  #value(color: number, separator: number): void {
    const out = this.#out;
    if ((color & colorBits.kind) === colorBits.rgb) {
      out.number((color >>> 16) & 0xff);
      out.byte(separator);
      out.number((color >>> 8) & 0xff);
      out.byte(separator);
    }
    out.number(color & 0xff);
  }
}

/** 30-37, 40-47 and for the bright ones 90-97, 100-107. */
function parameter16(base: 38 | 48, index: number): number {
  return index < 8 ? base - 8 + index : base + 52 + index - 8;
}

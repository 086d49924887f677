/**
 * The only place with colours and signs. Colours are names of the host's 16, so that the user's own
 * theme holds; a sign or a word always says the same as the colour.
 */
import type { Glyph } from "../../core/select.ts";
import type { Meaning } from "./line.ts";

export type Capabilities = {
  /** The terminal cannot be trusted with more than ASCII. */
  readonly ascii: boolean;
  /** False for NO_COLOR and terminals without colours; bold, dim and inverse stay. */
  readonly color: boolean;
};

/** How a text looks. Colours are of the host's 16. */
export type Tone = {
  readonly color?: "red" | "green" | "yellow" | "cyan";
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
};

export type Theme = {
  readonly glyph: (glyph: Glyph) => string;
  readonly tone: (meaning: Meaning) => Tone;
  readonly marker: string;
  readonly border: "round" | "classic";
  /** Replaces what the terminal cannot show in a drawn frame; every replacement has the same width. */
  readonly frame: (text: string) => string;
};

const glyphs: Readonly<Record<Glyph, { readonly sign: string; readonly ascii: string }>> = {
  busy: { sign: "●", ascii: "*" },
  waiting: { sign: "◐", ascii: "!" },
  idle: { sign: "○", ascii: "." },
  finished: { sign: "✓", ascii: "+" },
  error: { sign: "✕", ascii: "x" },
  starting: { sign: "⟳", ascii: "~" },
  stopped: { sign: "–", ascii: "-" },
};

const styles: Readonly<Record<Meaning, Omit<Tone, "color">>> = {
  busy: {},
  waiting: { bold: true },
  idle: { dim: true },
  finished: {},
  error: {},
  starting: {},
  stopped: { dim: true },
  plain: {},
  strong: { bold: true },
  dim: { dim: true },
  key: { bold: true },
  good: {},
  warning: {},
  selected: { inverse: true },
};

const colors: Readonly<Partial<Record<Meaning, NonNullable<Tone["color"]>>>> = {
  busy: "green",
  waiting: "yellow",
  finished: "cyan",
  error: "red",
  key: "cyan",
  good: "green",
  warning: "yellow",
};

/** SGR, xterm ctlseqs: each with the one that ends it, so that nothing is reset that is not ours. */
const sequences = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
} as const;

/** A text in a tone, its sequences closed behind it. */
export function styledText(text: string, { color, bold, dim, inverse }: Tone): string {
  const wanted = [
    ...(dim ? [sequences.dim] : []),
    ...(color ? [sequences[color]] : []),
    ...(bold ? [sequences.bold] : []),
    ...(inverse ? [sequences.inverse] : []),
  ];
  if (text === "" || wanted.length === 0) return text;
  const start = wanted.map(([on]) => `\u001B[${on}m`).join("");
  const end = wanted.map(([, off]) => `\u001B[${off}m`).join("");
  return `${start}${text}${end}`;
}

/** The sign of a state: one cell, also as ASCII. */
export function glyphText(glyph: Glyph, ascii: boolean): string {
  return ascii ? glyphs[glyph].ascii : glyphs[glyph].sign;
}

/** How the sign of a state looks, with its colour. */
export function glyphTone(glyph: Glyph): Tone {
  return toneOf(glyph, true);
}

/** The tones and signs for what the terminal can do. */
export function createTheme({ ascii, color }: Capabilities): Theme {
  return {
    glyph: (glyph) => glyphText(glyph, ascii),
    tone: (meaning) => toneOf(meaning, color),
    marker: ascii ? ">" : "▸",
    border: ascii ? "classic" : "round",
    frame: ascii ? asciiPunctuation : (text) => text,
  };
}

function toneOf(meaning: Meaning, withColor: boolean): Tone {
  const color = withColor ? colors[meaning] : undefined;
  return color === undefined ? styles[meaning] : { ...styles[meaning], color };
}

const signs: Readonly<Record<string, string>> = {
  "·": "-",
  "…": ".",
  "–": "-",
  "→": ">",
  "≤": "<",
  "│": "|",
  // Bars, and the levels of a sparkline.
  "░": ".",
  "▁": "_",
  "▂": ".",
  "▃": "-",
  "▄": "=",
  "▅": "+",
  "▆": "*",
  "▇": "%",
  "█": "#",
};

/** Our own signs as ASCII, and the ellipsis that Ink puts where it cuts a text. */
export function asciiPunctuation(text: string): string {
  return text.replace(/[·…–→≤│░▁-█]/gu, (sign) => signs[sign] ?? sign);
}

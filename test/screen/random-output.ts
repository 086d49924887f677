/** What a program might write to its terminal: random text, attributes, moves and edits. */
import type { Random } from "./random.ts";

const words = [
  "lorem ipsum",
  "x",
  "0123456789",
  "   ",
  "        ",
  "          ".repeat(3),
  "─────",
  "│",
  "▀▄█",
  "⠋⠙",
  "漢字かな",
  "한국어",
  "ｆｕｌｌ",
  "é",
  "e\u0301a\u0308",
  "ไทย",
  "हिन्दी",
  "שלום",
  "عربي",
  "Ω≈ç√",
  "🚀",
  "👍🏽",
  "👨‍👩‍👧‍👦",
  "🇩🇪🇫🇷",
  "❤️",
  "✅",
  "1️⃣",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "🫠",
  "●○◐",
  "\u2028",
  "a\u202eb",
  "\ue0b0",
] as const;

const attributes = [
  "0",
  "1",
  "2",
  "3",
  "4",
  "5",
  "7",
  "8",
  "9",
  "21",
  "22",
  "23",
  "24",
  "25",
  "27",
  "28",
  "29",
  "53",
  "55",
  "4:1",
  "4:2",
  "4:3",
  "4:4",
  "4:5",
  "39",
  "49",
  "59",
] as const;

const moves = ["A", "B", "C", "D", "E", "F", "G", "d"] as const;
const edits = [
  "J",
  "1J",
  "2J",
  "K",
  "1K",
  "2K",
  "X",
  "5X",
  "P",
  "3P",
  "@",
  "4@",
  "L",
  "2L",
  "M",
  "S",
  "T",
  "b",
] as const;
const controls = [
  "\r\n",
  "\r\n\r\n",
  "\t",
  "\b",
  "\r",
  "\x1bD",
  "\x1bM",
  "\x1bE",
  "\x1b7",
  "\x1b8",
] as const;
const screens = [
  "\x1b[?1049h",
  "\x1b[?1049l",
  "\x1b[?7l",
  "\x1b[?7h",
  "\x1b[4h",
  "\x1b[4l",
  "\x1bc",
  "\x1b[!p",
  "\x1b#8",
  "\x1b[2;5r",
  "\x1b[r",
  "\x1b[?6h",
  "\x1b[?6l",
] as const;

/** Some hundred bytes of output for a screen of a size. */
export function randomOutput(random: Random, size: { cols: number; rows: number }): string {
  const parts = Array.from({ length: 1 + random.below(30) }, () => part(random, size));
  return parts.join("");
}

function part(random: Random, { cols, rows }: { cols: number; rows: number }): string {
  switch (random.below(14)) {
    case 0:
      return `\x1b[${1 + random.below(rows + 2)};${1 + random.below(cols + 2)}H`;
    case 1:
      return `\x1b[${1 + random.below(9)}${random.pick(moves)}`;
    case 2:
      return `\x1b[${random.pick(edits)}`;
    case 3:
      return random.pick(controls);
    case 4:
      return random.once(6) ? random.pick(screens) : "\x1b[m";
    case 5:
    case 6:
      return `\x1b[${random.pick(attributes)}m`;
    case 7:
    case 8:
      return `\x1b[${color(random)}m`;
    default:
      return random.pick(words);
  }
}

function color(random: Random): string {
  const base = random.pick([38, 48, 48, 38, 58]);
  if (base !== 58 && random.once(3))
    return String(random.pick([30, 40, 90, 100]) + random.below(8));
  if (random.once(2))
    return base === 58 ? `58:5:${random.below(256)}` : `${base};5;${random.below(256)}`;
  const [r, g, b] = [random.below(256), random.below(256), random.below(256)];
  return base === 58 ? `58:2::${r}:${g}:${b}` : `${base};2;${r};${g};${b}`;
}

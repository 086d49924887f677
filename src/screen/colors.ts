/** How many colours the outer terminal has, and the nearest of them for a colour of a pane. */
import type { ColorDepth } from "../core/terminal-abilities.ts";
import { colorBits } from "./cell.ts";

export type { ColorDepth };

export type Rgb = { readonly r: number; readonly g: number; readonly b: number };

/** A colour word (see cell.ts) as the outer terminal can show it; 0 is the default colour. */
export function reduceColor(word: number, depth: ColorDepth): number {
  const kind = word & colorBits.kind;
  if (kind === 0 || depth === "truecolor") return word;
  if (depth === "none") return 0;
  if (depth === "256") return kind === colorBits.rgb ? colorBits.palette256 | to256(word) : word;
  return colorBits.palette16 | to16(word, kind);
}

/** Levels of the 6x6x6 cube of the 256 colours (xterm's 256colres.h). */
const levels = [0, 95, 135, 175, 215, 255] as const;

function nearestLevel(value: number): number {
  if (value < 48) return 0;
  return value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));
}

/** The index of the nearest colour of the cube or of the 24 greys. */
function to256(rgb: number): number {
  const [r, g, b] = [(rgb >>> 16) & 0xff, (rgb >>> 8) & 0xff, rgb & 0xff];
  const cube = [nearestLevel(r), nearestLevel(g), nearestLevel(b)] as const;
  const step = Math.max(0, Math.min(23, Math.round(((r + g + b) / 3 - 8) / 10)));
  const grey = 8 + step * 10;
  const wanted = { r, g, b };
  const inCube = { r: levels[cube[0]] ?? 0, g: levels[cube[1]] ?? 0, b: levels[cube[2]] ?? 0 };
  const isCubeNearer = distance(wanted, inCube) <= distance(wanted, { r: grey, g: grey, b: grey });
  return isCubeNearer ? 16 + cube[0] * 36 + cube[1] * 6 + cube[2] : 232 + step;
}

function to16(word: number, kind: number): number {
  const index = word & 0xff;
  if (kind !== colorBits.rgb && index < 16) return index;
  return nearest16(kind === colorBits.rgb ? rgbOf(word) : rgbOf256(index));
}

/** xterm's default palette: what the 16 colours roughly are, whatever the user's theme. */
const palette = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f,
  0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
].map(rgbOf);

function nearest16(color: Rgb): number {
  const distances = palette.map((candidate) => distance(color, candidate));
  return distances.indexOf(Math.min(...distances));
}

function rgbOf(word: number): Rgb {
  return { r: (word >>> 16) & 0xff, g: (word >>> 8) & 0xff, b: word & 0xff };
}

function rgbOf256(index: number): Rgb {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return { r: grey, g: grey, b: grey };
  }
  const cube = index - 16;
  const level = (value: number) => levels[value % 6] ?? 0;
  return { r: level(Math.floor(cube / 36)), g: level(Math.floor(cube / 6)), b: level(cube) };
}

function distance(a: Rgb, b: Rgb): number {
  return (a.r - b.r) ** 2 + (a.g - b.g) ** 2 + (a.b - b.b) ** 2;
}

import type { Rgb } from "./key.ts";

/** Reads a colour as terminals report it: `rgb:RRRR/GGGG/BBBB` (1 to 4 digits each) or `#RRGGBB`. */
export function parseColour(text: string): Rgb | undefined {
  const parted = /^rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?:\/[\da-f]{1,4})?$/i;
  const solid = /^#(?:([\da-f]{2})([\da-f]{2})([\da-f]{2})|([\da-f]{4})([\da-f]{4})([\da-f]{4}))$/i;
  const match = parted.exec(text) ?? solid.exec(text);
  const [r, g, b] = (match?.slice(1) ?? []).filter(Boolean).map(channel);
  return r === undefined || g === undefined || b === undefined ? undefined : { r, g, b };
}

/** One to four hexadecimal digits, scaled to 0 to 255. */
function channel(digits: string): number {
  return Math.round((Number.parseInt(digits, 16) * 255) / (16 ** digits.length - 1));
}

/** Mouse events to bytes, as far as the child asked for them (xterm ctlseqs, "Mouse Tracking"). */
import { type MouseButton, type MouseEvent, modifier } from "./key.ts";

/** What a child asked for; the emulator of its pane knows. */
export type MouseModes = {
  /** x10: presses (9). vt200: and releases (1000). drag: and motion with a button (1002). any: all (1003). */
  readonly tracking: "none" | "x10" | "vt200" | "drag" | "any";
  /** default: bytes. sgr: 1006. sgr-pixels: 1016. urxvt: 1015. */
  readonly encoding: "default" | "sgr" | "sgr-pixels" | "urxvt";
  /** The size of a cell that the child was told, in pixels; needed for "sgr-pixels". */
  readonly cellPixels?: { readonly width: number; readonly height: number };
};

/**
 * The bytes of an event in cells of the pane; undefined when the child did not ask for it, or cannot
 * be told. Bytes beyond ASCII come as Uint8Array, because they are not UTF-8.
 */
export function encodeMouse(event: MouseEvent, modes: MouseModes): string | Uint8Array | undefined {
  if (!isWanted(event, modes.tracking)) return undefined;
  const bits = buttonBits(event) + (modes.tracking === "x10" ? 0 : modifierBits(event.modifiers));
  switch (modes.encoding) {
    case "sgr":
      return sgr({ event, bits, x: event.x + 1, y: event.y + 1 });
    case "sgr-pixels":
      return sgr({ event, bits, ...inPixels(event, modes) });
    case "urxvt":
      return `\x1b[${legacyBits(event, bits) + 32};${event.x + 1};${event.y + 1}M`;
    case "default":
      return asBytes([legacyBits(event, bits) + 32, event.x + 33, event.y + 33]);
    default:
      return modes.encoding satisfies never;
  }
}

function isWanted({ action, button }: MouseEvent, tracking: MouseModes["tracking"]): boolean {
  switch (tracking) {
    case "none":
      return false;
    case "x10":
      return action === "press";
    case "vt200":
      return action !== "move";
    case "drag":
      return action !== "move" || button !== "none";
    case "any":
      return true;
    default:
      return tracking satisfies never;
  }
}

const bitsOfButton: Readonly<Record<MouseButton, number>> = {
  left: 0,
  middle: 1,
  right: 2,
  none: 3,
  "wheel-up": 64,
  "wheel-down": 65,
  "wheel-left": 66,
  "wheel-right": 67,
  back: 128,
  forward: 129,
};

function buttonBits(event: MouseEvent): number {
  return bitsOfButton[event.button] + (event.action === "move" ? 32 : 0);
}

function modifierBits(modifiers: number): number {
  const shift = modifiers & modifier.shift ? 4 : 0;
  const alt = modifiers & modifier.alt ? 8 : 0;
  return shift + alt + (modifiers & modifier.ctrl ? 16 : 0);
}

type SgrReport = {
  readonly event: MouseEvent;
  readonly bits: number;
  readonly x: number;
  readonly y: number;
};

function sgr({ event, bits, x, y }: SgrReport): string {
  // Button 3 exists only in the older protocols; a release that names none was most likely the left.
  const known = event.action === "release" && event.button === "none" ? bits - 3 : bits;
  return `\x1b[<${known};${x};${y}${event.action === "release" ? "m" : "M"}`;
}

/** The middle of the cell, from 1: nothing finer is known. */
function inPixels({ x, y }: MouseEvent, { cellPixels }: MouseModes): { x: number; y: number } {
  const { width, height } = cellPixels ?? { width: 8, height: 16 };
  return { x: Math.floor((x + 0.5) * width) + 1, y: Math.floor((y + 0.5) * height) + 1 };
}

/** The older protocols say "button 3" for every release. */
function legacyBits(event: MouseEvent, bits: number): number {
  return event.action === "release" ? 3 + modifierBits(event.modifiers) : bits;
}

/** Beyond column or row 223 the protocol has no byte. */
function asBytes(values: readonly number[]): string | Uint8Array | undefined {
  if (values.some((value) => value > 0xff)) return undefined;
  if (values.some((value) => value > 0x7f)) return Uint8Array.of(0x1b, 0x5b, 0x4d, ...values);
  return `\x1b[M${String.fromCharCode(...values)}`;
}

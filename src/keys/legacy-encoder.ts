/**
 * What xterm sends when nobody asked for more. Much is lost here, as it always was: shift+enter is
 * enter, ctrl+shift+a is ctrl+a, a release is nothing.
 */
import { commandBits, isCharacter, type KeyEvent, lockBits, modifier, upperCase } from "./key.ts";
import { applicationLetter, legacyLetter, legacyNumber } from "./key-codes.ts";

export type LegacyModes = {
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
};

/** The bytes of a press or repeat; undefined for a key that xterm has no bytes for. */
export function encodeLegacyKey(event: KeyEvent, modes: LegacyModes): string | undefined {
  if (event.text !== "" && !event.keypad) return event.text;
  const held = event.modifiers & ~lockBits;
  const keypad = event.keypad ? keypadKey(event, modes) : undefined;
  return keypad ?? functionKey(event.code, held, modes) ?? typingKey(event, held);
}

/** In application mode, and while num lock does not make digits of them. */
function keypadKey(event: KeyEvent, modes: LegacyModes): string | undefined {
  const letter = applicationLetter(event.code);
  const asDigits = (event.modifiers & modifier.numLock) !== 0;
  const plain = (event.modifiers & ~lockBits) === 0;
  if (modes.applicationKeypad && plain && !asDigits && letter) return `\x1bO${letter}`;
  return event.text === "" ? undefined : event.text;
}

/** Cursor and function keys: `CSI 1 ; modifiers A`, `CSI 5 ; modifiers ~`. */
function functionKey(code: string, held: number, modes: LegacyModes): string | undefined {
  const parameter = 1 + (held & 0b1111);
  const letter = legacyLetter(code);
  if (letter) {
    if (parameter > 1) return `\x1b[1;${parameter}${letter}`;
    return usesSs3(code, modes) ? `\x1bO${letter}` : `\x1b[${letter}`;
  }
  const number = legacyNumber(code);
  if (number === undefined) return undefined;
  return parameter > 1 ? `\x1b[${number};${parameter}~` : `\x1b[${number}~`;
}

/** F1 to F4 always, cursor keys in application mode. */
function usesSs3(code: string, modes: LegacyModes): boolean {
  return modes.applicationCursor || /^f[1-4]$/.test(code);
}

function typingKey(event: KeyEvent, held: number): string | undefined {
  // No legacy byte says super or hyper, and the letter alone would be a lie.
  if (held & (modifier.super | modifier.hyper)) return undefined;
  const alt = held & (modifier.alt | modifier.meta) ? "\x1b" : "";
  const bytes = withoutAlt(event, held);
  return bytes === undefined ? undefined : alt + bytes;
}

function withoutAlt(event: KeyEvent, held: number): string | undefined {
  const ctrl = (held & modifier.ctrl) !== 0;
  const shift = (held & modifier.shift) !== 0;
  switch (event.code) {
    case "enter":
      return "\r";
    case "escape":
      return "\x1b";
    case "backspace":
      return ctrl ? "\x08" : "\x7f";
    case "tab":
      return shift ? "\x1b[Z" : "\t";
    case "space":
      return ctrl ? "\0" : " ";
    default:
      return ctrl ? controlled(event, shift) : shiftedCharacter(event, shift);
  }
}

function shiftedCharacter(event: KeyEvent, shift: boolean): string | undefined {
  if (!isCharacter(event.code)) return undefined;
  return shift ? (event.shifted ?? upperCase(event.code)) : event.code;
}

/** A key of another alphabet makes the control of the Latin key in its place. */
function controlled(event: KeyEvent, shift: boolean): string | undefined {
  const own = shiftedCharacter(event, shift);
  if (own === undefined || own.charCodeAt(0) < 0x80) return own && controlByte(own);
  return event.base ? controlByte(event.base) : own;
}

/**
 * The control character that ctrl makes of a character, by the rules of X11's XLookupString, which
 * xterm follows: the column of ASCII, and the digits 2 to 8 for those whose keys are hard to reach.
 */
export function controlByte(character: string): string {
  const byte = character.charCodeAt(0);
  if (byte >= 0x40 && byte <= 0x7e) return String.fromCharCode(byte & 0x1f);
  if (character === "2" || character === " ") return "\0";
  if (byte >= 0x33 && byte <= 0x37) return String.fromCharCode(byte - 0x33 + 0x1b);
  if (character === "8" || character === "?") return "\x7f";
  return character === "/" ? "\x1f" : character;
}

/** Whether a key types a plain character when ctrl, alt and the like are not held. */
export function isTypingKey(event: KeyEvent): boolean {
  return isCharacter(event.code) || typingNames.has(event.code);
}

const typingNames: ReadonlySet<string> = new Set(["enter", "escape", "backspace", "tab", "space"]);

/** Whether a key is held with more than shift and the locks. */
export function isCommand(event: KeyEvent): boolean {
  return (event.modifiers & commandBits) !== 0;
}

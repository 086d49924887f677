/** Bytes to keys, in all the ways in which terminals have written keys down. */
import { type ControlSequence, numberAt } from "./control-sequence.ts";
import { isCharacter, type KeyEvent, makeKey, modifier, upperCase } from "./key.ts";
import {
  applicationKeypad,
  controlKeys,
  functionalKey,
  isFunctionalNumber,
  letterKeys,
  tildeKeys,
} from "./key-codes.ts";

/** A character typed as itself, or after ESC (`alt`); undefined for a C1 control. */
export function characterKey(
  codePoint: number,
  bytes: Uint8Array,
  alt: boolean,
): KeyEvent | undefined {
  if (codePoint < 0x20 || codePoint === 0x7f) return controlKey(codePoint, bytes, alt);
  if (codePoint < 0xa0 && codePoint > 0x7f) return undefined;
  const named = codePoint === 0x20 ? "space" : undefined;
  const { code, shifted } = unshifted(String.fromCodePoint(codePoint));
  const modifiers = (shifted ? modifier.shift : 0) | (alt ? modifier.alt : 0);
  return makeKey({ code: named ?? code, modifiers, shifted, bytes });
}

/** A C0 control or DEL: the oldest encoding of enter, tab, escape, backspace and ctrl+letter. */
function controlKey(byte: number, bytes: Uint8Array, alt: boolean): KeyEvent {
  const held = alt ? modifier.alt : 0;
  // Backspace is 0x7f everywhere we know; 0x08 is what ctrl+h sends.
  const named = byte === 8 ? undefined : controlKeys[byte];
  if (named) return makeKey({ code: named, modifiers: held, bytes });
  const modifiers = held | modifier.ctrl;
  if (byte === 0) return makeKey({ code: "space", modifiers, bytes });
  // 1 to 26 are the letters, 28 to 31 the characters \ ] ^ _ of the same column of ASCII.
  return makeKey({ code: String.fromCharCode(byte + (byte < 27 ? 0x60 : 0x40)), modifiers, bytes });
}

/** A capital letter is its small letter with shift. */
function unshifted(character: string): { code: string; shifted: string | undefined } {
  const lower = character.toLowerCase();
  const isCapital = lower !== character && isCharacter(lower) && upperCase(lower) === character;
  return isCapital ? { code: lower, shifted: character } : { code: character, shifted: undefined };
}

/** `ESC O`, an optional modifier, a letter: cursor keys, F1 to F4 and the application keypad. */
export function applicationKey(
  letter: string,
  modifierField: number,
  bytes: Uint8Array,
): KeyEvent | undefined {
  const modifiers = heldModifiers(modifierField);
  const code = letterKeys[letter];
  if (code) return makeKey({ code, keypad: code === "begin", modifiers, bytes });
  const keypad = applicationKeypad[letter];
  if (keypad) return makeKey({ code: keypad, keypad: true, modifiers, bytes });
  // Rxvt: ctrl with an arrow.
  const rxvt = letter >= "a" && letter <= "e" ? letterKeys[letter.toUpperCase()] : undefined;
  return rxvt ? makeKey({ code: rxvt, modifiers: modifiers | modifier.ctrl, bytes }) : undefined;
}

/** The Linux console's `ESC [ [ A` to `E`: F1 to F5. */
export function consoleKey(letter: string, bytes: Uint8Array): KeyEvent | undefined {
  const number = "ABCDE".indexOf(letter) + 1;
  return number > 0 ? makeKey({ code: `f${number}`, bytes }) : undefined;
}

/** A control sequence that is a key; undefined when it is something else. */
export function sequenceKey(csi: ControlSequence, bytes: Uint8Array): KeyEvent | undefined {
  if (csi.prefix !== "" || csi.intermediates !== "") return undefined;
  switch (csi.final) {
    case "u":
      return csi.fields.length > 0 ? unicodeKey(csi, bytes) : undefined;
    case "~":
      return numberAt(csi, 0) === 27 && csi.fields.length === 3
        ? otherKey(csi, bytes)
        : tildeKey(csi, heldModifiers(numberAt(csi, 1)), bytes);
    case "^":
      return tildeKey(csi, modifier.ctrl, bytes);
    case "$":
      return tildeKey(csi, modifier.shift, bytes);
    case "@":
      return tildeKey(csi, modifier.ctrl | modifier.shift, bytes);
    case "Z":
      return backTab(csi, bytes);
    default:
      return letterKey(csi, bytes);
  }
}

function backTab(csi: ControlSequence, bytes: Uint8Array): KeyEvent {
  const modifiers = heldModifiers(numberAt(csi, 1)) | modifier.shift;
  return makeKey({ code: "tab", modifiers, kind: kindOf(csi), bytes });
}

function letterKey(csi: ControlSequence, bytes: Uint8Array): KeyEvent | undefined {
  const code = letterKeys[csi.final];
  if (!code) return shiftedArrow(csi, bytes);
  // Old xterms leave out the leading 1: `CSI 5 A`.
  const field = csi.fields.length === 1 ? numberAt(csi, 0) : numberAt(csi, 1);
  const modifiers = heldModifiers(field);
  return makeKey({ code, keypad: code === "begin", modifiers, kind: kindOf(csi), bytes });
}

/** Rxvt: `CSI a` to `CSI e`, without parameters. */
function shiftedArrow(csi: ControlSequence, bytes: Uint8Array): KeyEvent | undefined {
  if (csi.fields.length > 0 || csi.final < "a" || csi.final > "e") return undefined;
  const code = letterKeys[csi.final.toUpperCase()];
  return code ? makeKey({ code, modifiers: modifier.shift, bytes }) : undefined;
}

function tildeKey(csi: ControlSequence, modifiers: number, bytes: Uint8Array) {
  const code = tildeKeys[numberAt(csi, 0)];
  if (!code) return undefined;
  return makeKey({ code, keypad: code === "begin", modifiers, kind: kindOf(csi), bytes });
}

/** XTerm's modifyOtherKeys: `CSI 27 ; modifiers ; character ~`. */
function otherKey(csi: ControlSequence, bytes: Uint8Array): KeyEvent | undefined {
  const key = codeOf(numberAt(csi, 2), undefined);
  if (!key) return undefined;
  const shift = key.shifted ? modifier.shift : 0;
  return makeKey({ ...key, modifiers: heldModifiers(numberAt(csi, 1)) | shift, bytes });
}

/** `CSI character : shifted : base ; modifiers : kind ; text u`, all but the first optional. */
function unicodeKey(csi: ControlSequence, bytes: Uint8Array): KeyEvent | undefined {
  const said = csi.fields[2] ? textOf(csi.fields[2]) : undefined;
  const number = numberAt(csi, 0);
  // 0: text that no single key made, as from an input method.
  const key = number === 0 ? composed(said) : codeOf(number, csi.fields[0]?.[1]);
  if (!key) return undefined;
  // The shifted key is told only while shift is held; some terminals forget to say the latter.
  const shift = key.shifted ? modifier.shift : 0;
  const modifiers = heldModifiers(numberAt(csi, 1)) | shift;
  const kind = kindOf(csi);
  const base = characterOf(csi.fields[0]?.[2]);
  const text = said !== undefined && kind !== "release" ? { text: said } : {};
  return makeKey({ ...key, modifiers, kind, base, bytes, ...text });
}

type Coded = { readonly code: string; readonly keypad: boolean; readonly shifted?: string };

function codeOf(number: number, shiftedNumber: number | undefined): Coded | undefined {
  const named = controlKeys[number];
  if (named) return { code: named, keypad: false };
  if (isFunctionalNumber(number)) return functionalKey(number);
  const character = characterOf(number);
  if (character === undefined) return undefined;
  const { code, shifted } = unshifted(character);
  const said = characterOf(shiftedNumber) ?? shifted;
  return { code, keypad: false, ...(said === undefined ? {} : { shifted: said }) };
}

function composed(text: string | undefined): Coded | undefined {
  return text ? { code: text, keypad: false } : undefined;
}

function textOf(field: readonly (number | undefined)[]): string {
  return field.map((part) => characterOf(part) ?? "").join("");
}

/** The character of a code point; undefined for controls and for what is no character. */
function characterOf(number: number | undefined): string | undefined {
  if (number === undefined || number < 0x20 || number > 0x10ffff) return undefined;
  if (number >= 0x7f && number < 0xa0) return undefined;
  return number >= 0xd800 && number <= 0xdfff ? undefined : String.fromCodePoint(number);
}

/** The field is 1 + bits; left out it is 1. */
function heldModifiers(field: number): number {
  return field > 1 ? (field - 1) & 0xff : 0;
}

function kindOf(csi: ControlSequence): KeyEvent["kind"] {
  const kind = numberAt(csi, 1, { part: 1, otherwise: 1 });
  if (kind === 3) return "release";
  return kind === 2 ? "repeat" : "press";
}

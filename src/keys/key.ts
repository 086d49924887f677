/**
 * The vocabulary of input: what the outer terminal's bytes mean, before anything is decided about
 * them. The words are the kitty keyboard protocol's, because it can say the most: a key has a code
 * (what is printed on it, unshifted), modifiers, a kind, and the text it types.
 */

/** Bits of `modifiers`, as the kitty keyboard protocol counts them; xterm's are the same up to 8. */
export const modifier = {
  shift: 1,
  alt: 2,
  ctrl: 4,
  super: 8,
  hyper: 16,
  meta: 32,
  capsLock: 64,
  numLock: 128,
} as const;

/** The locks: they change what is typed, but nobody holds them. */
export const lockBits = modifier.capsLock | modifier.numLock;

/** The modifiers with which a key types nothing. */
export const commandBits =
  modifier.alt | modifier.ctrl | modifier.super | modifier.hyper | modifier.meta;

export type KeyEvent = {
  readonly type: "key";
  /** A name ("enter", "f5", "left-shift") or the one character the key has without shift. */
  readonly code: string;
  /** Bits of `modifier`. */
  readonly modifiers: number;
  readonly kind: "press" | "repeat" | "release";
  /** On the keypad: there are two of this key. */
  readonly keypad: boolean;
  /** The character the key has with shift, if the terminal said or showed it. */
  readonly shifted: string | undefined;
  /** The character in the same place of a US keyboard, if the terminal said it. */
  readonly base: string | undefined;
  /** What it types; empty for a command, a function key and a release. */
  readonly text: string;
  /** As received: a view of the bytes that were fed. */
  readonly bytes: Uint8Array;
};

export type MouseButton =
  | "left"
  | "middle"
  | "right"
  | "none"
  | "wheel-up"
  | "wheel-down"
  | "wheel-left"
  | "wheel-right"
  | "back"
  | "forward";

export type MouseEvent = {
  readonly type: "mouse";
  readonly action: "press" | "release" | "move" | "wheel";
  /** "none": no button is held, or the protocol does not say which one was released. */
  readonly button: MouseButton;
  /** Cells from 0, at the top left. */
  readonly x: number;
  readonly y: number;
  /** Bits of `modifier`; only shift, alt and ctrl are ever told. */
  readonly modifiers: number;
};

/**
 * A piece of a bracketed paste, delivered as it arrives. Pieces never part a character or a CR LF;
 * together they are "whole", or "begin", any number of "middle", "end".
 */
export type PasteEvent = {
  readonly type: "paste";
  readonly part: "begin" | "middle" | "end" | "whole";
  /** The pasted bytes without the brackets: a view of the bytes that were fed. */
  readonly bytes: Uint8Array;
};

export type FocusEvent = { readonly type: "focus"; readonly gained: boolean };

/** The outer terminal's answer to a query of ours. */
export type ReplyEvent = { readonly type: "reply"; readonly reply: Reply };

/** A colour channel is 0 to 255. */
export type Rgb = { readonly r: number; readonly g: number; readonly b: number };

export type Reply =
  /** DA1 (`CSI ? ... c`), DA2 (`CSI > ... c`). */
  | {
      readonly type: "device-attributes";
      readonly level: 1 | 2;
      readonly values: readonly number[];
    }
  /** XTVERSION: name and version, without control characters. */
  | { readonly type: "version"; readonly text: string }
  /** DECRPM. 0 unknown, 1 set, 2 reset, 3 always set, 4 always reset. */
  | {
      readonly type: "mode";
      readonly mode: number;
      readonly private: boolean;
      readonly value: number;
    }
  | { readonly type: "palette-colour"; readonly index: number; readonly colour: Rgb }
  | { readonly type: "foreground" | "background" | "cursor-colour"; readonly colour: Rgb }
  /** The kitty keyboard flags in force. */
  | { readonly type: "keyboard-flags"; readonly flags: number }
  /** CPR; counted from 0, unlike the protocol. */
  | { readonly type: "cursor"; readonly x: number; readonly y: number }
  /** DSR 0: the terminal is well. */
  | { readonly type: "status" }
  /** `CSI 14 t`, `16 t`, `18 t`: window and cell in pixels, screen in cells. */
  | { readonly type: "window-pixels"; readonly width: number; readonly height: number }
  | { readonly type: "cell-pixels"; readonly width: number; readonly height: number }
  | { readonly type: "screen-cells"; readonly cols: number; readonly rows: number }
  /** The colour scheme changed or was asked for (mode 2031). */
  | { readonly type: "colour-scheme"; readonly scheme: "dark" | "light" }
  /** XTGETTCAP; `value` is undefined when the terminal does not know the capability. */
  | { readonly type: "capability"; readonly name: string; readonly value: string | undefined }
  /** The kitty graphics protocol answered: it is there. */
  | { readonly type: "graphics"; readonly ok: boolean };

/** A whole sequence that means nothing to us. It is dropped, never passed on as text. */
export type UnknownEvent = { readonly type: "unknown"; readonly bytes: Uint8Array };

export type InputEvent =
  | KeyEvent
  | MouseEvent
  | PasteEvent
  | FocusEvent
  | ReplyEvent
  | UnknownEvent;

const noBytes = new Uint8Array(0);

/** A key press with everything unsaid filled in; `text` follows from the rest unless given. */
export function makeKey(said: Partial<KeyEvent> & { readonly code: string }): KeyEvent {
  const modifiers = said.modifiers ?? 0;
  const kind = said.kind ?? "press";
  return {
    type: "key",
    code: said.code,
    modifiers,
    kind,
    keypad: said.keypad ?? false,
    shifted: said.shifted,
    base: said.base,
    text: said.text ?? typedText(said.code, modifiers, kind, said.shifted),
    bytes: said.bytes ?? noBytes,
  };
}

function typedText(
  code: string,
  modifiers: number,
  kind: KeyEvent["kind"],
  shifted: string | undefined,
): string {
  if (kind === "release" || (modifiers & commandBits) !== 0) return "";
  if (code === "space") return " ";
  if (!isCharacter(code)) return "";
  if (modifiers & modifier.shift) return shifted ?? upperCase(code);
  return modifiers & modifier.capsLock ? upperCase(code) : code;
}

/** Whether a code is the character itself and not the name of a key. */
export function isCharacter(code: string): boolean {
  return code.length === 1 || (code.length === 2 && code.codePointAt(0)! > 0xffff);
}

/** The character with shift, if that is one character ("ß" has none). */
export function upperCase(character: string): string {
  const upper = character.toUpperCase();
  return isCharacter(upper) ? upper : character;
}

/** Shift, a lock or another modifier by itself: it never ends a chord. */
export function isModifierKey(event: KeyEvent): boolean {
  return modifierKey.test(event.code);
}

const modifierKey = /^(left|right)-(shift|ctrl|alt|super|hyper|meta)$|-(lock|shift)$/;

/**
 * A chord is a key with its modifiers as text: "ctrl+o", "alt+1", "shift+pageup", "G", "esc". There
 * is one spelling of each: modifiers in the order ctrl, alt, shift, super, hyper, meta; a character
 * that shift makes is the character itself ("G", "?", "alt+G"), except with ctrl or super
 * ("ctrl+shift+g"), where terminals do not tell the two apart reliably.
 */
import { isCharacter, type KeyEvent, lockBits, makeKey, modifier, upperCase } from "./key.ts";

export type Chord = string;

const names = ["ctrl", "alt", "shift", "super", "hyper", "meta"] as const;

/** The chord of a key event. */
export function formatChord(event: KeyEvent): Chord {
  const held = event.modifiers & ~lockBits;
  if (takesShift(event.code, held)) {
    const shifted = event.shifted ?? upperCase(event.code);
    if (shifted !== event.code) return spelled(shifted, held & ~modifier.shift);
  }
  return spelled(event.code, held);
}

/**
 * All chords by which a key event may be looked up, the most exact first: "!" is also "shift+1", and
 * a key of another alphabet is also the Latin one in its place.
 */
export function chordsOfKey(event: KeyEvent): readonly Chord[] {
  const held = event.modifiers & ~lockBits;
  const chords = [formatChord(event)];
  if (held & modifier.shift && isCharacter(event.code)) chords.push(spelled(event.code, held));
  // On a Latin layout the base key is another letter (Dvorak's r lies on o) and must not count.
  if (event.base !== undefined && event.code.charCodeAt(0) > 0x7f)
    chords.push(formatChord({ ...event, code: event.base, shifted: undefined }));
  return chords;
}

function takesShift(code: string, held: number): boolean {
  const others = held & ~modifier.shift & ~modifier.alt;
  return (held & modifier.shift) !== 0 && others === 0 && isCharacter(code);
}

function spelled(code: string, held: number): Chord {
  if (held === 0) return code === "escape" ? "esc" : code;
  const prefix = names.filter((name) => held & modifier[name]).map((name) => `${name}+`);
  return `${prefix.join("")}${code === "escape" ? "esc" : code}`;
}

const modifierNames: Readonly<Record<string, number>> = {
  ctrl: modifier.ctrl,
  control: modifier.ctrl,
  c: modifier.ctrl,
  alt: modifier.alt,
  option: modifier.alt,
  opt: modifier.alt,
  a: modifier.alt,
  // What Emacs, tmux and OpenCode call meta is the alt key.
  meta: modifier.alt,
  m: modifier.alt,
  shift: modifier.shift,
  s: modifier.shift,
  super: modifier.super,
  cmd: modifier.super,
  command: modifier.super,
  win: modifier.super,
  hyper: modifier.hyper,
};

const keyNames: Readonly<Record<string, string>> = {
  esc: "escape",
  return: "enter",
  ret: "enter",
  cr: "enter",
  spc: "space",
  bs: "backspace",
  bspace: "backspace",
  del: "delete",
  ins: "insert",
  pgup: "pageup",
  ppage: "pageup",
  page_up: "pageup",
  pgdn: "pagedown",
  pgdown: "pagedown",
  npage: "pagedown",
  page_down: "pagedown",
  plus: "+",
  minus: "-",
};

const knownNames: ReadonlySet<string> = new Set([
  ..."enter tab escape space backspace delete insert home end".split(" "),
  ..."pageup pagedown up down left right menu pause print-screen".split(" "),
  ...Array.from({ length: 35 }, (_, index) => `f${index + 1}`),
]);

/** Reads a chord in any usual spelling ("ctrl+o", "C-o", "^o", "shift+g"); undefined if it is none. */
export function parseChord(text: string): Chord | undefined {
  const trimmed = text.trim();
  const { held, rest } = splitModifiers(/^\^.$/u.test(trimmed) ? `C-${trimmed[1]}` : trimmed);
  const backTab = /^(backtab|btab)$/i.test(rest);
  const code = backTab ? "tab" : codeOf(rest);
  if (code === undefined) return undefined;
  return formatTyped(code, backTab ? held | modifier.shift : held);
}

/** The key press that a chord stands for, to be sent to a child. */
export function keyOfChord(chord: Chord): KeyEvent {
  const { held, rest } = splitModifiers(chord);
  const code = rest === "esc" ? "escape" : rest;
  const lower = isCharacter(code) ? code.toLowerCase() : code;
  return makeKey({ code: lower, modifiers: lower === code ? held : held | modifier.shift });
}

function splitModifiers(text: string): { held: number; rest: string } {
  let held = 0;
  let rest = text;
  for (;;) {
    const match = /^([a-z]+)[+-](?=.)/i.exec(rest);
    const bit = match ? modifierNames[match[1]!.toLowerCase()] : undefined;
    if (!match || bit === undefined) return { held, rest };
    held |= bit;
    rest = rest.slice(match[0].length);
  }
}

function codeOf(name: string): string | undefined {
  if (name === " ") return "space";
  if (isCharacter(name)) return name;
  const lower = name.toLowerCase();
  const code = keyNames[lower] ?? lower;
  return knownNames.has(code) || isCharacter(code) ? code : undefined;
}

/** "Ctrl+O" in a text means the key with that name; "G" alone means the letter with shift. */
function formatTyped(code: string, held: number): Chord {
  if (held & (modifier.ctrl | modifier.super) && isCharacter(code))
    return spelled(code.toLowerCase(), held);
  if (!takesShift(code, held)) return spelled(code, held);
  const shifted = upperCase(code);
  return shifted === code && code === code.toLowerCase()
    ? spelled(code, held)
    : spelled(shifted, held & ~modifier.shift);
}

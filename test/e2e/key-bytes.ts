/**
 * What a terminal sends for a key. Legacy forms are xterm's; once the program has asked for the
 * kitty keyboard protocol's first flag (disambiguate), keys with ctrl or alt and the escape key are
 * sent as `CSI code ; modifiers u`, as the protocol says.
 */
const finals: Readonly<Record<string, string>> = {
  up: "A",
  down: "B",
  right: "C",
  left: "D",
  home: "H",
  end: "F",
  f1: "P",
  f2: "Q",
  f3: "R",
  f4: "S",
};

const tildes: Readonly<Record<string, number>> = {
  insert: 2,
  delete: 3,
  pgup: 5,
  pgdn: 6,
  f5: 15,
  f6: 17,
  f7: 18,
  f8: 19,
  f9: 20,
  f10: 21,
  f11: 23,
  f12: 24,
};

const named: Readonly<Record<string, string>> = {
  enter: "\r",
  tab: "\t",
  esc: "\x1b",
  space: " ",
  backspace: "\x7f",
};

export type KeyboardModes = {
  readonly applicationCursor: boolean;
  /** Flags of the kitty keyboard protocol the program has pushed; 0 is the legacy keyboard. */
  readonly kittyFlags: number;
};

type Chord = {
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
};

/** The bytes of a chord such as "ctrl+o", "alt+1", "shift+pgup", "esc" or "G". Throws on an unknown name. */
export function keyBytes(text: string, modes: KeyboardModes): string {
  const chord = parseChord(text);
  const modifiers = 1 + Number(chord.shift) + 2 * Number(chord.alt) + 4 * Number(chord.ctrl);
  const final = finals[chord.key];
  if (final !== undefined) return withFinal(final, modifiers, modes.applicationCursor);
  const tilde = tildes[chord.key];
  if (tilde !== undefined)
    return modifiers === 1 ? csi(`${tilde}~`) : csi(`${tilde};${modifiers}~`);
  if (chord.key === "tab" && chord.shift && !chord.ctrl && !chord.alt) return csi("Z");
  const character = named[chord.key] ?? chord.key;
  if (String.fromCodePoint(character.codePointAt(0) ?? 0) !== character)
    throw new Error(`unknown key: ${text}`);
  if (wantsKitty(chord, modes)) return csi(`${character.codePointAt(0)};${modifiers}u`);
  return (chord.alt ? "\x1b" : "") + (chord.ctrl ? controlCode(character) : character);
}

function parseChord(text: string): Chord {
  const parts = text === "+" ? ["+"] : text.split("+");
  const key = parts.at(-1) || "+";
  const has = (name: string): boolean => parts.slice(0, -1).includes(name);
  return { key, ctrl: has("ctrl"), alt: has("alt"), shift: has("shift") };
}

/** xterm: SS3 in application cursor mode and for F1 to F4; CSI 1;m with a modifier. */
function withFinal(final: string, modifiers: number, applicationCursor: boolean): string {
  if (modifiers > 1) return csi(`1;${modifiers}${final}`);
  return applicationCursor || "PQRS".includes(final) ? `\x1bO${final}` : csi(final);
}

function wantsKitty(chord: Chord, modes: KeyboardModes): boolean {
  if ((modes.kittyFlags & 1) === 0) return false;
  return chord.ctrl || chord.alt || chord.key === "esc";
}

/** Ctrl takes the five low bits of a character from "@" to "~", and of "?" it makes DEL. */
function controlCode(character: string): string {
  if (character === "?") return "\x7f";
  if (character === " ") return "\0";
  return String.fromCharCode(character.toUpperCase().charCodeAt(0) & 0x1f);
}

function csi(rest: string): string {
  return `\x1b[${rest}`;
}

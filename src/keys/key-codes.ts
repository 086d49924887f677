/**
 * Which number or letter stands for which key. Sources: xterm ctlseqs ("PC-Style Function Keys",
 * "VT220-Style Function Keys"), the kitty keyboard protocol ("Functional key definitions"),
 * rxvt's reference and the Linux console's console_codes(4).
 */

/** Final letters of `CSI 1 ; modifiers LETTER` and `SS3 LETTER`. */
export const letterKeys: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  E: "begin",
  F: "end",
  H: "home",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
};

/** Numbers of `CSI NUMBER ; modifiers ~`; 1, 4 are tmux's and the Linux console's, 7, 8 rxvt's. */
export const tildeKeys: Readonly<Record<number, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
  25: "f13",
  26: "f14",
  28: "f15",
  29: "f16",
  31: "f17",
  32: "f18",
  33: "f19",
  34: "f20",
  57427: "begin",
};

/** `SS3 LETTER` of the keypad in application mode (DECKPAM). */
export const applicationKeypad: Readonly<Record<string, string>> = {
  " ": "space",
  I: "tab",
  M: "enter",
  X: "=",
  j: "*",
  k: "+",
  l: ",",
  m: "-",
  n: ".",
  o: "/",
  p: "0",
  q: "1",
  r: "2",
  s: "3",
  t: "4",
  u: "5",
  v: "6",
  w: "7",
  x: "8",
  y: "9",
};

/** Named keys that `CSI u` writes with the number of a control character. */
export const controlKeys: Readonly<Record<number, string>> = {
  8: "backspace",
  9: "tab",
  13: "enter",
  27: "escape",
  32: "space",
  127: "backspace",
};

/** Kitty's own numbers start here, in the order of the protocol's table. */
const firstFunctional = 57358;

const functionalNames: readonly string[] = [
  ..."caps-lock scroll-lock num-lock print-screen pause menu".split(" "),
  ...Array.from({ length: 12 }, () => ""), // 57364 to 57375: F1 to F12, which have older names
  ...Array.from({ length: 23 }, (_, index) => `f${index + 13}`),
];

const firstKeypad = 57399;

const keypadNames: readonly string[] = [
  ..."0 1 2 3 4 5 6 7 8 9 . / * - + enter = ,".split(" "),
  ..."left right up down pageup pagedown home end insert delete begin".split(" "),
];

const firstMedia = 57428;

const mediaNames: readonly string[] = [
  ..."media-play media-pause media-play-pause media-reverse media-stop".split(" "),
  ..."media-fast-forward media-rewind media-track-next media-track-previous".split(" "),
  ..."media-record lower-volume raise-volume mute-volume".split(" "),
  ..."left-shift left-ctrl left-alt left-super left-hyper left-meta".split(" "),
  ..."right-shift right-ctrl right-alt right-super right-hyper right-meta".split(" "),
  ..."iso-level3-shift iso-level5-shift".split(" "),
];

export type CodedKey = { readonly code: string; readonly keypad: boolean };

/** The key of a number in Unicode's private use area, where kitty keeps its functional keys. */
export function functionalKey(number: number): CodedKey | undefined {
  if (number >= firstMedia) return coded(mediaNames[number - firstMedia], false);
  if (number >= firstKeypad) return coded(keypadNames[number - firstKeypad], true);
  return coded(functionalNames[number - firstFunctional], false);
}

function coded(code: string | undefined, keypad: boolean): CodedKey | undefined {
  return code ? { code, keypad } : undefined;
}

/** Whether kitty's functional keys live at this code point. */
export function isFunctionalNumber(number: number): boolean {
  return number >= 57344 && number <= 63743;
}

/** How a named key is written: `CSI number ; ... final`. */
export type KeyNumber = { readonly number: number; readonly final: string };

const mainNumbers: ReadonlyMap<string, KeyNumber> = new Map([
  // The later entry holds: F13 and on have numbers of kitty's own, cursor keys have letters.
  ...Object.entries(tildeKeys).map(([number, code]) => numbered(code, Number(number), "~")),
  ...functionalNames.map((code, index) => numbered(code, firstFunctional + index, "u")),
  ...mediaNames.map((code, index) => numbered(code, firstMedia + index, "u")),
  ...Object.entries(letterKeys).map(([letter, code]) => numbered(code, 1, letter)),
  ...Object.entries(controlKeys).map(([number, code]) => numbered(code, Number(number), "u")),
  // `CSI 1 ; 2 R` would be a cursor report, so the kitty protocol gives F3 its VT number.
  numbered("f3", 13, "~"),
]);

const keypadNumbers: ReadonlyMap<string, KeyNumber> = new Map([
  ...keypadNames.map((code, index) => numbered(code, firstKeypad + index, "u")),
  numbered("begin", 1, "E"),
]);

function numbered(code: string, number: number, final: string): readonly [string, KeyNumber] {
  return [code, { number, final }];
}

/** How the kitty protocol writes a named or keypad key; undefined for a character. */
export function keyNumber({ code, keypad }: CodedKey): KeyNumber | undefined {
  return (keypad ? keypadNumbers.get(code) : undefined) ?? mainNumbers.get(code);
}

const legacyLetters: ReadonlyMap<string, string> = new Map(
  Object.entries(letterKeys).map(([letter, code]) => [code, letter]),
);

/** The final letter of a key that xterm writes as `CSI 1 ; modifiers LETTER`. */
export function legacyLetter(code: string): string | undefined {
  return legacyLetters.get(code);
}

const legacyNumbers: ReadonlyMap<string, number> = new Map(
  Object.entries(tildeKeys)
    .map(([number, code]) => [code, Number(number)] as const)
    .filter(([, number]) => number < 57344),
);

/** The number of a key that xterm writes as `CSI NUMBER ; modifiers ~`. */
export function legacyNumber(code: string): number | undefined {
  return legacyNumbers.get(code);
}

const applicationLetters: ReadonlyMap<string, string> = new Map(
  Object.entries(applicationKeypad).map(([letter, code]) => [code, letter]),
);

/** The final letter of a keypad key in application mode: `SS3 LETTER`. */
export function applicationLetter(code: string): string | undefined {
  return applicationLetters.get(code);
}

/**
 * The kitty keyboard protocol: `CSI number : shifted : base ; modifiers : kind ; text u`, and the
 * older forms `CSI 1 ; modifiers : kind A` and `CSI 5 ; modifiers : kind ~` for keys that have one.
 */
import { isCharacter, isModifierKey, type KeyEvent, lockBits, modifier } from "./key.ts";
import { type KeyNumber, keyNumber } from "./key-codes.ts";
import { encodeLegacyKey, isCommand, type LegacyModes } from "./legacy-encoder.ts";

/** Progressive enhancement, in the protocol's words. */
const flag = {
  disambiguate: 1,
  eventTypes: 2,
  alternateKeys: 4,
  allKeys: 8,
  associatedText: 16,
} as const;

type KittyModes = LegacyModes & { readonly kittyFlags: number };

/** The bytes of a key for a child that set some of the flags. */
export function encodeKittyKey(event: KeyEvent, modes: KittyModes): string | undefined {
  const flags = modes.kittyFlags;
  if (event.kind === "release" && !reportsRelease(event, flags)) return undefined;
  if (flags & flag.allKeys) return encodeInFull(event, flags);
  if (isModifierKey(event)) return undefined;
  if (event.text !== "") return event.text;
  if (staysLegacy(event, flags)) return encodeLegacyKey(event, modes);
  return encodeInFull(event, flags);
}

/** Enter, tab and backspace stay plain so that a shell is usable after a program crashed. */
const shellKeys: ReadonlySet<string> = new Set(["enter", "tab", "backspace"]);

function reportsRelease(event: KeyEvent, flags: number): boolean {
  if ((flags & flag.eventTypes) === 0) return false;
  return (flags & flag.allKeys) !== 0 || event.keypad || !shellKeys.has(event.code);
}

function staysLegacy(event: KeyEvent, flags: number): boolean {
  const plain = (event.modifiers & ~lockBits) === 0;
  if (plain && !event.keypad && shellKeys.has(event.code)) return true;
  return (flags & flag.disambiguate) === 0 && reportedKind(event, flags) === 1;
}

/** 1 press, 2 repeat, 3 release. */
function reportedKind(event: KeyEvent, flags: number): 1 | 2 | 3 {
  if ((flags & flag.eventTypes) === 0 || event.kind === "press") return 1;
  return event.kind === "repeat" ? 2 : 3;
}

function encodeInFull(event: KeyEvent, flags: number): string | undefined {
  const key = numberOf(event);
  if (key === undefined) return composedText(event, flags);
  const held = (flags & flag.allKeys || !typesText(event) ? 0xff : ~lockBits) & event.modifiers;
  const kind = reportedKind(event, flags);
  const state = kind > 1 ? `${held + 1}:${kind}` : held > 0 ? `${held + 1}` : "";
  const text = key.final === "u" ? associatedText(event, flags) : "";
  const tail = text ? `;${state};${text}` : state && `;${state}`;
  const head = `${key.number}${key.final === "u" ? alternates(event, flags) : ""}`;
  // `CSI 1 A` is written `CSI A`, as ever.
  return `\x1b[${head === "1" && tail === "" ? "" : head}${tail}${key.final}`;
}

function numberOf(event: KeyEvent): KeyNumber | undefined {
  const named = keyNumber(event);
  if (named) return named;
  return isCharacter(event.code) ? { number: event.code.codePointAt(0)!, final: "u" } : undefined;
}

/** Lock modifiers are told of keys that type only when all keys are asked for. */
function typesText(event: KeyEvent): boolean {
  return isCharacter(event.code) || event.code === "space" || shellKeys.has(event.code);
}

function alternates(event: KeyEvent, flags: number): string {
  if ((flags & flag.alternateKeys) === 0) return "";
  const shifted = event.modifiers & modifier.shift ? event.shifted : undefined;
  const base = event.base === event.code ? undefined : event.base;
  if (base === undefined) return shifted === undefined ? "" : `:${shifted.codePointAt(0)}`;
  return `:${shifted?.codePointAt(0) ?? ""}:${base.codePointAt(0)}`;
}

function associatedText(event: KeyEvent, flags: number): string {
  if ((flags & flag.associatedText) === 0 || isCommand(event)) return "";
  return Array.from(event.text, (character) => character.codePointAt(0)).join(":");
}

/** Text that no single key made: number 0 if the child wants text in its sequences, else bare. */
function composedText(event: KeyEvent, flags: number): string | undefined {
  const text = associatedText(event, flags);
  if (text) return `\x1b[0;;${text}u`;
  return event.text === "" ? undefined : event.text;
}

/**
 * One piece of input at a time, without memory: the bytes at a place are an event, or the begin of
 * one. An ESC alone is always the latter: whether it is the escape key only time can tell, so
 * `decodeRest` decides when nothing more has come.
 */
import { type ControlSequence, numberAt, readControlSequence } from "./control-sequence.ts";
import { type InputEvent, type KeyEvent, makeKey, modifier, type Reply } from "./key.ts";
import { applicationKey, characterKey, consoleKey, sequenceKey } from "./key-decoder.ts";
import { legacyMouse, sequenceMouse } from "./mouse-decoder.ts";
import {
  applicationReply,
  commandReply,
  cursorReply,
  deviceReply,
  sequenceReply,
} from "./reply-decoder.ts";
import { readCodePoint } from "./utf8.ts";

/** `end`: behind the last byte of it. */
export type Decoded = {
  readonly event: InputEvent | { readonly type: "paste-start" };
  readonly end: number;
};

const ESC = 0x1b;
const CSI = 0x5b; // [
const SS3 = 0x4f; // O
const DCS = 0x50; // P
const OSC = 0x5d; // ]
const APC = 0x5f; // _
const BEL = 0x07;

type Place = {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** We asked where the cursor is: `CSI 1 ; 2 R` is the answer and not shift+F3. */
  readonly cursorAwaited: boolean;
};

/** Decodes what stands at a place; undefined when its end has not come yet. */
export function decodeInput(place: Place): Decoded | undefined {
  const { bytes, at } = place;
  if (bytes[at] !== ESC) return decodeCharacter(bytes, at, at);
  switch (bytes[at + 1]) {
    case undefined:
      return undefined;
    case ESC:
      return decodeDoubleEscape(place);
    case CSI:
      return decodeControlSequence(place, at);
    case SS3:
      return decodeApplicationKey(bytes, at, at);
    case DCS:
    case OSC:
    case APC:
      return decodeString(bytes, at);
    default:
      return decodeCharacter(bytes, at + 1, at);
  }
}

/**
 * Decodes bytes that stayed unfinished for too long: ESC is the escape key, ESC and a character is
 * the character with alt, and the rest of a longer sequence will not come.
 */
export function decodeRest(bytes: Uint8Array): readonly InputEvent[] {
  if (bytes.length === 0) return [];
  const [first, second] = bytes;
  if (first !== ESC || bytes.length > 2) {
    const doubled = first === ESC && second === ESC;
    return doubled
      ? [escapeKey(bytes, 0), ...decodeRest(bytes.subarray(1))]
      : [{ type: "unknown", bytes }];
  }
  if (second === undefined) return [escapeKey(bytes, 0)];
  if (second === ESC) return [escapeKey(bytes, 0), escapeKey(bytes, 1)];
  return [altKey(bytes, 0) ?? { type: "unknown", bytes }];
}

/** The keys of one byte, nearly all that is typed; making one takes 10 us of a key's way. */
const asciiKeys: readonly (KeyEvent | undefined)[] = Array.from({ length: 0x80 }, (_, byte) =>
  characterKey(byte, Uint8Array.of(byte), false),
);

/** A character typed as itself, or with alt when `start` is at an ESC before it. */
function decodeCharacter(bytes: Uint8Array, at: number, start: number): Decoded | undefined {
  const typed = start === at ? asciiKeys[bytes[at] ?? 0x80] : undefined;
  if (typed) return { event: typed, end: at + 1 };
  const point = readCodePoint(bytes, at);
  if (point === undefined) return undefined;
  const source = bytes.subarray(start, point.end);
  const key =
    point.type === "code-point" ? characterKey(point.value, source, start !== at) : undefined;
  return { event: key ?? { type: "unknown", bytes: source }, end: point.end };
}

/**
 * `ESC ESC [ A` is alt+up in Terminal.app and rxvt. Before anything else than a key sequence the
 * first ESC is the escape key: two quick escapes are more likely than alt+escape.
 */
function decodeDoubleEscape(place: Place): Decoded | undefined {
  const { bytes, at } = place;
  const third = bytes[at + 2];
  if (third === undefined) return undefined;
  const escape: Decoded = { event: escapeKey(bytes, at), end: at + 1 };
  if (third !== CSI && third !== SS3) return escape;
  const inner =
    third === CSI
      ? decodeControlSequence({ ...place, at: at + 1 }, at)
      : decodeApplicationKey(bytes, at + 1, at);
  if (inner === undefined) return undefined;
  // A key of two bytes is alt+[ or alt+shift+o, broken off: it began at the second ESC.
  if (inner.event.type !== "key" || inner.event.bytes.length === 2) return escape;
  return { event: withAlt(inner.event), end: inner.end };
}

function withAlt(key: KeyEvent): KeyEvent {
  return { ...key, modifiers: key.modifiers | modifier.alt, text: "" };
}

/** `start`: where the bytes of the event begin, at this ESC or one before. */
function decodeControlSequence(place: Place, start: number): Decoded | undefined {
  const { bytes, at } = place;
  if (bytes[at + 2] === 0x4d) return decodeLegacyMouse(bytes, at);
  const csi = readControlSequence(bytes, at + 2);
  if (csi === undefined) return undefined;
  if (csi.final === "[" && csi.fields.length === 0) return decodeConsoleKey(bytes, csi.end, start);
  const source = bytes.subarray(start, csi.end);
  const typed = csi.final === "" && csi.end === at + 2 ? altKey(bytes, at) : undefined;
  if (typed) return { event: typed, end: csi.end };
  return { event: meaningOf(csi, source, place.cursorAwaited), end: csi.end };
}

function meaningOf(csi: ControlSequence, bytes: Uint8Array, cursorAwaited: boolean) {
  if (csi.final === "") return unknown(bytes);
  if (csi.final === "R" && csi.prefix === "" && csi.fields.length === 2) {
    // A row beyond the first is never F3.
    if (cursorAwaited || numberAt(csi, 0) > 1) return reply(cursorReply(csi));
  }
  if (csi.final === "~" && numberAt(csi, 0) === 200) return { type: "paste-start" } as const;
  if (csi.fields.length === 0 && csi.prefix === "" && csi.intermediates === "") {
    if (csi.final === "I" || csi.final === "O")
      return { type: "focus", gained: csi.final === "I" } as const;
  }
  const answer = sequenceReply(csi);
  return answer ? reply(answer) : (sequenceMouse(csi) ?? sequenceKey(csi, bytes) ?? unknown(bytes));
}

function decodeLegacyMouse(bytes: Uint8Array, at: number): Decoded | undefined {
  const end = at + 6;
  if (bytes.length < end) return undefined;
  const event = legacyMouse(bytes[at + 3]!, bytes[at + 4]!, bytes[at + 5]!);
  // Not a report after all: only `ESC [ M` is dropped, what follows is read on its own.
  if (!event) return { event: unknown(bytes.subarray(at, at + 3)), end: at + 3 };
  return { event, end };
}

function decodeConsoleKey(bytes: Uint8Array, at: number, start: number): Decoded | undefined {
  if (at >= bytes.length) return undefined;
  const source = bytes.subarray(start, at + 1);
  const key = consoleKey(String.fromCharCode(bytes[at]!), source);
  return key ? { event: key, end: at + 1 } : { event: unknown(bytes.subarray(start, at)), end: at };
}

function decodeApplicationKey(bytes: Uint8Array, at: number, start: number): Decoded | undefined {
  let end = at + 2;
  let digits = 0;
  for (; end < bytes.length && bytes[end]! >= 0x30 && bytes[end]! <= 0x39; end++)
    digits = (digits * 10 + bytes[end]! - 0x30) & 0xffff;
  const letter = bytes[end];
  if (letter === undefined) return undefined;
  // A control or ESC cannot end the sequence: this was alt+shift+o, typed.
  const typed = altKey(bytes, at);
  if ((letter < 0x20 || letter >= 0x7f) && end === at + 2 && typed)
    return { event: typed, end: at + 2 };
  const source = bytes.subarray(start, end + 1);
  const key = applicationKey(String.fromCharCode(letter), digits, source);
  return { event: key ?? unknown(source), end: end + 1 };
}

/** How the answers begin that come as strings; anything else is alt with a capital or `]`, `_`. */
const stringStart: Readonly<Record<number, RegExp>> = {
  [DCS]: /[\d>!$|]/,
  [OSC]: /\d/,
  [APC]: /G/,
};

/** OSC, DCS or APC: text up to `ESC \`, or up to BEL in an OSC. */
function decodeString(bytes: Uint8Array, at: number): Decoded | undefined {
  const kind = bytes[at + 1]!;
  const first = bytes[at + 2];
  if (first === undefined) return undefined;
  const typed = altKey(bytes, at);
  if (typed && !stringStart[kind]!.test(String.fromCharCode(first)))
    return { event: typed, end: at + 2 };
  const stop = stringEnd(bytes, at + 2, kind === OSC);
  if (stop === undefined) return undefined;
  const content = String.fromCharCode(...bytes.subarray(at + 2, stop.contentEnd));
  const answer = stop.broken ? undefined : stringReply(kind, content);
  const event = answer ? reply(answer) : unknown(bytes.subarray(at, stop.end));
  return { event, end: stop.end };
}

function stringReply(kind: number, content: string): Reply | undefined {
  if (kind === OSC) return commandReply(content);
  return kind === DCS ? deviceReply(content) : applicationReply(content);
}

type StringEnd = { readonly contentEnd: number; readonly end: number; readonly broken: boolean };

function stringEnd(bytes: Uint8Array, from: number, bell: boolean): StringEnd | undefined {
  for (let at = from; at < bytes.length; at++) {
    if (bytes[at] === BEL && bell) return { contentEnd: at, end: at + 1, broken: false };
    if (bytes[at] !== ESC) continue;
    if (at + 1 >= bytes.length) return undefined;
    if (bytes[at + 1] === 0x5c) return { contentEnd: at, end: at + 2, broken: false };
    return { contentEnd: at, end: at, broken: true }; // another sequence begins
  }
  return undefined;
}

/** Where a sequence that grew too long ends at last: behind its terminator, or before an ESC. */
export function skipSequence(bytes: Uint8Array, isString: boolean): number | undefined {
  if (isString) return stringEnd(bytes, 0, true)?.end;
  const end = bytes.findIndex((byte) => byte < 0x20 || byte >= 0x40);
  if (end < 0) return undefined;
  return bytes[end] === ESC ? end : end + 1;
}

function escapeKey(bytes: Uint8Array, at: number): KeyEvent {
  return makeKey({ code: "escape", bytes: bytes.subarray(at, at + 1) });
}

function altKey(bytes: Uint8Array, at: number): KeyEvent | undefined {
  const second = bytes[at + 1]!;
  return second < 0x80 ? characterKey(second, bytes.subarray(at, at + 2), true) : undefined;
}

function reply(answer: Reply): InputEvent {
  return { type: "reply", reply: answer };
}

function unknown(bytes: Uint8Array): InputEvent {
  return { type: "unknown", bytes };
}

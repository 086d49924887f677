/**
 * Pasted text to bytes for a child. Inside brackets (DECSET 2004) no ESC may pass: with it a web
 * page could close the bracket and type commands. Without brackets lines end as the enter key does.
 */
import type { PasteEvent } from "./key.ts";
import { unfinishedBytes } from "./utf8.ts";

const start = "\x1b[200~";
const end = "\x1b[201~";

/** A pty takes 4095 bytes at once; a chunk never parts a character. */
const chunkBytes = 4096;

/** The chunks to write for a piece of a paste; the brackets stand around the first and the last. */
export function encodePaste(event: PasteEvent, bracketed: boolean): readonly Uint8Array[] {
  const opens = bracketed && (event.part === "begin" || event.part === "whole");
  const closes = bracketed && (event.part === "end" || event.part === "whole");
  const content = bracketed ? withoutEscape(event.bytes) : asTyped(event.bytes);
  return [...(opens ? [ascii(start)] : []), ...chunksOf(content), ...(closes ? [ascii(end)] : [])];
}

/** The whole of a text as a paste of its own. */
export function pasteOf(text: string): PasteEvent {
  return { type: "paste", part: "whole", bytes: new TextEncoder().encode(text) };
}

/** What a text box of ours takes of a paste: one line, without control characters. */
export function pastedLine(event: PasteEvent): string {
  const text = new TextDecoder().decode(event.bytes);
  return text.replace(/[\r\n\t]+/g, " ").replace(/[\u0000-\u001f\u007f-\u009f]/g, "");
}

/** Drops ESC and the C1 control CSI (U+009B, in UTF-8 C2 9B), which some programs obey as well. */
function withoutEscape(bytes: Uint8Array): Uint8Array {
  const isControl = (byte: number, at: number) =>
    byte === 0x1b ||
    (byte === 0xc2 && bytes[at + 1] === 0x9b) ||
    (byte === 0x9b && bytes[at - 1] === 0xc2);
  return bytes.some(isControl) ? bytes.filter((byte, at) => !isControl(byte, at)) : bytes;
}

/** The end marker cannot be a key; CR LF and LF become CR, as xterm pastes. */
function asTyped(bytes: Uint8Array): Uint8Array {
  const clean = withoutEndMarker(bytes);
  if (!clean.includes(0x0a)) return clean;
  return clean
    .filter((byte, at) => byte !== 0x0a || clean[at - 1] !== 0x0d)
    .map((byte) => (byte === 0x0a ? 0x0d : byte));
}

/** Taking a marker out can leave another one behind, so the result is looked at as it grows. */
function withoutEndMarker(bytes: Uint8Array): Uint8Array {
  if (!bytes.includes(0x1b)) return bytes;
  const kept = new Uint8Array(bytes.length);
  let length = 0;
  for (const byte of bytes) {
    kept[length++] = byte;
    if (endsWithMarker(kept, length)) length -= end.length;
  }
  return kept.subarray(0, length);
}

function endsWithMarker(bytes: Uint8Array, length: number): boolean {
  const from = length - end.length;
  if (from < 0 || bytes[length - 1] !== 0x7e) return false;
  return String.fromCharCode(...bytes.subarray(from, length)) === end;
}

function chunksOf(bytes: Uint8Array): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const chunk = bytes.subarray(at, at + chunkBytes);
    // The very end may be unfinished for good: then it goes as it is.
    const parted = at + chunk.length < bytes.length ? unfinishedBytes(chunk) : 0;
    chunks.push(parted > 0 ? chunk.subarray(0, -parted) : chunk);
    at += chunk.length - parted;
  }
  return chunks;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

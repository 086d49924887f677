/** Finds the end of a bracketed paste (DECSET 2004) in what has arrived of it. */
import { unfinishedBytes } from "./utf8.ts";

export type PasteRead = {
  /** A view of the bytes that belong to the paste and are whole. */
  readonly content: Uint8Array;
  /** Where to go on: behind the end marker, or where the held-back bytes begin. */
  readonly next: number;
  readonly done: boolean;
};

/** `CSI 201 ~` */
const endMarker = [0x1b, 0x5b, 0x32, 0x30, 0x31, 0x7e] as const;

/** Reads paste from `at`. Holds back at most 5 bytes that may be a part of something. */
export function readPaste(bytes: Uint8Array, at: number): PasteRead {
  let escape = bytes.indexOf(endMarker[0], at);
  while (escape >= 0) {
    const matched = matchedLength(bytes, escape);
    if (matched === endMarker.length)
      return { content: bytes.subarray(at, escape), next: escape + matched, done: true };
    if (escape + matched === bytes.length)
      return { content: bytes.subarray(at, escape), next: escape, done: false };
    escape = bytes.indexOf(endMarker[0], escape + 1);
  }
  const content = bytes.subarray(at);
  const whole = content.length - heldBack(content);
  return { content: content.subarray(0, whole), next: at + whole, done: false };
}

function matchedLength(bytes: Uint8Array, from: number): number {
  let length = 1;
  while (length < endMarker.length && bytes[from + length] === endMarker[length]) length++;
  return length;
}

/** A CR may be followed by an LF that belongs to it, a lead byte by the rest of its character. */
function heldBack(content: Uint8Array): number {
  return content.at(-1) === 0x0d ? 1 : unfinishedBytes(content);
}

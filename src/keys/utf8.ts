/** What stands at a place in UTF-8 text. */
export type CodePoint =
  | { readonly type: "code-point"; readonly value: number; readonly end: number }
  /** Not UTF-8: overlong, a surrogate, too large, or a stray byte. `end` is behind the bad bytes. */
  | { readonly type: "invalid"; readonly end: number };

/** Reads one code point; undefined when the bytes end inside of it. */
export function readCodePoint(bytes: Uint8Array, at: number): CodePoint | undefined {
  const lead = bytes[at]!;
  if (lead < 0x80) return { type: "code-point", value: lead, end: at + 1 };
  const length = sequenceLength(lead);
  if (length === 0) return { type: "invalid", end: at + 1 };
  let value = lead & (0x7f >> length);
  for (let index = 1; index < length; index++) {
    if (at + index >= bytes.length) return undefined;
    const byte = bytes[at + index]!;
    if ((byte & 0xc0) !== 0x80) return { type: "invalid", end: at + index };
    value = (value << 6) | (byte & 0x3f);
  }
  const end = at + length;
  return isScalar(value, length) ? { type: "code-point", value, end } : { type: "invalid", end };
}

/** How many bytes at the end belong to a character whose rest is still to come (0 to 3). */
export function unfinishedBytes(bytes: Uint8Array): number {
  const first = Math.max(0, bytes.length - 3);
  for (let at = bytes.length - 1; at >= first; at--) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) === 0x80) continue;
    return sequenceLength(byte) > bytes.length - at ? bytes.length - at : 0;
  }
  return 0;
}

/** The length that a lead byte announces; 0 when it is none. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

function isScalar(value: number, length: number): boolean {
  if (length === 3) return value >= 0x800 && (value < 0xd800 || value > 0xdfff);
  if (length === 4) return value >= 0x10000 && value <= 0x10ffff;
  return true;
}

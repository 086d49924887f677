/** A growing buffer for the bytes of one frame; written to directly, because a frame is up to 100 KB. */

const encoder = new TextEncoder();

type Steps = { readonly stride: number; readonly count: number };

export class ByteBuffer {
  #bytes = new Uint8Array(1 << 17);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room for `count` bytes. All but `utf8` rely on it, which is half of the writing speed. */
  reserve(count: number): void {
    if (this.#length + count > this.#bytes.length) this.#grow(count);
  }

  byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  ascii(text: string): void {
    const bytes = this.#bytes;
    let length = this.#length;
    for (let index = 0; index < text.length; index++) bytes[length++] = text.charCodeAt(index);
    this.#length = length;
  }

  /** The lowest byte of each `stride`th word, `count` times. */
  lowBytes(words: Uint32Array, at: number, { stride, count }: Steps): void {
    const bytes = this.#bytes;
    let length = this.#length;
    const end = at + count * stride;
    for (let index = at; index < end; index += stride) bytes[length++] = words[index] ?? 0;
    this.#length = length;
  }

  /** A whole number from 0 in decimal digits. */
  number(value: number): void {
    if (value >= 1000) return this.ascii(String(value));
    const bytes = this.#bytes;
    let length = this.#length;
    if (value >= 100) bytes[length++] = 0x30 + ((value / 100) | 0);
    if (value >= 10) bytes[length++] = 0x30 + (((value / 10) | 0) % 10);
    bytes[length++] = 0x30 + (value % 10);
    this.#length = length;
  }

  /** A code point in UTF-8. */
  codePoint(value: number): void {
    if (value < 0x80) return this.byte(value);
    if (value < 0x800) {
      this.byte(0xc0 | (value >> 6));
    } else {
      if (value < 0x1_0000) {
        this.byte(0xe0 | (value >> 12));
      } else {
        this.byte(0xf0 | (value >> 18));
        this.byte(0x80 | ((value >> 12) & 0x3f));
      }
      this.byte(0x80 | ((value >> 6) & 0x3f));
    }
    this.byte(0x80 | (value & 0x3f));
  }

  utf8(text: string): void {
    this.reserve(text.length * 3);
    this.#length += encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  #grow(needed: number): void {
    const size = Math.max(this.#bytes.length * 2, this.#length + needed);
    const grown = new Uint8Array(size);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** A tar archive of a few texts in one directory: POSIX.1-1988 "ustar", which every tar reads. */

export type ArchiveFile = { readonly name: string; readonly text: string };

export type ArchiveRequest = {
  /** The directory that all files are in; names together have at most 100 bytes, in ASCII. */
  readonly directory: string;
  readonly files: readonly ArchiveFile[];
  /** ms since the epoch. */
  readonly modifiedMs: number;
};

const blockBytes = 512;

/** The bytes of the archive, not compressed. */
export function tarOf({ directory, files, modifiedMs }: ArchiveRequest): Uint8Array {
  const encoder = new TextEncoder();
  const seconds = Math.max(0, Math.floor(modifiedMs / 1000));
  const blocks = files.flatMap(({ name, text }) => {
    const content = encoder.encode(text);
    return [
      header({ path: `${directory}/${name}`, size: content.length, seconds }),
      padded(content),
    ];
  });
  // Two empty blocks end it.
  return joined([...blocks, new Uint8Array(2 * blockBytes)]);
}

type Entry = { readonly path: string; readonly size: number; readonly seconds: number };

function header({ path, size, seconds }: Entry): Uint8Array {
  const octal = (value: number, length: number) =>
    `${value.toString(8).padStart(length - 1, "0")}\0`;
  const fields: readonly (readonly [number, string])[] = [
    [0, path],
    [100, octal(0o600, 8)],
    // Owner and group: whoever unpacks it.
    [108, octal(0, 8)],
    [116, octal(0, 8)],
    [124, octal(size, 12)],
    [136, octal(seconds, 12)],
    // The checksum counts itself as spaces.
    [148, " ".repeat(8)],
    [156, "0"],
    [257, "ustar\u000000"],
  ];
  const block = new Uint8Array(blockBytes);
  const write = (at: number, text: string) =>
    void new TextEncoder().encodeInto(text, block.subarray(at));
  for (const [at, text] of fields) write(at, text);
  const sum = block.reduce((total, byte) => total + byte, 0);
  write(148, `${octal(sum, 7)} `);
  return block;
}

function padded(content: Uint8Array): Uint8Array {
  return joined([
    content,
    new Uint8Array((blockBytes - (content.length % blockBytes)) % blockBytes),
  ]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Longer lines are left out, in characters; the longest of a real stream is some 100 kB. */
const maxLineLength = 1024 * 1024;

/** The lines of a stream without their ends ("\n" or "\r\n"), the last one even if it has none. */
export async function* linesOf(
  pieces: AsyncIterable<Uint8Array>,
  maxLength = maxLineLength,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line = "";
  let skipping = false;

  function* complete(parts: readonly string[]): Generator<string> {
    for (const part of parts) {
      const whole = line + part;
      if (!skipping && whole.length <= maxLength) yield whole.replace(/\r$/, "");
      line = "";
      skipping = false;
    }
  }

  for await (const bytes of pieces) {
    const parts = decoder.decode(bytes, { stream: true }).split("\n");
    const open = parts.pop() ?? "";
    yield* complete(parts);
    skipping ||= line.length + open.length > maxLength;
    line = skipping ? "" : line + open;
  }
  const rest = decoder.decode();
  if (line + rest !== "") yield* complete([rest]);
}

import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** A line longer than this is given in parts. */
const maxLineLength = 1024 * 1024;

/** Hands over each line of a stream without its end, characters kept whole, and what is left at last. */
export function splitLines(stream: Readable, tell: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) tell(line.replace(/\r$/, ""));
    if (rest.length > maxLineLength) {
      tell(rest);
      rest = "";
    }
  });
  stream.on("end", () => {
    if (rest) tell(rest);
  });
}

/** An event of a stream: its name ("message" without one) and its data. */
export type ServerEvent = { readonly name: string; readonly data: string };

/** Data of one event beyond this many characters is left out with its event. */
const maxDataLength = 1024 * 1024;

/**
 * Server-sent events of the lines of a stream (WHATWG HTML, "server-sent events"). Unlike a browser
 * it also tells an event whose stream ends before the empty line that closes it.
 */
export async function* serverEvents(lines: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let name = "";
  let data: string[] = [];
  let length = 0;

  function* dispatch(): Generator<ServerEvent> {
    if (data.length > 0 && length <= maxDataLength) {
      yield { name: name === "" ? "message" : name, data: data.join("\n") };
    }
    name = "";
    data = [];
    length = 0;
  }

  for await (const line of lines) {
    if (line === "") {
      yield* dispatch();
      continue;
    }
    const [field, value] = parseField(line);
    if (field === "event") name = value;
    if (field !== "data") continue;
    length += value.length;
    if (length <= maxDataLength) data.push(value);
  }
  yield* dispatch();
}

/** A comment has the field "". */
function parseField(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

import { expect, it } from "vitest";
import { cellWords } from "../../src/screen/cell.ts";
import { createClusters } from "../../src/screen/clusters.ts";
import { loadXterm } from "../../src/screen/xterm-library.ts";
import { chooseRowReader } from "../../src/screen/xterm-rows.ts";
import { chooseSeed, createRandom } from "./random.ts";
import { randomOutput } from "./random-output.ts";

it("reads the same cells from the buffer's array and with the documented methods", async () => {
  const { Terminal, widths } = await loadXterm();
  const size = { cols: 40, rows: 10 };
  const terminal = new Terminal({ ...size, allowProposedApi: true, logLevel: "off" });
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = widths.version;
  const readRaw = chooseRowReader(terminal.buffer.active.getLine(0));
  const readDocumented = chooseRowReader(undefined);
  expect(readRaw).not.toBe(readDocumented);
  const seed = chooseSeed();
  const random = createRandom(seed);
  const clusters = createClusters();
  const read = (reader: typeof readRaw, y: number): Uint32Array => {
    const words = new Uint32Array(size.cols * cellWords);
    const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + y);
    if (line) reader(line, { from: 0, to: size.cols, at: 0 }, { words, clusters });
    return words;
  };

  for (let round = 0; round < 200; round++) {
    terminal.input("", true);
    terminal.write(randomOutput(random, size));
    for (let y = 0; y < size.rows; y++)
      expect(read(readRaw, y), `SEED=${seed}, round ${round}, row ${y}`).toEqual(
        read(readDocumented, y),
      );
  }
});

import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTerminalOutput } from "../../src/platform/terminal-output.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

/** A pipe stands in for the terminal: it too takes 64 KiB and then nothing until it is read. */
async function openPipe() {
  const path = join(await temporaryDirectory(), "pipe");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const descriptor = openSync(path, constants.O_WRONLY);
  const open = new Set([reader, descriptor]);
  const close = (fd: number) => {
    if (open.delete(fd)) closeSync(fd);
  };
  onTestFinished(() => [...open].forEach(close));
  let gone = 0;
  const output = createTerminalOutput({
    descriptor,
    onGone: () => {
      gone++;
    },
  });
  onTestFinished(() => output.finish(new Uint8Array()));
  return { output, read: () => readSome(reader), hangUp: () => close(reader), gone: () => gone };
}

/** What can be read now; empty when there is nothing. */
function readSome(descriptor: number): Buffer {
  const bytes = Buffer.alloc(100_000);
  try {
    return bytes.subarray(0, readSync(descriptor, bytes));
  } catch {
    return bytes.subarray(0, 0);
  }
}

describe("output to a terminal", () => {
  it("arrives whole and in order however slowly it is taken", async () => {
    const { output, read } = await openPipe();
    const frames = Array.from({ length: 5 }, (_, index) => Buffer.alloc(90_001, 0x61 + index));
    const done: number[] = [];
    output.start();

    for (const [index, frame] of frames.entries()) output.write(frame, () => done.push(index));
    const received: Buffer[] = [];
    await until(() => {
      received.push(read());
      return done.length === frames.length;
    });
    received.push(read());

    expect(Buffer.concat(received).equals(Buffer.concat(frames))).toBe(true);
    expect(done).toEqual([0, 1, 2, 3, 4]);
  });

  it("is never done before the write returns", async () => {
    const { output } = await openPipe();
    const events: string[] = [];
    output.start();

    output.write(Buffer.from("frame"), () => events.push("done"));
    events.push("returned");

    await until(() => events.length === 2);
    expect(events).toEqual(["returned", "done"]);
  });

  it("drops what was not taken when it finishes, and still says done", async () => {
    const { output, read } = await openPipe();
    let done = 0;
    const count = () => {
      done++;
    };
    output.start();
    output.write(Buffer.alloc(200_000, "x"), count);
    output.write(Buffer.from("second"), count);
    read();

    output.finish(Buffer.from("<last>"));

    await until(() => done === 2);
    const rest = Buffer.concat([read(), read(), read()]).toString();
    expect(rest).toMatch(/^x*<last>$/);
  });

  it("does not wait long for a terminal that takes nothing at the end", async () => {
    const { output } = await openPipe();
    output.start();
    output.write(Buffer.alloc(200_000, "x"), () => {});
    const begun = performance.now();

    output.finish(Buffer.from("<last>"));

    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it("can be started again after it finished", async () => {
    const { output, read } = await openPipe();
    output.start();
    output.finish(Buffer.from("one "));
    output.write(Buffer.from("lost "), () => {});
    await until(() => true);

    output.start();
    output.write(Buffer.from("two"), () => {});

    expect(read().toString()).toBe("one two");
  });

  it("reports a terminal that is gone and lets nobody wait for it", async () => {
    const { output, hangUp, gone } = await openPipe();
    let done = 0;
    output.start();
    hangUp();

    output.write(Buffer.from("a"), () => {
      done++;
    });

    await until(() => done === 1);
    expect(gone()).toBe(1);
  });
});

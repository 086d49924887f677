import { createRequire } from "node:module";
import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createTerminalOutput } from "../../src/platform/terminal-output.ts";
import { until } from "../fakes/until.ts";

/** node-pty can open a pty with no program in it, which its typings do not say. */
type NodePty = {
  open(options: { readonly encoding: null }): {
    readonly _master: Socket;
    readonly _slave: Socket & { readonly _handle: { readonly fd: number } };
  };
};

/** A terminal that is read only as the test likes. */
function openTerminal() {
  const nodePty: NodePty = createRequire(import.meta.url)("node-pty");
  const { _master: master, _slave: slave } = nodePty.open({ encoding: null });
  const { _handle: handle } = slave;
  master.pause();
  const chunks: Buffer[] = [];
  master.on("data", (bytes: Buffer) => chunks.push(bytes));
  master.pause();
  for (const side of [master, slave]) {
    side.on("error", () => {});
    onTestFinished(() => void side.destroy());
  }
  let gone = 0;
  const onGone = () => {
    gone++;
  };
  const output = createTerminalOutput({ descriptor: handle.fd, onGone });
  onTestFinished(() => output.finish(new Uint8Array()));
  return {
    output,
    read: () => master.resume(),
    received: () => Buffer.concat(chunks),
    hangUp: () => master.destroy(),
    gone: () => gone,
  };
}

describe("output to a terminal", () => {
  it("arrives whole and in order though it is read late", async () => {
    const { output, read, received } = openTerminal();
    const frames = Array.from({ length: 5 }, (_, index) => Buffer.alloc(90_001, 0x61 + index));
    const done: number[] = [];
    output.start();

    for (const [index, frame] of frames.entries()) output.write(frame, () => done.push(index));
    expect(done).toEqual([]);
    read();

    await until(() => done.length === frames.length && received().length === 5 * 90_001);
    expect(received().equals(Buffer.concat(frames))).toBe(true);
    expect(done).toEqual([0, 1, 2, 3, 4]);
  });

  it("is never done before the write returns", async () => {
    const { output } = openTerminal();
    const events: string[] = [];
    output.start();

    output.write(Buffer.from("frame"), () => events.push("done"));
    events.push("returned");

    await until(() => events.length === 2);
    expect(events).toEqual(["returned", "done"]);
  });

  it("costs nothing while the terminal takes nothing", async () => {
    const { output } = openTerminal();
    output.start();
    output.write(Buffer.alloc(200_000, "x"), () => {});
    const before = process.cpuUsage();
    const begun = performance.now();

    await until(() => performance.now() - begun > 300);

    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(150);
  });

  it("drops what was not taken when it finishes, and still says done", async () => {
    const { output, read, received } = openTerminal();
    let done = 0;
    const count = () => {
      done++;
    };
    output.start();
    output.write(Buffer.alloc(200_000, "x"), count);
    output.write(Buffer.from("second"), count);

    output.finish(Buffer.from("<last>"));
    read();

    await until(() => done === 2);
    output.start();
    output.write(Buffer.from("<again>"), () => {});
    await until(() => received().includes("<again>"));
    const text = received().toString();
    expect(text.length).toBeLessThan(100_000);
    // Whether the last bytes had room is the kernel's affair.
    expect(text.replace(/^x+/, "")).toMatch(/^(<last>)?<again>$/);
  });

  it("does not wait long for a terminal that takes nothing at the end", () => {
    const { output } = openTerminal();
    output.start();
    output.write(Buffer.alloc(200_000, "x"), () => {});
    const begun = performance.now();

    output.finish(Buffer.from("<last>"));

    expect(performance.now() - begun).toBeLessThan(1000);
  });

  it("can be started again after it finished", async () => {
    const { output, read, received } = openTerminal();
    output.start();
    output.finish(Buffer.from("one "));
    output.write(Buffer.from("lost "), () => {});

    await Promise.resolve();
    output.start();
    output.write(Buffer.from("two"), () => {});
    read();

    await until(() => received().includes("two"));
    expect(received().toString()).toBe("one two");
  });

  it("reports a terminal that is gone, once, and lets nobody wait for it", async () => {
    const { output, hangUp, gone } = openTerminal();
    let done = 0;
    const count = () => {
      done++;
    };
    output.start();
    output.write(Buffer.alloc(200_000, "x"), count);
    output.write(Buffer.from("second"), count);

    hangUp();

    await until(() => done === 2);
    expect(gone()).toBe(1);
  });
});

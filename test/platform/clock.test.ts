import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createClock } from "../../src/platform/clock.ts";

const module = join(import.meta.dirname, "..", "..", "src", "platform", "clock.ts");

describe("the clock", () => {
  it("runs a deed after its time, and not at all when it is cancelled", async () => {
    const clock = createClock();
    const done: string[] = [];

    clock.after(5, () => done.push("kept"));
    clock.after(5, () => done.push("cancelled"))();
    const before = clock.monotonic();
    await clock.wait(20);

    expect(done).toEqual(["kept"]);
    expect(clock.monotonic() - before).toBeGreaterThan(15);
  });

  it("keeps the process alive for a wait, but not for a timer", async () => {
    const script = `
      import { createClock } from ${JSON.stringify(module)};
      const clock = createClock();
      clock.after(60_000, () => console.log("timer"));
      await clock.wait(20);
      console.log("waited");`;

    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module-typescript",
      "--eval",
      script,
    ]);

    expect(stdout).toBe("waited\n");
  });
});

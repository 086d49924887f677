import { describe, expect, it } from "vitest";
import { createProgress, progressLine } from "../../src/cli/progress.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { createRecordedConsole } from "../fakes/recorded-console.ts";

const gigabyte = 1024 ** 3;
const half = { share: 0.5, doneBytes: 2 * gigabyte, totalBytes: 4 * gigabyte };

describe("the line of progress", () => {
  const line = { title: "pulling x", step: half, passedMs: 60_000, bytesPerSecond: 32 * 1024 ** 2 };

  it.each([
    [100, "pulling x ███████████████░░░░░░░░░░░░░░░ 50% 2.0 GB of 4.0 GB 32 MB/s 1:04 left"],
    [60, "pulling x █████░░░░░ 50% 2.0 GB of 4.0 GB 32 MB/s 1:04 left"],
    [45, "pulling x ███████░░░░░░ 50% 2.0 GB of 4.0 GB"],
    [30, "pulling x ████████░░░░░░░ 50%"],
    [20, "pulling x 50%"],
    [10, "pul… 50%"],
  ])("has room in %i cells", (cols, wanted) => {
    expect(progressLine(line, cols)).toBe(wanted);
  });

  it("tells the time where no number tells how far it is", () => {
    const step = { note: "verifying" };

    expect(progressLine({ title: "pulling x", step, passedMs: 65_000 }, 80)).toBe(
      "pulling x verifying 1:05",
    );
    expect(progressLine({ title: "pulling x", step, passedMs: 65_000 }, 16)).toBe(
      "pulling x… 1:05",
    );
  });
});

describe("progress on a terminal", () => {
  it("is drawn at once, at most ten times a second, and each second while nothing comes", () => {
    const clock = createManualClock();
    const console = createRecordedConsole({ statusCols: 40 });
    const progress = createProgress(console, { title: "loading x", clock });

    for (let step = 0; step < 100; step++) {
      clock.advance(10);
      progress.update({ share: step / 100 });
    }
    expect(console.drawn.length).toBeLessThanOrEqual(11);
    expect(console.drawn.length).toBeGreaterThanOrEqual(9);
    clock.advance(100);
    const before = console.drawn.length;
    clock.advance(3000);
    expect(console.drawn.length).toBe(before + 3);

    progress.end();
    clock.advance(5000);
    expect(console.drawn.length).toBe(before + 4);
    expect(console.drawn.at(-1)).toBe("");
    expect(clock.waiting).toBe(0);
  });

  it("tells how long it will take from the last seconds, not from what was there before", () => {
    const clock = createManualClock();
    const console = createRecordedConsole({ statusCols: 100 });
    const progress = createProgress(console, { title: "pulling x", clock });
    const totalBytes = gigabyte;

    progress.update({ share: 0, doneBytes: 0, totalBytes });
    for (let second = 0; second <= 4; second++) {
      const doneBytes = (500 + second * 10) * 1024 ** 2;
      progress.update({ share: doneBytes / totalBytes, doneBytes, totalBytes });
      clock.advance(1000);
    }

    expect(console.drawn.at(-1)).toMatch(/53% 540 MB of 1\.0 GB 10 MB\/s 0:48 left$/);
  });
});

describe("progress elsewhere", () => {
  it("is a line each tenth, and one for each other thing that is done", () => {
    const console = createRecordedConsole();
    const progress = createProgress(console, { title: "pulling x", clock: createManualClock() });

    progress.update({ note: "pulling manifest" });
    progress.update({ note: "pulling manifest" });
    for (let step = 0; step <= 100; step++) {
      progress.update({ share: step / 100, totalBytes: gigabyte, note: "pulling 6a07" });
    }
    progress.end();

    expect(console.notes).toHaveLength(12);
    expect(console.notes.slice(0, 3)).toEqual([
      "pulling x",
      "pulling x: pulling manifest",
      "pulling x: 10% of 1.0 GB",
    ]);
    expect(console.notes.at(-1)).toBe("pulling x: 100% of 1.0 GB");
  });
});

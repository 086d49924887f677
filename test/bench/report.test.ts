import { describe, expect, it } from "vitest";
import type { HarnessResult } from "./harness.ts";
import type { ProgramName } from "./programs.ts";
import { judge, type Run } from "./report.ts";
import type { WorkloadName } from "./workloads.ts";

const nothing: HarnessResult = {
  ready: true,
  firstByteMs: 10,
  readyMs: 20,
  times: [],
  missed: 0,
  stray: 0,
  seconds: 1,
  bytes: 0,
  cpuMs: 0,
  resident: 0,
  peak: 0,
};

function run(
  workload: WorkloadName,
  program: ProgramName,
  result: Partial<HarnessResult>,
  childBytesPerSecond = 0,
): Run {
  const measured = { ...nothing, ...result };
  return { workload, program, result: measured, childBytesPerSecond, leftovers: 0, faults: [] };
}

function verdicts(...runs: readonly Run[]): readonly string[] {
  return judge({ runs, frames: undefined }).map(
    ({ budget, held }) => `${budget}: ${held ? "kept" : "missed"}`,
  );
}

describe("the verdict on a budget", () => {
  it("compares medians of neighbours in the same run", () => {
    const tmux = run("echo-cat", "tmux", { times: [1, 1, 1] });

    expect(verdicts(run("echo-cat", "ai-rules", { times: [0.5, 0.4, 9] }), tmux)).toEqual([
      "≤ 0.5 x tmux: kept",
    ]);
    expect(verdicts(run("echo-cat", "ai-rules", { times: [0.6] }), tmux)).toEqual([
      "≤ 0.5 x tmux: missed",
    ]);
  });

  it("is left out where something was not measured", () => {
    expect(verdicts(run("echo-cat", "tmux", { times: [1] }))).toEqual([]);
  });

  it("looks at the slow keys of an idle program, too", () => {
    const times = [...Array.from({ length: 99 }, () => 0.3), 7];

    expect(verdicts(run("echo-idle", "ai-rules", { times }))).toEqual(["≤ 5 ms: missed"]);
  });

  it("takes a single byte at rest for a miss", () => {
    const rest = { seconds: 30, bytes: 1, cpuMs: 299, resident: 161e6 };

    expect(verdicts(run("rest", "ai-rules", rest))).toEqual([
      "0 bytes written: missed",
      "≤ 1 % of a core: kept",
      "≤ 160 MB: missed",
    ]);
  });

  it("counts the children that a slow terminal must not slow down", () => {
    const slow = run("slow-terminal", "ai-rules", { times: [40] }, 19e6);

    expect(verdicts(slow, run("slow-terminal", "tmux", { times: [50] }))).toEqual([
      "≤ 1 x tmux: kept",
      "≥ 20 MB/s: missed",
    ]);
  });

  it("knows what a frame may cost", () => {
    const frames = { oneCell: 0.01, everyCell: 0.9 };

    expect(judge({ runs: [], frames }).map(({ held }) => held)).toEqual([true, false]);
  });
});

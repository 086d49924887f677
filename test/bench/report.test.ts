import { describe, expect, it } from "vitest";
import type { HarnessResult } from "./harness.ts";
import type { ProgramName } from "./programs.ts";
import { judge, type Run } from "./report.ts";
import type { WorkloadName } from "./workloads.ts";

const nothing: HarnessResult = {
  ready: true,
  firstByteMs: 10,
  readyMs: 20,
  startCpuMs: 15,
  times: [],
  steps: [],
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
  { childBytesPerSecond = 0, roundsPerSecond = 0 }: Partial<Run> = {},
): Run {
  const measured = { ...nothing, ...result };
  const rates = { childBytesPerSecond, roundsPerSecond };
  return { workload, program, result: measured, ...rates, leftovers: 0, faults: [] };
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
    const slow = run("slow-terminal", "ai-rules", { times: [40] }, { childBytesPerSecond: 19e6 });

    expect(verdicts(slow, run("slow-terminal", "tmux", { times: [50] }))).toEqual([
      "≤ 1 x tmux: kept",
      "≥ 20 MB/s: missed",
    ]);
  });

  it("compares a start with an older build's, in time and in CPU", () => {
    const older = run("start", "older", { readyMs: 100, startCpuMs: 50 });

    expect(verdicts(run("start", "ai-rules", { readyMs: 104, startCpuMs: 53 }), older)).toEqual([
      "≤ 120 ms: kept",
      "≤ 1.05 x older: kept",
      "≤ 1.05 x older: missed",
    ]);
  });

  it("takes for the panel's what a run without it does not use", () => {
    const hidden = run("rest-panel", "panel-hidden", { seconds: 60, cpuMs: 120 });
    const rounds = { roundsPerSecond: 0.4 };

    expect(
      verdicts(run("rest-panel", "ai-rules", { seconds: 60, cpuMs: 200 }, rounds), hidden),
    ).toEqual(["0 bytes written: kept", "the panel ≤ 0.3 % of a core: kept", "≤ 5 ms CPU: kept"]);
    expect(
      verdicts(run("rest-panel", "ai-rules", { seconds: 60, cpuMs: 320 }, rounds), hidden),
    ).toEqual([
      "0 bytes written: kept",
      "the panel ≤ 0.3 % of a core: missed",
      "≤ 5 ms CPU: missed",
    ]);
  });

  it("believes no rest in which the runtimes were not asked", () => {
    const hidden = run("rest-panel", "panel-hidden", {});

    expect(verdicts(run("rest-panel", "ai-rules", {}), hidden).at(-1)).toBe("≤ 5 ms CPU: missed");
  });

  it("looks at both steps of picking a model", () => {
    const steps = [[], [49, 40], [17, 9], [], []];

    expect(verdicts(run("picker", "ai-rules", { steps }))).toEqual([
      "≤ 50 ms: kept",
      "≤ 16 ms: missed",
    ]);
  });

  it("knows what a frame may cost", () => {
    const frames = { oneCell: 0.01, everyCell: 0.9 };

    expect(judge({ runs: [], frames }).map(({ held }) => held)).toEqual([true, false]);
  });
});

/** Turns the runs into two Markdown tables: each budget with its verdict, and the figures behind it. */
import { cpus, loadavg, totalmem } from "node:os";
import type { HarnessResult } from "./harness.ts";
import { type ProgramName, programNames, versions } from "./programs.ts";
import { median, percentile } from "./statistics.ts";
import { type WorkloadName, workloadNames } from "./workloads.ts";

export type Run = {
  readonly workload: WorkloadName;
  readonly program: ProgramName;
  readonly result: HarnessResult;
  /** What the flooding panes wrote together; 0 where none counts. */
  readonly childBytesPerSecond: number;
  /** How often all runtimes were asked; 0 where there are none. */
  readonly roundsPerSecond: number;
  /** Processes that outlived the program. */
  readonly leftovers: number;
  /** What makes the run worth nothing. */
  readonly faults: readonly string[];
};

/** CPU of a frame at 316x80 with three panes, in ms. */
export type Frames = { readonly oneCell: number; readonly everyCell: number };

export type Measurements = { readonly runs: readonly Run[]; readonly frames: Frames | undefined };

/** A budget judged; one that was not measured has no verdict. */
export type Verdict = {
  readonly work: string;
  readonly budget: string;
  readonly measured: string;
  readonly held: boolean;
};

/** The whole report, in Markdown. */
export async function report(measurements: Measurements): Promise<string> {
  const verdicts = judge(measurements);
  return [
    await machine(),
    "",
    "| work | budget | measured | verdict |",
    "|---|---|---|---|",
    ...verdicts.map(
      (each) => `| ${each.work} | ${each.budget} | ${each.measured} | ${word(each)} |`,
    ),
    "",
    "| work | program | runs | median | p95 | p99 | max | notes |",
    "|---|---|---|---|---|---|---|---|",
    ...figures(measurements.runs),
    "",
    "",
  ].join("\n");
}

/** Judges every budget that was measured. */
export function judge({ runs, frames }: Measurements): readonly Verdict[] {
  const verdicts = [
    ...judgeRatio(runs, "echo-idle", "key to echo, idle, median", "tmux", 2.2),
    ...judgeRatio(runs, "echo-idle", "key to echo, idle, median", "mprocs", 0.6),
    ...judgeTail(runs, "echo-idle", "key to echo, idle, p99"),
    ...judgeRatio(runs, "echo-cat", "key to echo, both siblings `cat` for ever", "tmux", 0.5),
    ...judgeRatio(runs, "echo-yes", "key to echo, both siblings run `yes`", "tmux", 0.7),
    ...judgeRatio(runs, "cat-50mb", "`cat` of 50 MB of text and SGR in one pane", "tmux", 0.6),
    ...judgeFrames(frames),
    ...judgeRatio(
      runs,
      "slow-terminal",
      "key to echo, terminal drains 0.5 MB/s, three floods",
      "tmux",
      1,
    ),
    ...judgeChildren(runs),
    ...judgeStart(runs),
    ...judgeRatio(runs, "start", "the same, beside an older build", "older", 1.05),
    ...judgeStartCpu(runs),
    ...judgeRest(runs),
    ...judgeMemory(runs),
    ...judgeRatio(runs, "echo-panel", "key to echo beside three runtimes", "panel-hidden", 1.1),
    ...judgeTail(runs, "echo-panel", "key to echo beside three runtimes, p99"),
    ...judgePanelRest(runs),
    ...judgePicker(runs),
  ];
  return verdicts;
}

function judgeRatio(
  runs: readonly Run[],
  workload: WorkloadName,
  work: string,
  other: ProgramName,
  most: number,
): readonly Verdict[] {
  const [ours, theirs] = [
    median(values(runs, workload, "ai-rules")),
    median(values(runs, workload, other)),
  ];
  const budget = `≤ ${most} x ${other}`;
  if (Number.isNaN(ours) || Number.isNaN(theirs)) return [];
  const measured = `${ms(ours)} to ${ms(theirs)} = ${(ours / theirs).toFixed(2)}`;
  return [{ work, budget, measured, held: ours / theirs <= most }];
}

function judgeTail(runs: readonly Run[], workload: WorkloadName, work: string): readonly Verdict[] {
  const tail = percentile(times(runs, workload, "ai-rules"), 0.99);
  return judgeMs(work, tail, 5);
}

function judgeMs(work: string, value: number, most: number): readonly Verdict[] {
  if (Number.isNaN(value)) return [];
  return [{ work, budget: `≤ ${most} ms`, measured: ms(value), held: value <= most }];
}

function judgeFrames(frames: Frames | undefined): readonly Verdict[] {
  if (frames === undefined) return [];
  return [
    judgeFrame("one cell changed", frames.oneCell, 0.02),
    judgeFrame("every cell of three panes changed", frames.everyCell, 0.8),
  ];
}

function judgeFrame(work: string, value: number, most: number): Verdict {
  const measured = `${value.toFixed(4)} ms`;
  return {
    work: `frame at 316x80: ${work}`,
    budget: `≤ ${most} ms CPU`,
    measured,
    held: value <= most,
  };
}

function judgeChildren(runs: readonly Run[]): readonly Verdict[] {
  const rates = pick(runs, "slow-terminal", "ai-rules").map((run) => run.childBytesPerSecond / 1e6);
  if (rates.length === 0) return [];
  const rate = median(rates);
  return [
    {
      work: "the floods' children meanwhile, together",
      budget: "≥ 20 MB/s",
      measured: `${rate.toFixed(1)} MB/s`,
      held: rate >= 20,
    },
  ];
}

function judgeStart(runs: readonly Run[]): readonly Verdict[] {
  const start = median(values(runs, "start", "ai-rules"));
  return judgeMs("command to first child output, environment cached", start, 120);
}

/** What the main thread used: a busy machine makes a start slow, but changes this little. */
function judgeStartCpu(runs: readonly Run[]): readonly Verdict[] {
  const [ours, theirs] = (["ai-rules", "older"] as const).map((program) =>
    median(pick(runs, "start", program).map(({ result }) => result.startCpuMs)),
  );
  if (!ours || !theirs) return [];
  const measured = `${ms(ours)} to ${ms(theirs)} = ${(ours / theirs).toFixed(2)}`;
  const work = "CPU of the main thread until then";
  return [{ work, budget: "≤ 1.05 x older", measured, held: ours / theirs <= 1.05 }];
}

function judgeRest(runs: readonly Run[]): readonly Verdict[] {
  return pick(runs, "rest", "ai-rules").flatMap((run) => {
    const core = shareOfCore(run);
    const work = `${run.result.seconds.toFixed(0)} s of rest`;
    return [
      judgeSilence(work, run),
      { work, budget: "≤ 1 % of a core", measured: `${core.toFixed(2)} %`, held: core <= 1 },
    ];
  });
}

function judgeSilence(work: string, { result: { bytes } }: Run): Verdict {
  const budget = "0 bytes written";
  return { work, budget, measured: `${bytes} bytes`, held: bytes === 0 };
}

function shareOfCore({ result }: Run): number {
  return (result.cpuMs / (result.seconds * 1000)) * 100;
}

/** The panel is what it takes more than ai-rules without it, which looks after its panes, too. */
function judgePanelRest(runs: readonly Run[]): readonly Verdict[] {
  const hidden = median(pick(runs, "rest-panel", "panel-hidden").map(shareOfCore));
  return pick(runs, "rest-panel", "ai-rules").flatMap((run) => {
    const work = `${run.result.seconds.toFixed(0)} s of rest beside three runtimes`;
    if (Number.isNaN(hidden)) return [judgeSilence(work, run)];
    const shown = shareOfCore(run);
    const panel = Math.max(0, shown - hidden);
    const measured = `${panel.toFixed(2)} % (${shown.toFixed(2)} % to ${hidden.toFixed(2)} %)`;
    const budget = "the panel ≤ 0.3 % of a core";
    return [
      judgeSilence(work, run),
      { work, budget, measured, held: panel <= 0.3 },
      ...judgeRound((panel / 100) * 1000, run),
    ];
  });
}

/** `used`: CPU that the panel used in a second, in ms. */
function judgeRound(used: number, { roundsPerSecond }: Run): readonly Verdict[] {
  const work = "a round of asking three runtimes, with all the panel does";
  const budget = "≤ 5 ms CPU";
  if (roundsPerSecond === 0) return [{ work, budget, measured: "nobody was asked", held: false }];
  const round = used / roundsPerSecond;
  const every = `each ${(1 / roundsPerSecond).toFixed(1)} s`;
  return [{ work, budget, measured: `${ms(round)} ${every}`, held: round <= 5 }];
}

function judgePicker(runs: readonly Run[]): readonly Verdict[] {
  const [opens, filters] = pickerSteps(runs, "ai-rules");
  return [
    ...judgeMs("key to the picker with 500 models, p95", percentile(opens ?? [], 0.95), 50),
    ...judgeMs("key to its filtered list, p95", percentile(filters ?? [], 0.95), 16),
  ];
}

function pickerSteps(
  runs: readonly Run[],
  program: ProgramName,
): readonly [readonly number[], readonly number[]] {
  const steps = pick(runs, "picker", program).map(({ result }) => result.steps);
  // The first step is the prefix.
  const [opens, filters] = [1, 2].map((step) => steps.flatMap((each) => each[step] ?? []));
  return [opens ?? [], filters ?? []];
}

/** The floods before the rest have left their mark in the resident size by then. */
function judgeMemory(runs: readonly Run[]): readonly Verdict[] {
  const sizes = pick(runs, "rest", "ai-rules").map((run) => run.result.resident / 1e6);
  if (sizes.length === 0) return [];
  const size = Math.max(...sizes);
  return [
    {
      work: "resident memory after the floods",
      budget: "≤ 160 MB",
      measured: `${size.toFixed(0)} MB`,
      held: size <= 160,
    },
  ];
}

function figures(runs: readonly Run[]): readonly string[] {
  return workloadNames.flatMap((workload) =>
    programNames.flatMap((program) => {
      const picked = pick(runs, workload, program);
      if (picked.length === 0) return [];
      return seriesOf(runs, workload, program).map(({ name, values: series }) => {
        const shown = [0.5, 0.95, 0.99, 1].map((part) => ms(percentile(series, part)));
        return `| ${[name, program, picked.length, ...shown, notes(picked)].join(" | ")} |`;
      });
    }),
  );
}

type Series = { readonly name: string; readonly values: readonly number[] };

function seriesOf(
  runs: readonly Run[],
  workload: WorkloadName,
  program: ProgramName,
): readonly Series[] {
  switch (workload) {
    case "rest":
    case "rest-panel":
      return [];
    case "picker": {
      const [opens, filters] = pickerSteps(runs, program);
      return [
        { name: "picker, open", values: opens },
        { name: "picker, filter", values: filters },
      ];
    }
    default:
      return [{ name: workload, values: values(runs, workload, program) }];
  }
}

/** What is measured in ms in a workload. */
function values(
  runs: readonly Run[],
  workload: WorkloadName,
  program: ProgramName,
): readonly number[] {
  const isStart = workload === "start";
  return isStart ? starts(pick(runs, workload, program)) : times(runs, workload, program);
}

function starts(runs: readonly Run[]): readonly number[] {
  return runs.filter((run) => run.result.ready).map((run) => run.result.readyMs);
}

function notes(runs: readonly Run[]): string {
  const faults = runs.flatMap((run) => run.faults);
  const left = runs.reduce((sum, run) => sum + run.leftovers, 0);
  // tmux draws in its server; the harness sees the client only.
  const peaks = runs.filter((run) => run.program !== "tmux").map((run) => run.result.peak / 1e6);
  const rate = median(runs.map((run) => run.childBytesPerSecond)) / 1e6;
  return [
    ...(peaks.length > 0 ? [`peak ${Math.max(...peaks).toFixed(0)} MB`] : []),
    ...(rate > 0 ? [`children ${rate.toFixed(1)} MB/s`] : []),
    ...(left > 0 ? [`${left} processes left`] : []),
    ...new Set(faults),
  ].join("; ");
}

function pick(runs: readonly Run[], workload: WorkloadName, program: ProgramName): readonly Run[] {
  return runs.filter((run) => run.workload === workload && run.program === program);
}

function times(
  runs: readonly Run[],
  workload: WorkloadName,
  program: ProgramName,
): readonly number[] {
  return pick(runs, workload, program).flatMap((run) => run.result.times);
}

function ms(value: number): string {
  if (Number.isNaN(value)) return "-";
  return value >= 100 ? `${value.toFixed(0)} ms` : `${value.toFixed(value >= 10 ? 1 : 3)} ms`;
}

function word({ held }: Verdict): string {
  return held ? "kept" : "**missed**";
}

async function machine(): Promise<string> {
  const model = cpus()[0]?.model ?? "unknown CPU";
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]?.toFixed(1) ?? "?";
  return `${cpus().length} x ${model}, ${memory} GiB, load ${load}; ${await versions()}`;
}

/**
 * Compares ai-rules with tmux and mprocs on the same work, in one run, taking turns: on a busy
 * machine only the ratio between neighbours means something.
 *
 *   node test/bench/run.ts [--only NAME,NAME] [--runs N] [--quick] [--json FILE] [--against DIR]
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { processesWith } from "../e2e/processes.ts";
import { prepareEnvironment } from "./environment.ts";
import { measureFrames } from "./frames.ts";
import { compile, type HarnessResult, measure } from "./harness.ts";
import { missing, type ProgramName, prepare, programNames } from "./programs.ts";
import { type Measurements, type Run, report } from "./report.ts";
import { type Runtimes, startRuntimes } from "./runtimes.ts";
import {
  type Materials,
  makeTexts,
  type Workload,
  type WorkloadName,
  workload,
  workloadNames,
} from "./workloads.ts";

const run = promisify(execFile);

type Bench = {
  readonly materials: Materials;
  readonly mark: string;
  readonly present: readonly ProgramName[];
  readonly abort: AbortSignal;
};

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    runs: { type: "string", default: "3" },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    /** A checkout with an older build, whose start is measured beside ours. */
    against: { type: "string" },
  },
});

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => stop.abort());

await main();

async function main(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "ai-rules-bench-"));
  const mark = `${process.pid}`;
  try {
    const measurements = await measureAll(directory, mark);
    process.stdout.write(await report(measurements));
    if (options.json !== undefined) await writeFile(options.json, JSON.stringify(measurements));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    await killLeftovers(mark);
    await removeTree(directory);
  }
}

async function measureAll(directory: string, mark: string): Promise<Measurements> {
  const flood = await compile("flood");
  const texts = await makeTexts(directory, options.quick);
  const bench: Bench = {
    materials: { directory, flood, ...texts },
    mark,
    present: await presentPrograms(),
    abort: stop.signal,
  };
  const scale = { runs: options.quick ? 1 : Number(options.runs), quick: options.quick };
  const runs: Run[] = [];
  for (const name of wantedWorkloads()) {
    note(`${name} ...`);
    runs.push(...(await takeTurns(name, workload(name, bench.materials, scale), bench)));
  }
  return { runs, frames: wants("frames") ? await measureFrames() : undefined };
}

function wantedWorkloads(): readonly WorkloadName[] {
  return workloadNames.filter(wants);
}

function wants(name: string): boolean {
  return options.only === undefined || options.only.split(",").includes(name);
}

async function presentPrograms(): Promise<readonly ProgramName[]> {
  const present: ProgramName[] = [];
  for (const name of programNames) {
    const remedy = await missing(name, options.against);
    if (remedy === undefined) present.push(name);
    else if (name !== "older" || options.against !== undefined)
      note(`${name} is left out: ${remedy}`);
  }
  return present;
}

/** A B C A B C: a slow minute of the machine then hits all programs alike. */
async function takeTurns(
  name: WorkloadName,
  work: Workload,
  bench: Bench,
): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < work.runs; round++)
    for (const program of work.programs.filter((each) => bench.present.includes(each)))
      runs.push(await runOnce(name, program, work, bench));
  return runs;
}

async function runOnce(
  name: WorkloadName,
  program: ProgramName,
  work: Workload,
  { materials, mark, abort }: Bench,
): Promise<Run> {
  const directory = await mkdtemp(join(materials.directory, "run-"));
  const runtimes = work.runtimes === undefined ? undefined : await startRuntimes(work.runtimes);
  const { panes, agent = false } = work;
  const older = options.against;
  const settings = runtimes?.settings;
  const setting = { panes, agent, directory, mark, older, runtimes: settings };
  const prepared = await prepare(program, setting);
  try {
    if (work.cachedEnvironment === true && (program === "ai-rules" || program === "older"))
      await prepareEnvironment(prepared, abort);
    const begun = performance.now();
    const result = await measure(prepared, { keys: prepared.keys, ...work.harness }, abort);
    const rounds = await roundsOf(runtimes, begun);
    const childBytesPerSecond = await readCounters(work.counters);
    return {
      workload: name,
      program,
      result,
      childBytesPerSecond,
      roundsPerSecond: rounds,
      leftovers: await leftovers(prepared.stop, mark),
      faults: faultsOf(result, work),
    };
  } finally {
    await prepared.stop();
    runtimes?.stop();
    await killLeftovers(mark);
    await removeTree(directory);
  }
}

/** How often a second all runtimes were asked; 0 where there are none. */
async function roundsOf(runtimes: Runtimes | undefined, begun: number): Promise<number> {
  const rounds = (await runtimes?.rounds()) ?? 0;
  return rounds / ((performance.now() - begun) / 1000);
}

/** What makes a run worth nothing, in words. */
function faultsOf(result: HarnessResult, work: Workload): readonly string[] {
  const faults: string[] = [];
  if (!result.ready) faults.push("no pane came up");
  if (result.stray > 0) faults.push(`${result.stray} letters appeared untyped`);
  if (result.missed > 0) faults.push(`${result.missed} keys were not shown in time`);
  const wanted = work.harness.samples ?? 0;
  const shown = [...result.times, ...result.steps.flat()];
  if (result.ready && wanted > 0 && shown.length === 0) faults.push("no key was shown");
  return faults;
}

/** The rate of all flooding panes together; 0 where none counts. */
async function readCounters(paths: readonly string[]): Promise<number> {
  const rates = await Promise.all(
    paths.map(async (path) => {
      const [bytes = 0, seconds = 0] = (await readFile(path, "utf8").catch(() => ""))
        .trim()
        .split(" ")
        .map(Number);
      return seconds > 0 ? bytes / seconds : 0;
    }),
  );
  return rates.reduce((sum, rate) => sum + rate, 0);
}

/** What still lives a moment after the program has ended and its server was stopped. */
async function leftovers(stopServer: () => Promise<void>, mark: string): Promise<number> {
  await stopServer();
  const end = performance.now() + 2000;
  for (;;) {
    const left = await processesWith(`AI_RULES_BENCH=${mark}`);
    if (left.length === 0 || performance.now() > end) return left.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function killLeftovers(mark: string): Promise<void> {
  for (const { pid } of await processesWith(`AI_RULES_BENCH=${mark}`))
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended in between.
    }
}

/** A Nix store is read-only. */
async function removeTree(directory: string): Promise<void> {
  await run("chmod", ["-R", "u+w", directory]).catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

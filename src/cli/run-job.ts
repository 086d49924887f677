/** One job of a runtime as a command: with its progress, to its end or until it is interrupted. */
import { AiRulesError } from "../core/error.ts";
import type { ModelJob } from "../core/models.ts";
import type { OwnProcess, Ports } from "../platform/ports.ts";
import { createJobs, type JobEnd } from "../runtimes/jobs.ts";
import type { Console } from "./console.ts";
import type { ModelsSurvey } from "./models-survey.ts";
import { createProgress } from "./progress.ts";

/** What a command works with. */
export type Tools = {
  readonly ports: Ports;
  readonly console: Console;
  readonly ownProcess: Pick<OwnProcess, "onSignal" | "exit">;
};

type Job = {
  readonly survey: Pick<ModelsSurvey, "contextOf">;
  readonly runtime: string;
  readonly deed: ModelJob["deed"];
  /** "loading qwen3:8b"; printable. */
  readonly title: string;
  /** What it means that it was interrupted. */
  readonly cancelled: string;
};

/** Resolves to the exit code: 0, or that of the signal. Throws what the runtime says went wrong. */
export async function runJob(tools: Tools, job: Job): Promise<number> {
  const { console, ports } = tools;
  const progress = createProgress(console, { title: job.title, clock: ports.clock });
  const { end, signal } = await interruptible(tools, (abort) =>
    endOf(job, { abort, onProgress: (share) => progress.update({ share }) }),
  ).finally(progress.end);
  if (end.end === "done") return 0;
  if (end.problem) throw new AiRulesError(end.problem);
  console.note(`${job.title}: cancelled; ${job.cancelled}`);
  return exitCodeOfSignal(signal);
}

function endOf(
  { survey, runtime, deed }: Job,
  run: { readonly abort: AbortSignal; readonly onProgress: (share: number) => void },
): Promise<{ readonly end: JobEnd }> {
  return new Promise((resolve) => {
    const id = "job";
    const jobs = createJobs({
      runtime: survey.contextOf,
      onProgress: ({ progress }) => run.onProgress(progress),
      onEnd: (end) => resolve({ end }),
    });
    jobs.run({ id, runtime, deed });
    run.abort.addEventListener("abort", () => jobs.cancel(id), { once: true });
  });
}

/** Runs a deed that the first signal breaks off; the second one ends the process. */
export async function interruptible<T extends object>(
  { ownProcess }: Pick<Tools, "ownProcess">,
  deed: (abort: AbortSignal) => Promise<T>,
): Promise<T & { readonly signal?: NodeJS.Signals }> {
  const controller = new AbortController();
  let signal: NodeJS.Signals | undefined;
  const stop = ownProcess.onSignal((name) => {
    if (signal !== undefined) ownProcess.exit(exitCodeOfSignal(name));
    signal = name;
    controller.abort(new DOMException("interrupted", "AbortError"));
  });
  try {
    const result = await deed(controller.signal);
    return signal === undefined ? result : { ...result, signal };
  } finally {
    stop();
  }
}

/** 128 and the signal's number, as shells have it. */
export function exitCodeOfSignal(name: NodeJS.Signals | undefined): number {
  return name === "SIGTERM" ? 143 : name === "SIGHUP" ? 129 : 130;
}

/**
 * Runs the jobs: one thing a runtime is asked to do, to its end. A load may take minutes and has no
 * time-out; cancelling it breaks its request off, which is how runtimes are told to stop loading.
 */
import { type Problem, toProblem } from "../core/error.ts";
import type { ModelJob } from "../core/models.ts";
import type { Adapter } from "./adapter.ts";
import type { JobWatcher } from "./monitor/monitor.ts";
import type { Speaker } from "./monitor/monitor-round.ts";

export type JobEnd = {
  readonly id: string;
  readonly end: "done" | "cancelled" | "failed";
  readonly problem?: Problem;
};

export type Jobs = {
  /** Starts a job; one of the same id is broken off and reports nothing more. */
  readonly run: (job: ModelJob) => void;
  /** Breaks a job off; it ends as "cancelled". An unknown id is fine. */
  readonly cancel: (id: string) => void;
  /** Breaks all jobs off; nothing is reported any more. */
  readonly stop: () => void;
};

export type JobsOptions = {
  /** What speaks to a runtime: the monitor's `contextOf`. */
  readonly runtime: (id: string) => Speaker | undefined;
  /** The monitor's `jobs`: it looks closer while they run, and tells how far loads are. */
  readonly watch?: JobWatcher;
  /** 0 to 1, never less than before. */
  readonly onProgress: (progress: { readonly id: string; readonly progress: number }) => void;
  readonly onEnd: (end: JobEnd) => void;
};

/** Less than this is not worth a word. */
const progressStep = 0.01;

export function createJobs({ runtime, watch, onProgress, onEnd }: JobsOptions): Jobs {
  const running = new Map<string, AbortController>();

  async function run(job: ModelJob): Promise<void> {
    const controller = new AbortController();
    running.get(job.id)?.abort(cancelled());
    running.set(job.id, controller);
    const isCurrent = () => running.get(job.id) === controller;
    const report = rising((progress) => {
      if (isCurrent()) onProgress({ id: job.id, progress });
    });
    watch?.started(job, report);
    const end = await outcomeOf(job, { runtime, report, abort: controller.signal });
    watch?.ended(job, end);
    if (!isCurrent()) return;
    running.delete(job.id);
    onEnd({ id: job.id, ...end });
  }

  return {
    run: (job) => void run(job),
    cancel: (id) => running.get(id)?.abort(cancelled()),
    stop() {
      const controllers = [...running.values()];
      running.clear();
      for (const controller of controllers) controller.abort(cancelled());
    },
  };
}

function cancelled(): DOMException {
  return new DOMException("cancelled", "AbortError");
}

/** Tells progress that goes on; several may know of it, and none of them can go back. */
function rising(tell: (progress: number) => void): (progress: number) => void {
  let last = 0;
  return (progress) => {
    const next = Math.min(Math.max(progress, 0), 1);
    if (!(next >= last + progressStep) && !(next === 1 && last < 1)) return;
    last = next;
    tell(next);
  };
}

type Work = {
  readonly runtime: JobsOptions["runtime"];
  readonly report: (progress: number) => void;
  readonly abort: AbortSignal;
};

async function outcomeOf(
  job: ModelJob,
  { runtime, report, abort }: Work,
): Promise<Omit<JobEnd, "id">> {
  try {
    const speaker = runtime(job.runtime);
    if (!speaker) return { end: "failed", problem: notThere(job.runtime) };
    const deed = perform(job, { ...speaker, report, abort });
    if (!deed) return { end: "failed", problem: cannot(job, speaker.adapter) };
    await unlessAborted(deed, abort);
    return { end: "done" };
  } catch (error) {
    return abort.aborted ? { end: "cancelled" } : { end: "failed", problem: toProblem(error) };
  }
}

type Deed = Speaker & Omit<Work, "runtime">;

/** Starts the deed; undefined when the runtime cannot do it. */
function perform(
  { deed }: ModelJob,
  { adapter, context, report, abort }: Deed,
): Promise<void> | undefined {
  switch (deed.type) {
    case "load":
      return adapter.load?.(context, {
        model: deed.model,
        ...(deed.context !== undefined && adapter.abilities.loadContext
          ? { context: deed.context }
          : {}),
        ...(deed.keepAlive !== undefined && adapter.abilities.keepAlive
          ? { keepAlive: deed.keepAlive }
          : {}),
        onProgress: report,
        abort,
      });
    case "unload":
      return adapter.unload?.(context, { name: deed.model, instance: deed.instance });
    case "keep-alive":
      return adapter.setKeepAlive?.(context, deed.model, deed.keepAlive);
    case "derive":
      return adapter.derive?.(context, {
        from: deed.from,
        name: deed.model,
        context: deed.context,
        abort,
      });
    default:
      return deed satisfies never;
  }
}

/** What cannot be broken off goes on without us. */
async function unlessAborted(deed: Promise<void>, abort: AbortSignal): Promise<void> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled());
    abort.addEventListener("abort", onAbort);
    if (abort.aborted) onAbort();
  });
  try {
    await Promise.race([deed, aborted]);
  } finally {
    abort.removeEventListener("abort", onAbort);
  }
}

function notThere(id: string): Problem {
  return {
    code: "runtime/not-there",
    message: `no runtime "${id}" is there to be asked`,
    remedy: "look which ones there are: `ai-rules models`",
  };
}

const words = {
  load: "load a model",
  unload: "unload a model",
  "keep-alive": "be told how long to keep a model",
  derive: "make a model with another context",
} as const;

function cannot({ deed }: ModelJob, { title }: Adapter): Problem {
  return {
    code: "runtime/cannot",
    message: `${title} cannot ${words[deed.type]}`,
    remedy: `do it where ${title} runs`,
  };
}

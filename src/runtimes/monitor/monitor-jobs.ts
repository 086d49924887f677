/** The jobs that run at one place: what we do ourselves is no trouble of the runtime. */
import { isSameModelName } from "../../core/model-ref.ts";
import type { ModelJob } from "../../core/models.ts";
import type { Clock } from "../../platform/ports.ts";

export type JobNotes = {
  readonly started: (job: ModelJob, onProgress: (progress: number) => void) => void;
  readonly ended: (job: ModelJob) => void;
  readonly pending: () => boolean;
  /** Whether a job loads a model, or did a moment ago. */
  readonly weLoad: (model: string) => boolean;
  /** Whether a job unloads a model, or did a moment ago. */
  readonly weUnload: (model: string) => boolean;
  /** Tells the job that loads a model how far it is. */
  readonly progressed: (model: string, progress: number) => void;
  /** The load that has been running longest; `since` is monotonic ms. */
  readonly oldestLoad: () => { readonly model: string; readonly since: number } | undefined;
};

type Note = {
  readonly job: ModelJob;
  readonly since: number;
  readonly onProgress: (progress: number) => void;
};

/** What a job did can be seen this long after its end, in ms. */
const afterwardsMs = 15_000;

export function createJobNotes(clock: Pick<Clock, "monotonic">): JobNotes {
  const running = new Map<string, Note>();
  let ended: readonly { readonly job: ModelJob; readonly at: number }[] = [];

  function concerning(model: string, isSuch: (deed: ModelJob["deed"]) => boolean): boolean {
    const now = clock.monotonic();
    const recent = ended.filter(({ at }) => now - at < afterwardsMs);
    return [...running.values(), ...recent].some(
      ({ job: { deed } }) => isSuch(deed) && isSameModelName(deed.model, model),
    );
  }

  return {
    started: (job, onProgress) =>
      void running.set(job.id, { job, since: clock.monotonic(), onProgress }),
    ended(job) {
      const now = clock.monotonic();
      if (running.get(job.id)?.job === job) running.delete(job.id);
      ended = [...ended.filter(({ at }) => now - at < afterwardsMs), { job, at: now }];
    },
    pending: () => running.size > 0,
    // Setting its time loads a model that is not loaded (Ollama).
    weLoad: (model) => concerning(model, ({ type }) => type === "load" || type === "keep-alive"),
    weUnload: (model) => concerning(model, ({ type }) => type === "unload"),
    progressed(model, progress) {
      for (const { job, onProgress } of running.values())
        if (job.deed.type === "load" && isSameModelName(job.deed.model, model))
          onProgress(progress);
    },
    oldestLoad() {
      const loads = [...running.values()].filter(({ job }) => job.deed.type === "load");
      const oldest = loads.toSorted((a, b) => a.since - b.since)[0];
      return oldest && { model: oldest.job.deed.model, since: oldest.since };
    },
  };
}

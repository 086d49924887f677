/**
 * A load that is done is told of when it is also seen: with the context that the runtime really gave
 * the model, which is what the agent is told. That takes one more question to the runtime.
 */
import { findLoaded } from "../core/installed-models.ts";
import type { ModelJob } from "../core/models.ts";
import type { RuntimeState } from "../core/runtime.ts";
import type { Clock } from "../platform/ports.ts";

export type LoadedNews = {
  /** Calls `then` once the model that a job has loaded is seen, or cannot be. */
  readonly await: (job: ModelJob, then: () => void) => void;
  readonly runtimeChanged: (runtime: RuntimeState) => void;
  readonly stop: () => void;
};

type Awaited = { readonly job: ModelJob; readonly done: () => void };

/** A runtime that has not told by then is taken by its word. */
const patienceMs = 2500;

export function createLoadedNews(
  clock: Pick<Clock, "after">,
  runtimes: () => readonly RuntimeState[],
): LoadedNews {
  let awaited: readonly Awaited[] = [];
  const cancels = new Set<() => void>();

  function awaitNews(job: ModelJob, then: () => void): void {
    const runtime = runtimes().find(({ address }) => address.id === job.runtime);
    if (!runtime || !canBeSeen(job, runtime) || isSeen(job, runtime)) return then();
    const cancel = clock.after(patienceMs, () => entry.done());
    cancels.add(cancel);
    const entry: Awaited = {
      job,
      done: () => {
        cancel();
        cancels.delete(cancel);
        awaited = awaited.filter((each) => each !== entry);
        then();
      },
    };
    awaited = [...awaited, entry];
  }

  return {
    await: awaitNews,
    runtimeChanged(runtime) {
      const news = awaited.filter(({ job }) => {
        return job.runtime === runtime.address.id && isSeen(job, runtime);
      });
      for (const { done } of news) done();
    },
    stop() {
      awaited = [];
      for (const cancel of cancels) cancel();
      cancels.clear();
    },
  };
}

function canBeSeen({ deed }: ModelJob, { abilities }: RuntimeState): boolean {
  return deed.type === "load" && abilities.seesLoaded;
}

function isSeen({ deed }: ModelJob, runtime: RuntimeState): boolean {
  return findLoaded(runtime, deed.model)?.state === "loaded";
}

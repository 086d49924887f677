/** What speaks against a download, as soon as its size is known. */
import { memory as memoryText } from "../core/format.ts";
import type { PullProgress } from "../runtimes/adapter.ts";
import { fitIn, type ModelsSurvey } from "./models-survey.ts";
import type { Target } from "./pull-target.ts";

type Doubtful = {
  readonly target: Target;
  readonly progress: PullProgress;
  readonly free: number | undefined;
};

/** Why a download had better not be finished; undefined when all is well or nothing is known. */
export function doubtOf(
  { models }: ModelsSurvey,
  { target, progress, free }: Doubtful,
): string | undefined {
  const { totalBytes, doneBytes = 0 } = progress;
  if (totalBytes === undefined || !target.runtime.address.local) return undefined;
  const left = totalBytes - doneBytes;
  const size = `${target.ref} is ${memoryText(totalBytes)}`;
  if (free !== undefined && left > free)
    return `${size}, and only ${memoryText(free)} of the disk are free`;
  const model = { name: target.model, sizeBytes: totalBytes, ...unknownModel };
  const {
    verdict,
    needBytes = 0,
    freeBytes = 0,
  } = fitIn(models, {
    runtime: target.runtime,
    model,
  });
  const memory = `it takes about ${memoryText(needBytes)} of memory, and ${memoryText(freeBytes)} are free`;
  if (verdict === "will-not-fit") return `${size} and will not fit: ${memory}`;
  if (verdict === "partly-on-cpu")
    return `${size} and will run partly on the CPU, slowly: ${memory}`;
  return undefined;
}

const unknownModel = { chat: true, cloud: false, described: false } as const;

/** Says why a download had better not be finished. */
export type Doubt = (progress: PullProgress) => string | undefined;

/** A total that grows by more than this is looked at again: a model can come in several files. */
const growth = 1.1;

/** Hears how large a download is, and breaks it off when something speaks against it. */
export function createDoubts(doubt: Doubt | undefined) {
  const controller = new AbortController();
  let why: string | undefined;
  let checkedBytes = 0;
  return {
    signal: controller.signal,
    why: () => why,
    hear(step: PullProgress) {
      const { totalBytes = 0 } = step;
      if (!doubt || totalBytes <= checkedBytes * growth) return;
      checkedBytes = totalBytes;
      why = doubt(step);
      if (why !== undefined) controller.abort(new DOMException("too large", "AbortError"));
    },
  };
}

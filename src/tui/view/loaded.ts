/**
 * Loaded models in words. What a runtime is being asked to do counts as well: an Ollama tells of a
 * model only once it is loaded (measured on 0.30 and later), our own job knows of it before.
 */
import { percent, roughly } from "../../core/format.ts";
import { type ModelsView, namesOneModel } from "../../core/installed-models.ts";
import { loadedInUse } from "../../core/model-use.ts";
import type { RunningJob } from "../../core/models.ts";
import type { LoadedModel, RuntimeState } from "../../core/runtime.ts";
import { elapsed } from "../../core/switch-text.ts";

/** A model that is loaded, or on its way in or out. */
export type ShownModel = LoadedModel & {
  /** Since when it is on its way, where we asked for it (ms since the epoch). */
  readonly since?: number;
};

/** The models of a runtime that are loaded or on their way. */
export function shownModels(runtime: RuntimeState, view: ModelsView): readonly ShownModel[] {
  const own = view.models.jobs.filter((job) => job.runtime === runtime.address.id);
  const known = loadedInUse(view, runtime).map((model) => withJob(runtime, model, own));
  const coming = own.flatMap((job): readonly ShownModel[] => {
    if (job.deed.type !== "load") return [];
    const { model: name } = job.deed;
    if (runtime.loaded.some((each) => namesOneModel(runtime, each.name, name))) return [];
    return [{ name, instance: name, state: "loading", ...journey(job) }];
  });
  return [...known, ...coming];
}

function withJob(
  runtime: RuntimeState,
  model: LoadedModel,
  jobs: readonly RunningJob[],
): ShownModel {
  const leaves = jobs.find(({ deed }) => {
    return deed.type === "unload" && deed.instance === model.instance;
  });
  if (leaves) return { ...model, state: "unloading", since: leaves.since };
  const comes = jobs.find(({ deed }) => {
    return deed.type === "load" && namesOneModel(runtime, deed.model, model.name);
  });
  return comes && model.state === "loading" ? { ...model, ...journey(comes) } : model;
}

function journey({ since, progress }: RunningJob): Pick<ShownModel, "since" | "progress"> {
  return progress === undefined ? { since } : { since, progress };
}

/** "4m", "forever", "in use", "unloading", "loading 0:12 40%"; nothing where it is not known. */
export function untilText(model: ShownModel, now: number): string | undefined {
  const { state, since, progress, busy, expiresAt } = model;
  if (state === "loading" && since === undefined) {
    return progress === undefined ? "loading" : `loading ${percent(progress)}`;
  }
  if (state === "loading") return `loading ${elapsed({ since: since ?? now, ...model }, now)}`;
  if (state !== "loaded") return state;
  if (busy) return "in use";
  if (expiresAt === undefined) return undefined;
  if (expiresAt === "never") return "forever";
  // While a request runs an Ollama's timer stands still, so the time can have gone by.
  if (expiresAt <= now) return "in use";
  return expiresAt - now < 60_000 ? "<1m" : roughly(expiresAt - now);
}

/** "100% GPU", "48% CPU": where a model is; nothing where the numbers do not tell. */
export function splitText({ sizeBytes, gpuBytes }: LoadedModel): string | undefined {
  if (sizeBytes === undefined || gpuBytes === undefined) return undefined;
  if (sizeBytes === 0 || gpuBytes > sizeBytes) return undefined;
  if (gpuBytes === sizeBytes) return "100% GPU";
  return `${percent(1 - gpuBytes / sizeBytes)} CPU`;
}

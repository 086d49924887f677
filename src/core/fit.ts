/**
 * Whether a model fits into the memory, with the arithmetic: weights, the keys and values of its
 * context, what computing takes, a reserve. An estimate until the model is loaded; then the runtime
 * has measured it. It advises: a runtime may do better or worse than this.
 */
import { tokens } from "./format.ts";
import { bytesHere, freeFor, loadedBytes, releasedBytes } from "./free-memory.ts";
import {
  type FindInstalled,
  findInstalled,
  findLoaded,
  namesOneModel,
  sharesWeights,
} from "./installed-models.ts";
import { guessedKvBytesPerToken, kvBytes } from "./kv-cache.ts";
import { likelyContext } from "./likely-context.ts";
import type { AgentMode } from "./mode.ts";
import type { SwitchPlan } from "./models.ts";
import type { InstalledModel, LoadedModel, MemoryState, RuntimeState } from "./runtime.ts";
import { runtimeTraits } from "./runtime-traits.ts";
import { weightsOf } from "./weights.ts";

export { fitLines, fitWord, unloadNames } from "./fit-text.ts";
export { kvBytesPerToken } from "./kv-cache.ts";

export type FitRequest = {
  readonly model: InstalledModel;
  readonly runtime: RuntimeState;
  readonly runtimes: readonly RuntimeState[];
  readonly memory?: MemoryState | undefined;
  /** In tokens; without one, the context the model would get by itself. */
  readonly context?: number | undefined;
  readonly usedBy: (runtime: RuntimeState, model: string) => readonly AgentMode[];
  /** The modes it is loaded for; those that use it unless set. */
  readonly modes?: readonly AgentMode[];
  /** Models that other programs of ours use: those are never proposed to be unloaded. */
  readonly usedElsewhere?: (runtime: RuntimeState, model: string) => boolean;
  /** An `installedIndex`, for who asks of many models. */
  readonly find?: FindInstalled;
};

export type Verdict =
  /** It takes at most 80 % of what is free: the share up to which Ollama unloads nothing. */
  | "fits"
  | "tight"
  | "fits-after-unloading"
  | "partly-on-cpu"
  | "will-not-fit"
  /** Its size or the memory is not known. */
  | "unknown"
  /** It takes no memory of this machine. */
  | "remote";

export type Fit = {
  readonly verdict: Verdict;
  readonly needBytes?: number;
  readonly freeBytes?: number;
  readonly parts: readonly { readonly label: string; readonly bytes: number }[];
  /** `needBytes` is an estimate. */
  readonly about: boolean;
  /** What has to go first when it fits after unloading; those that no mode uses come first. */
  readonly unload: SwitchPlan["unloadFirst"];
  readonly context: number;
  /** Of which memory `freeBytes` is free. */
  readonly budget?: { readonly bytes: number; readonly from: string };
  /** Loaded models that make room by themselves: another variant of the weights, MLX's one model. */
  readonly replaces: readonly string[];
};

export function fitOf(request: FitRequest): Fit {
  if (request.context !== undefined) return fitWith(request, request.context);
  const { runtime, model, memory, find } = request;
  const modes = request.modes ?? request.usedBy(runtime, model.name);
  const likely = likelyContext({ runtime, model, memory, name: model.name, find, modes });
  const fit = fitWith(request, likely.tokens);
  // Since 0.30 Ollama tries again with less when its own default does not fit.
  const isOver = likely.automatic && likely.tokens > lowerContext && !isGood(fit.verdict);
  return isOver ? fitWith(request, lowerContext) : fit;
}

const lowerContext = 32_768;

function fitWith(request: FitRequest, context: number): Fit {
  const { model, runtime, memory } = request;
  const nothing = { parts: [], about: true, unload: [], context, replaces: [] };
  if (model.cloud || !runtime.address.local) return { ...nothing, verdict: "remote" };
  const measured = measuredFit(request, context);
  if (measured) return measured;
  const parts = partsOf(request, context);
  const needBytes = sum(parts.map(({ bytes }) => bytes));
  if (parts.length === 0) return { ...nothing, verdict: "unknown" };
  if (!memory) return { ...nothing, verdict: "unknown", parts, needBytes };
  const replaced = replacedBy(request);
  const { freeBytes: free, budget, isOwn } = freeFor(request, { memory, replaced });
  return {
    ...nothing,
    ...verdictOf(request, { needBytes, free, isOwn }),
    parts,
    needBytes,
    freeBytes: free,
    budget,
    replaces: replaced
      .filter(({ name }) => !namesOneModel(runtime, name, model.name))
      .map(({ name }) => name),
  };
}

/**
 * The longest of the usual contexts, or the model's longest one, with which it fits as things are;
 * undefined when none does or nothing is known.
 */
export function largestContextThatFits(request: FitRequest): number | undefined {
  const longest = request.model.maxContext ?? bestKnownContext;
  const contexts = [longest, ...usualContexts.filter((context) => context < longest)];
  return contexts.find((context) => isGood(fitOf({ ...request, context }).verdict));
}

const usualContexts = [262_144, 131_072, 65_536, 32_768, 16_384, 8192, 4096] as const;
const bestKnownContext = 131_072;

/** Whether a model of that verdict can be used without doing anything first. */
export function isGood(verdict: Verdict): boolean {
  return verdict === "fits" || verdict === "tight";
}

/** A loaded model has what it needs: the runtime says how much, and whether it is all on the GPU. */
function measuredFit({ model, runtime, memory }: FitRequest, context: number): Fit | undefined {
  const loaded = findLoaded(runtime, model.name);
  if (loaded?.state !== "loaded" || loaded.sizeBytes === undefined) return undefined;
  if (loaded.context !== undefined && loaded.context !== context) return undefined;
  return {
    verdict: isPartlyOnCpu(loaded, memory) ? "partly-on-cpu" : "fits",
    needBytes: loaded.sizeBytes,
    parts: [{ label: "measured", bytes: loaded.sizeBytes }],
    about: false,
    unload: [],
    context,
    replaces: [],
  };
}

/**
 * Whether a part of a loaded model that counts is not in the GPU's memory, where there is a GPU. The
 * table of words can stay in RAM at no cost, so that a little less than all of it is fine.
 */
export function isPartlyOnCpu(
  { sizeBytes, gpuBytes }: Pick<LoadedModel, "sizeBytes" | "gpuBytes">,
  memory: MemoryState | undefined,
): boolean {
  if (memory?.kind === "ram" || sizeBytes === undefined || gpuBytes === undefined) return false;
  return gpuBytes < 0.95 * sizeBytes;
}

const mebibyte = 1024 ** 2;

function partsOf({ model, runtime, memory }: FitRequest, context: number): Fit["parts"] {
  const weights = weightsOf(model, runtime);
  if (!weights) return [];
  const { shape, family } = model;
  const length = `context ${tokens(context)}`;
  const parts = [
    { label: weights.guessed ? "weights (guessed)" : "weights", bytes: weights.bytes },
    shape
      ? { label: length, bytes: kvBytes({ shape, family }, context) }
      : { label: `${length} (guessed)`, bytes: guessedKvBytesPerToken(model) * context },
    { label: "compute", bytes: computeBytes(runtime, context) },
    { label: "reserve", bytes: reserveBytes(runtime, memory) },
  ];
  return parts.filter(({ bytes }) => bytes > 0);
}

/** What Ollama (0.30 and later) adds for the larger batches it takes with longer contexts. */
function computeBytes({ kind }: RuntimeState, context: number): number {
  if (kind !== "ollama" || context <= 4096) return 0;
  return context > 32_768 ? 2048 * mebibyte : 768 * mebibyte;
}

/** What llama.cpp's runtimes keep free on a device (Ollama: 457 MiB, 512 MiB with Metal). */
function reserveBytes({ kind }: RuntimeState, memory: MemoryState | undefined): number {
  if (!runtimeTraits[kind].keepsReserve) return 0;
  return (memory?.kind === "unified" ? 512 : 457) * mebibyte;
}

/** What is loaded and goes by itself when the model comes, itself included. */
function replacedBy({ model, runtime, find = findInstalled }: FitRequest): readonly LoadedModel[] {
  // mlx_lm.server has one model at a time, and drops the old one first.
  const { oneModel, oneOfAFile } = runtimeTraits[runtime.kind];
  if (oneModel) return runtime.loaded;
  return runtime.loaded.filter(({ name }) => {
    if (namesOneModel(runtime, name, model.name)) return true;
    const other = oneOfAFile ? find(runtime, name) : undefined;
    return other !== undefined && sharesWeights(other, model);
  });
}

type Need = { readonly needBytes: number; readonly free: number; readonly isOwn: boolean };

function verdictOf(request: FitRequest, need: Need): Pick<Fit, "verdict" | "unload"> {
  if (need.needBytes <= 0.8 * need.free) return { verdict: "fits", unload: [] };
  if (need.needBytes <= need.free) return { verdict: "tight", unload: [] };
  const unload = whatToUnload(request, need);
  if (unload.length > 0) return { verdict: "fits-after-unloading", unload };
  return { verdict: runsOnCpu(request, need) ? "partly-on-cpu" : "will-not-fit", unload: [] };
}

function runsOnCpu(request: FitRequest, { needBytes, free, isOwn }: Need): boolean {
  const { runtime, memory } = request;
  // Of the runtime's own limit nothing is moved elsewhere: it is no border in the memory.
  const { spillsToCpu } = runtimeTraits[runtime.kind];
  if (!memory || memory.kind === "ram" || !spillsToCpu || isOwn) return false;
  // Memory that GPU and CPU share counts once.
  const onGpu = memory.kind === "gpu" ? free : releasedBytes(memory, replacedBy(request));
  return needBytes <= onGpu + memory.ramFreeBytes;
}

/** The fewest models that make room: first among those no mode uses, then among all idle ones. */
function whatToUnload(request: FitRequest, { needBytes, free, isOwn }: Need): Fit["unload"] {
  const missing = needBytes - free;
  if (loadedBytes(request) < missing) return [];
  const candidates = unloadable(request).filter(
    ({ runtime }) => !isOwn || runtime === request.runtime,
  );
  const unused = candidates.filter(({ used }) => !used);
  const chosen = fewest(unused, missing) ?? fewest(candidates, missing) ?? [];
  return chosen.map(({ runtime, model }) => ({
    runtime: runtime.address.id,
    model: model.name,
    instance: model.instance,
  }));
}

type Loaded = { readonly runtime: RuntimeState; readonly model: LoadedModel };

function localModels(runtimes: readonly RuntimeState[]): readonly Loaded[] {
  return runtimes
    .filter(({ address }) => address.local)
    .flatMap((runtime) => runtime.loaded.map((model) => ({ runtime, model })));
}

type Candidate = Loaded & { readonly bytes: number; readonly used: boolean };

function unloadable(request: FitRequest): readonly Candidate[] {
  const { memory, usedBy, usedElsewhere } = request;
  if (!memory) return [];
  const replaced = replacedBy(request);
  return localModels(request.runtimes)
    .filter(({ runtime, model }) => {
      const isIdle = model.state === "loaded" && model.busy !== true && !model.stays;
      const isOther = runtime !== request.runtime || !replaced.includes(model);
      return isIdle && isOther && runtime.abilities.unload && !usedElsewhere?.(runtime, model.name);
    })
    .map((loaded) => ({
      ...loaded,
      bytes: bytesHere(loaded.model, memory),
      used: usedBy(loaded.runtime, loaded.model.name).length > 0,
    }))
    .filter(({ bytes }) => bytes > 0);
}

/** The smallest one that is enough, else the largest ones until it is; undefined when all are not. */
function fewest(
  candidates: readonly Candidate[],
  missing: number,
): readonly Candidate[] | undefined {
  // Unused ones before used ones, then by size.
  const bySize = candidates.toSorted(
    (a, b) => Number(a.used) - Number(b.used) || b.bytes - a.bytes,
  );
  const enough = bySize.filter(({ bytes }) => bytes >= missing);
  const smallest = enough.filter(({ used }) => used === enough[0]?.used).at(-1);
  if (smallest) return [smallest];
  const taken: Candidate[] = [];
  for (const candidate of bySize) {
    taken.push(candidate);
    if (sum(taken.map(({ bytes }) => bytes)) >= missing) return withoutNeedless(taken, missing);
  }
  return undefined;
}

function withoutNeedless(taken: readonly Candidate[], missing: number): readonly Candidate[] {
  const total = sum(taken.map(({ bytes }) => bytes));
  const needless = taken.find(({ bytes }) => total - bytes >= missing);
  if (!needless) return taken;
  return withoutNeedless(
    taken.filter((candidate) => candidate !== needless),
    missing,
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

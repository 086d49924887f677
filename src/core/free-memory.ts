/** What is free of the memory for a model of a runtime. */
import type { LoadedModel, MemoryState, RuntimeState } from "./runtime.ts";

type Runtimes = {
  readonly runtime: RuntimeState;
  readonly runtimes: readonly RuntimeState[];
};

export type Free = {
  readonly freeBytes: number;
  readonly budget: { readonly bytes: number; readonly from: string };
  /** The runtime's own limit is what is scarce: only its own models can make room. */
  readonly isOwn: boolean;
};

type Place = { readonly memory: MemoryState; readonly replaced: readonly LoadedModel[] };

/** The least of what all models may take and of what those of the runtime may. */
export function freeFor({ runtime, runtimes }: Runtimes, { memory, replaced }: Place): Free {
  const shared = freeBytes(runtimes, { memory, replaced });
  const { id, tuning } = runtime.address;
  const limit = tuning?.memoryLimit?.value;
  const taken = sum(runtime.loaded.map((model) => bytesHere(model, memory)));
  const own = (limit ?? Infinity) - taken + releasedBytes(memory, replaced);
  if (limit === undefined || own >= shared) {
    const budget = { bytes: memory.budgetBytes, from: memory.budgetFrom };
    return { freeBytes: shared, budget, isOwn: false };
  }
  const budget = { bytes: limit, from: `runtimes.${id}.memoryLimit` };
  return { freeBytes: Math.max(0, own), budget, isOwn: true };
}

/** What models may take of the memory, less what others have of it. */
function freeBytes(runtimes: readonly RuntimeState[], { memory, replaced }: Place): number {
  const released = releasedBytes(memory, replaced);
  // A budget for models counts only what models have of it.
  const taken = countsAllPrograms(memory) ? loadedBytes({ memory, runtimes }) : memory.usedBytes;
  const budgetLeft = memory.budgetBytes - taken + released;
  // Memory that GPU and CPU share is gone for models, too, when other programs have it.
  const ramLeft = memory.kind === "gpu" ? budgetLeft : memory.ramFreeBytes + released;
  return Math.max(0, Math.min(budgetLeft, ramLeft));
}

/** What comes free when these models go. */
export function releasedBytes(memory: MemoryState, replaced: readonly LoadedModel[]): number {
  return sum(replaced.map((model) => bytesHere(model, memory)));
}

/** Whether what is used is the RAM of all programs, since the share of a GPU cannot be told. */
function countsAllPrograms({ kind, usedBytes, ramBytes, ramFreeBytes }: MemoryState): boolean {
  return kind === "ram" || (kind === "unified" && usedBytes === ramBytes - ramFreeBytes);
}

/** The part of a loaded model that is in the memory models are loaded into. */
export function bytesHere({ gpuBytes, sizeBytes }: LoadedModel, { kind }: MemoryState): number {
  return (kind === "ram" ? sizeBytes : (gpuBytes ?? sizeBytes)) ?? 0;
}

type LoadedInto = {
  readonly memory?: MemoryState | undefined;
  readonly runtimes: readonly RuntimeState[];
};

/** What all models have of the memory. */
export function loadedBytes({ memory, runtimes }: LoadedInto): number {
  let bytes = 0;
  for (const { address, loaded } of runtimes)
    if (memory && address.local) for (const model of loaded) bytes += bytesHere(model, memory);
  return bytes;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

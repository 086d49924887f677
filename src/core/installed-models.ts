/**
 * Finding models among what runtimes have: by full name, by name, by weights; and which modes use
 * one. Names are compared by the runtime's own rule: Ollama lets ":latest" and the case go.
 */
import { type AgentMode, agentModes } from "./mode.ts";
import { isSameModelName, parseModelRef } from "./model-ref.ts";
import type { ModelsState } from "./models.ts";
import type { InstalledModel, LoadedModel, RuntimeState } from "./runtime.ts";
import type { State } from "./state.ts";

/** The part of the state that says what is used: the command line has no panes. */
export type ModelsView = {
  readonly models: ModelsState;
  readonly panes?: State["panes"];
};

/** Whether two names mean one model of a runtime. */
export function namesOneModel(runtime: Pick<RuntimeState, "kind">, a: string, b: string): boolean {
  return a === b || (runtime.kind === "ollama" && isSameModelName(a, b));
}

/** The runtime that a full name names; undefined where OpenCode's own configuration serves it. */
export function runtimeOf(
  runtimes: readonly RuntimeState[],
  ref: string,
): { readonly runtime: RuntimeState; readonly name: string } | undefined {
  const parsed = parseModelRef(ref);
  const runtime = parsed && runtimes.find(({ address }) => address.id === parsed.runtime);
  return runtime && parsed ? { runtime, name: parsed.name } : undefined;
}

export function findInstalled(runtime: RuntimeState, name: string): InstalledModel | undefined {
  const { installed } = runtime;
  return (
    installed.find((model) => model.name === name) ??
    installed.find((model) => namesOneModel(runtime, model.name, name))
  );
}

/** The loaded instance of a model; one that answers before one that is still loading. */
export function findLoaded(runtime: RuntimeState, name: string): LoadedModel | undefined {
  const found = runtime.loaded.filter((model) => namesOneModel(runtime, model.name, name));
  return found.find(({ state }) => state === "loaded") ?? found[0];
}

/** Whether two models are one file of weights, so that Ollama never has both loaded. */
export function sharesWeights(a: InstalledModel, b: InstalledModel): boolean {
  if (a.weights !== undefined && b.weights !== undefined) return a.weights === b.weights;
  return isSameModelName(a.derivedFrom ?? a.name, b.derivedFrom ?? b.name);
}

/** Whether what a runtime has installed is known, be it of a while ago. */
export function knowsInstalled({ connection, installedAt }: RuntimeState): boolean {
  return installedAt !== undefined && (connection.type === "up" || connection.type === "stale");
}

/** The modes that use a model: those that are meant to, and those whose agent says it does. */
export function modesUsing(
  view: ModelsView,
  runtime: RuntimeState,
  name: string,
): readonly AgentMode[] {
  return agentModes.filter((mode) =>
    [view.models.wishes[mode]?.model, view.panes?.[mode].model].some((ref) => {
      const parsed = ref === undefined ? undefined : parseModelRef(ref);
      return parsed?.runtime === runtime.address.id && namesOneModel(runtime, parsed.name, name);
    }),
  );
}

/** Whether another running ai-rules uses a model. */
export function isUsedElsewhere(models: ModelsState, runtime: RuntimeState, name: string): boolean {
  const prefix = `${runtime.address.url} `;
  return models.usedElsewhere.some(
    (used) => used.startsWith(prefix) && namesOneModel(runtime, used.slice(prefix.length), name),
  );
}

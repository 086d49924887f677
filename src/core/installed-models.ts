/**
 * Finding models among what runtimes have: by full name, by name, by weights; and which modes use
 * one. Names are compared by the runtime's own rule: Ollama lets ":latest" and the case go.
 */
import { type AgentMode, agentModes } from "./mode.ts";
import { formatModelRef, isSameModelName, parseModelRef } from "./model-ref.ts";
import type { ModelsState } from "./models.ts";
import type { InstalledModel, LoadedModel, RuntimeState } from "./runtime.ts";
import type { State } from "./state.ts";
import { variantBase } from "./variant-name.ts";

/** The part of the state that says what is used: the command line has no panes. */
export type ModelsView = {
  readonly models: ModelsState;
  readonly panes?: State["panes"];
};

/** Whether two names mean one model of a runtime. */
export function namesOneModel(runtime: Pick<RuntimeState, "kind">, a: string, b: string): boolean {
  return a === b || (runtime.kind === "ollama" && isOneOllamaName(a, b));
}

/** Looking closer takes its time, and lists are long: ":latest" is all that names can differ by. */
function isOneOllamaName(a: string, b: string): boolean {
  const more = Math.abs(a.length - b.length);
  return (more === 0 || more === ":latest".length) && isSameModelName(a, b);
}

/** Finds installed models by name. */
export type FindInstalled = (runtime: RuntimeState, name: string) => InstalledModel | undefined;

/** Finds as `findInstalled` does, for who asks for many: each list is gone through once. */
export function installedIndex(): FindInstalled {
  const known = new Map<RuntimeState, ReadonlyMap<string, InstalledModel>>();
  return (runtime, name) => {
    const byName =
      known.get(runtime) ?? new Map(runtime.installed.map((model) => [model.name, model]));
    known.set(runtime, byName);
    return byName.get(name) ?? findInstalled(runtime, name);
  };
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
    installed.find((model) => namesOneModel(runtime, model.name, name)) ??
    installed.find(({ aliases }) => aliases?.includes(name))
  );
}

/** A model by the name that requests call it, where it is meant by a name of the settings. */
export function withoutAlias(runtimes: readonly RuntimeState[], ref: string): string {
  const found = runtimeOf(runtimes, ref);
  const model = found && findInstalled(found.runtime, found.name);
  return found && model?.aliases?.includes(found.name)
    ? formatModelRef({ runtime: found.runtime.address.id, name: model.name })
    : ref;
}

/** The loaded instance of a model; one that answers before one that is still loading. */
export function findLoaded(runtime: RuntimeState, name: string): LoadedModel | undefined {
  const found = runtime.loaded.filter((model) => namesOneModel(runtime, model.name, name));
  return found.find(({ state }) => state === "loaded") ?? found[0];
}

/** Whether two models are one file of weights, so that Ollama never has both loaded. */
export function sharesWeights(a: InstalledModel, b: InstalledModel): boolean {
  if (a.weights !== undefined && b.weights !== undefined) return a.weights === b.weights;
  return isOneOllamaName(baseOf(a), baseOf(b));
}

function baseOf({ name, derivedFrom }: InstalledModel): string {
  return derivedFrom ?? variantBase(name);
}

/** Whether what a runtime has installed is known, be it of a while ago. */
export function knowsInstalled({ connection, installedAt }: RuntimeState): boolean {
  return installedAt !== undefined && (connection.type === "up" || connection.type === "stale");
}

/** Whether only a second request tells what a model can do. */
export function isUnclear({ described, chat, cloud, tools }: InstalledModel): boolean {
  return !described && chat && !cloud && tools === undefined;
}

/** Whether a runtime is missed when it is down: its address was given, or a mode's model is there. */
export function isMissed(
  { address }: Pick<RuntimeState, "address">,
  { wishes }: Pick<ModelsState, "wishes">,
): boolean {
  if (address.expected) return true;
  const refs = Object.values(wishes).map(({ model }) => parseModelRef(model));
  return refs.some((ref) => ref?.runtime === address.id);
}

/** The modes that use a model: those that are meant to, and those whose agent says it does. */
export function modesUsing(
  view: ModelsView,
  runtime: RuntimeState,
  name: string,
): readonly AgentMode[] {
  return usesOf(view)(runtime, name);
}

/** Says as `modesUsing` does, for who asks of many models. */
export function usesOf({
  models,
  panes,
}: ModelsView): (runtime: RuntimeState, name: string) => readonly AgentMode[] {
  const uses = agentModes.flatMap((mode) =>
    [models.wishes[mode]?.model, panes?.[mode].model].flatMap((ref) => {
      const parsed = ref === undefined ? undefined : parseModelRef(ref);
      return parsed ? [{ mode, ...parsed }] : [];
    }),
  );
  return (runtime, name) => {
    const own = uses.filter(
      (use) => use.runtime === runtime.address.id && namesOneModel(runtime, use.name, name),
    );
    return own.length === 0 ? noModes : [...new Set(own.map(({ mode }) => mode))];
  };
}

const noModes: readonly AgentMode[] = [];

/** Whether another running ai-rules uses a model. */
export function isUsedElsewhere(models: ModelsState, runtime: RuntimeState, name: string): boolean {
  const prefix = `${runtime.address.url} `;
  return models.usedElsewhere.some(
    (used) => used.startsWith(prefix) && namesOneModel(runtime, used.slice(prefix.length), name),
  );
}

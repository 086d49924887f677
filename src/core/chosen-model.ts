/**
 * The model for modes to which nothing gives one: of all that are installed the best that chats, has
 * tools and fits with a context an agent can work with; one for all of them, since a second model
 * takes the memory twice.
 */
import { goodContext } from "./context-size.ts";
import { type Fit, fitOf } from "./fit.ts";
import {
  type FindInstalled,
  findInstalled,
  findLoaded,
  installedIndex,
  isUsedElsewhere,
  knowsInstalled,
  namesOneModel,
  runtimeOf,
} from "./installed-models.ts";
import { parametersOf } from "./kv-cache.ts";
import { likelyContext } from "./likely-context.ts";
import type { AgentMode } from "./mode.ts";
import { formatModelRef } from "./model-ref.ts";
import type { ModelsState } from "./models.ts";
import type { InstalledModel, RuntimeKind, RuntimeState } from "./runtime.ts";
import { runtimeTraits } from "./runtime-traits.ts";
import { wishedContext } from "./wished-context.ts";

export type Choice = {
  /** The modes that need a model. */
  readonly modes: readonly AgentMode[];
  /** Full names of the models that the other modes use. */
  readonly others: readonly string[];
};

/** Its full name; undefined until all runtimes were asked, and when none will do. */
export function chooseModel(models: ModelsState, choice: Choice): string | undefined {
  if (!models.surveyed) return undefined;
  const kept = choice.modes.map((mode) => chosenBefore(models, mode)).find((ref) => ref);
  if (kept) return kept;
  // The best of those that have been described so far need not be the best of all.
  if (Object.values(models.described).some(({ done }) => !done)) return undefined;
  const find = installedIndex();
  const candidates = models.runtimes
    .filter((runtime) => knowsInstalled(runtime))
    .flatMap((runtime) =>
      runtime.installed
        .filter((model) => isAble(model, runtime.kind))
        .map((model) => rated(model, { runtime, models, choice, find })),
    )
    .filter(({ rank }) => rank < unusable);
  return candidates.toSorted(byMerit)[0]?.ref;
}

/** A choice holds while its model is there: modes must not change theirs whenever something is loaded. */
function chosenBefore(models: ModelsState, mode: AgentMode): string | undefined {
  const wish = models.wishes[mode];
  if (wish?.source.from !== "chosen") return undefined;
  const found = runtimeOf(models.runtimes, wish.model);
  if (!found) return undefined;
  const { runtime, name } = found;
  const isGone = knowsInstalled(runtime) && !findInstalled(runtime, name);
  return isGone ? undefined : wish.model;
}

function isAble({ chat, cloud, tools, maxContext }: InstalledModel, kind: RuntimeKind): boolean {
  if (!chat || cloud || (maxContext ?? goodContext) < goodContext) return false;
  return tools ?? !runtimeTraits[kind].tellsTools;
}

type Rated = {
  readonly ref: string;
  readonly model: InstalledModel;
  /** 0 is best; from `unusable` on it is no candidate. */
  readonly rank: number;
  readonly context: number;
};

const unusable = 9;

type Rating = {
  readonly runtime: RuntimeState;
  readonly models: ModelsState;
  readonly choice: Choice;
  readonly find: FindInstalled;
};

function rated(model: InstalledModel, { runtime, models, choice, find }: Rating): Rated {
  const { memory } = models;
  const ref = formatModelRef({ runtime: runtime.address.id, name: model.name });
  const context = likelyContext({ runtime, name: model.name, model, memory, find }).tokens;
  const isWanted = choice.others.some((other) => isRef(other, runtime, model.name));
  if (isWanted || isReady(model, runtime)) return { ref, model, context, rank: 0 };
  const fit = fitOf({
    model,
    runtime,
    runtimes: models.runtimes,
    memory,
    context: Math.max(
      goodContext,
      model.ownContext ?? 0,
      wishedContext({ runtime, model, modes: choice.modes }) ?? 0,
    ),
    usedBy: () => [],
    find,
    // What another mode uses must not make room for a mere choice.
    usedElsewhere: (other, name) =>
      choice.others.some((each) => isRef(each, other, name)) ||
      isUsedElsewhere(models, other, name),
  });
  return { ref, model, context, rank: rankOf(fit, models) };
}

function isRef(ref: string, runtime: RuntimeState, name: string): boolean {
  const found = runtimeOf([runtime], ref);
  return found !== undefined && namesOneModel(runtime, found.name, name);
}

/** It is loaded already, with a context that is enough. */
function isReady({ name }: InstalledModel, runtime: RuntimeState): boolean {
  const loaded = findLoaded(runtime, name);
  return loaded?.state === "loaded" && (loaded.context ?? goodContext) >= goodContext;
}

function rankOf({ verdict, needBytes, unload }: Fit, { memory }: ModelsState): number {
  switch (verdict) {
    case "fits":
    case "tight":
      return 1;
    case "fits-after-unloading":
      return unload.length > 0 ? 2 : unusable;
    case "remote":
      return 3;
    case "unknown":
      // Without a measured memory the largest model would win, which need not fit.
      return memory && needBytes === undefined ? 4 : unusable;
    case "partly-on-cpu":
    case "will-not-fit":
      return unusable;
    default:
      return verdict satisfies never;
  }
}

function byMerit(a: Rated, b: Rated): number {
  return (
    a.rank - b.rank ||
    parametersOf(b.model) - parametersOf(a.model) ||
    Number(isCoder(b.model)) - Number(isCoder(a.model)) ||
    (b.model.sizeBytes ?? 0) - (a.model.sizeBytes ?? 0) ||
    b.context - a.context ||
    (a.ref < b.ref ? -1 : 1)
  );
}

function isCoder({ name, family }: InstalledModel): boolean {
  return /code|devstral/i.test(`${name} ${family ?? ""}`);
}

/**
 * The ways in which a mode can switch to a model, the best first. Where the plain way is fine there is
 * no other: the user is asked only when something is to be decided, which is when the context would
 * be too small for an agent or less than the settings want, when another model has to go first, or when another mode has the same
 * weights loaded with another context.
 */
import { bestContext, goodContext } from "./context-size.ts";
import { type Fit, fitOf, fitWord, isGood, unloadNames } from "./fit.ts";
import { memory as memoryText, tokens } from "./format.ts";
import {
  findInstalled,
  findLoaded,
  isUsedElsewhere,
  type ModelsView,
  modesUsing,
  namesOneModel,
  runtimeOf,
  sharesWeights,
} from "./installed-models.ts";
import { type AgentMode, agentModes } from "./mode.ts";
import { formatModelRef, shownModelName } from "./model-ref.ts";
import type { SwitchOption, SwitchPlan } from "./models.ts";
import type { InstalledModel, RuntimeState } from "./runtime.ts";
import { runtimeTraits } from "./runtime-traits.ts";
import { printable } from "./text.ts";
import { variantName } from "./variant-name.ts";
import { wishedContext } from "./wished-context.ts";

export { variantName };

/** Never empty. What is not known can be switched to as it is. */
export function switchOptions(
  view: ModelsView,
  { mode, model: ref }: { readonly mode: AgentMode; readonly model: string },
): readonly SwitchOption[] {
  const found = runtimeOf(view.models.runtimes, ref);
  const model = found && findInstalled(found.runtime, found.name);
  if (!found || !model || model.cloud) return [unknownOption(ref)];
  const ways = waysTo({ view, mode, runtime: found.runtime, model });
  return ways.flatMap((way, index) => [
    ...(way.fit.unload.length > 0 ? [optionAfterUnloading(way)] : []),
    // Whether another model has to go is asked once, for the way that is proposed.
    ...(way.fit.unload.length === 0 || index === 0 ? [optionOf(way)] : []),
  ]);
}

function unknownOption(ref: string): SwitchOption {
  const name = printable(ref);
  const plan = { model: ref, unloadFirst: [] };
  return { title: `use ${name}`, detail: "nothing is known of its memory", plan };
}

type Target = {
  readonly view: ModelsView;
  readonly mode: AgentMode;
  readonly runtime: RuntimeState;
  readonly model: InstalledModel;
};

/** One way to the model; `fit` says what would have to be unloaded for it. */
type Way = {
  readonly title: string;
  readonly note?: string | undefined;
  readonly fit: Fit;
  readonly plan: SwitchPlan;
};

function waysTo(target: Target): readonly Way[] {
  const plain = plainWay(target);
  const shared = sharedWay(target);
  const wanted = wantedContext(target);
  if (shared && shared.fit.context >= wanted) return [shared, plain];
  if (plain.fit.context >= wanted && !isTooLarge(plain.fit)) return [plain];
  const better = betterWay(target);
  if (!better) return [plain];
  // What cannot be done is not what is proposed.
  const isHopeless = better.fit.verdict === "will-not-fit" && plain.fit.verdict !== "will-not-fit";
  return isHopeless ? [plain, better] : [better, plain];
}

/** More context than it was trained for does no model good. */
function wantedContext(target: Target): number {
  return wishOf(target) ?? Math.min(goodContext, target.model.maxContext ?? goodContext);
}

/** What the settings want for the mode, and for those that use the model already. */
function wishOf({ view, mode, runtime, model }: Target): number | undefined {
  return wishedContext({ runtime, model, modes: [mode, ...modesUsing(view, runtime, model.name)] });
}

/** A context that was not asked for makes the model too large, so that a smaller one may fit. */
function isTooLarge({ verdict, context }: Fit): boolean {
  const isOver = verdict === "partly-on-cpu" || verdict === "will-not-fit";
  return context > bestContext && (isOver || verdict === "fits-after-unloading");
}

function plainWay(target: Target): Way {
  const { model } = target;
  const fit = fitFor(target, { model });
  const rivals = rivalsOf(target).map(({ mode }) => mode);
  const small = fit.context < goodContext ? "too small for an agent" : undefined;
  const rivalry =
    rivals.length > 0 ? `takes turns with ${rivals.join(" and ")} in the memory` : undefined;
  return {
    title: `use ${shownModelName(model.name)} as it is`,
    note: rivalry ?? small,
    fit,
    plan: { model: refOf(target, model), unloadFirst: [], ...contextOfLoad(target) },
  };
}

/** A model that has to be loaded is loaded with the context of the settings. */
function contextOfLoad(target: Target): Pick<SwitchPlan, "context"> {
  const { runtime, model } = target;
  const wish = wishOf(target);
  const isOpen = runtime.abilities.loadContext && !findLoaded(runtime, model.name);
  return wish === undefined || !isOpen ? {} : { context: wish };
}

type Rival = { readonly mode: AgentMode; readonly model: InstalledModel };

/** Other modes whose model cannot be loaded beside this one: variants of one file, all of MLX's. */
function rivalsOf({ view, mode, runtime, model }: Target): readonly Rival[] {
  const isAlone = runtimeTraits[runtime.kind].oneModel;
  if (!isAlone && !runtime.abilities.derive) return [];
  return agentModes.flatMap((other) => {
    const wish = other === mode ? undefined : view.models.wishes[other]?.model;
    const found = wish === undefined ? undefined : runtimeOf([runtime], wish);
    const theirs = found && findInstalled(runtime, found.name);
    if (!theirs || namesOneModel(runtime, theirs.name, model.name)) return [];
    return isAlone || sharesWeights(theirs, model) ? [{ mode: other, model: theirs }] : [];
  });
}

function sharedWay(target: Target): Way | undefined {
  const [rival] = rivalsOf(target);
  if (!rival || !target.runtime.abilities.derive) return undefined;
  const name = printable(rival.model.name);
  return {
    title: `use the same variant as ${rival.mode}: ${name}`,
    note: "one load for both",
    fit: fitFor(target, { model: rival.model }),
    plan: { model: refOf(target, rival.model), unloadFirst: [] },
  };
}

/** With more context: a variant that exists, one to be made, or a load that asks for it. */
function betterWay(target: Target): Way | undefined {
  const { abilities } = target.runtime;
  if (abilities.derive) return existingVariant(target) ?? derivedWay(target);
  return abilities.loadContext ? loadWay(target) : undefined;
}

function existingVariant(target: Target): Way | undefined {
  const { runtime, model } = target;
  const wanted = wantedContext(target);
  const variants = runtime.installed
    .filter((other) => (other.ownContext ?? 0) >= wanted && sharesWeights(other, model))
    .filter(({ name }) => !namesOneModel(runtime, name, model.name))
    .map((variant) => ({ variant, fit: fitFor(target, { model: variant }) }))
    .toSorted((a, b) => rankOf(a.fit) - rankOf(b.fit) || b.fit.context - a.fit.context);
  const [best] = variants;
  if (!best || rankOf(best.fit) > rankOfUnloading) return undefined;
  return {
    title: `use ${printable(best.variant.name)}`,
    note: "it is there already",
    fit: best.fit,
    plan: { model: refOf(target, best.variant), unloadFirst: [] },
  };
}

function derivedWay(target: Target): Way | undefined {
  const { model, view, mode, runtime } = target;
  const fit = bestFit(target);
  if (!fit) return undefined;
  const name = variantName(model.name, fit.context);
  const sharers = modesUsing(view, runtime, model.name).filter((other) => other !== mode);
  return {
    title: `make ${printable(name)} and use it`,
    note:
      sharers.length > 0
        ? `switch ${sharers.join(" and ")} to it as well: only one of both can be loaded`
        : "no weights are copied",
    fit,
    plan: {
      model: refOf(target, model),
      unloadFirst: [],
      derive: { model: name, context: fit.context },
    },
  };
}

/** An explicit load; an instance with less context has to go, or both would stay. */
function loadWay(target: Target): Way | undefined {
  const { model, runtime } = target;
  const fit = bestFit(target);
  if (!fit) return undefined;
  const own = runtime.loaded.filter(({ name }) => namesOneModel(runtime, name, model.name));
  return {
    title: `load it ${own.length > 0 ? "again " : ""}with a context of ${tokens(fit.context)}`,
    fit,
    plan: {
      model: refOf(target, model),
      unloadFirst: own.map(({ name, instance }) => ({
        runtime: runtime.address.id,
        model: name,
        instance,
      })),
      context: fit.context,
    },
  };
}

/** The fit with the best context the model can have here; undefined when it can have none. */
function bestFit(target: Target): Fit | undefined {
  const longest = target.model.maxContext ?? 0;
  const wish = wishOf(target);
  const usual = [bestContext, goodContext].filter((context) => context < (wish ?? Infinity));
  const fits = [...(wish === undefined ? [] : [wish]), ...usual]
    .filter((context) => context <= longest)
    .map((context) => fitFor(target, { model: target.model, context }));
  // The first of equal ones is the longer one; where none fits the shorter one does less harm.
  const best = fits.toSorted((a, b) => rankOf(a) - rankOf(b))[0];
  return best && rankOf(best) > rankOfUnloading ? fits.at(-1) : best;
}

const rankOfUnloading = 1;

function rankOf({ verdict }: Fit): number {
  if (isGood(verdict) || verdict === "remote" || verdict === "unknown") return 0;
  return verdict === "fits-after-unloading" ? rankOfUnloading : 2;
}

/** What the mode uses now does not count as used: it is about to be given up. */
function fitFor(
  { view, mode, runtime }: Target,
  { model, context }: { readonly model: InstalledModel; readonly context?: number },
): Fit {
  const { models } = view;
  return fitOf({
    model,
    runtime,
    runtimes: models.runtimes,
    memory: models.memory,
    context,
    modes: [mode, ...modesUsing(view, runtime, model.name)],
    usedBy: (other, name) => modesUsing(view, other, name).filter((each) => each !== mode),
    usedElsewhere: (other, name) => isUsedElsewhere(models, other, name),
  });
}

function refOf({ runtime }: Target, { name }: InstalledModel): string {
  return formatModelRef({ runtime: runtime.address.id, name });
}

function optionAfterUnloading({ title, note, fit, plan }: Way): SwitchOption {
  return {
    title: `unload ${unloadNames(fit.unload)} first, then ${title}`,
    detail: detailOf({ note, fit, verdict: "fits then" }),
    plan: { ...plan, unloadFirst: [...plan.unloadFirst, ...fit.unload] },
  };
}

function optionOf({ title, note, fit, plan }: Way): SwitchOption {
  return { title, detail: detailOf({ note, fit, verdict: verdictWord(fit) }), plan };
}

function verdictWord(fit: Fit): string {
  if (fit.unload.length > 0) return `does not fit beside ${unloadNames(fit.unload)}`;
  return fit.verdict === "unknown" ? "nobody knows whether it fits" : fitWord(fit);
}

/** "fits · about 25.7 GB · context 64k · no weights are copied". */
function detailOf({
  note,
  fit,
  verdict,
}: {
  readonly note: string | undefined;
  readonly fit: Fit;
  readonly verdict: string;
}): string {
  const need =
    fit.needBytes === undefined
      ? undefined
      : `${fit.about ? "about " : ""}${memoryText(fit.needBytes)}`;
  return [verdict, need, `context ${tokens(fit.context)}`, note]
    .filter((part) => part !== undefined)
    .join(" · ");
}

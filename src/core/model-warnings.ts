/** What is wrong with the models that the modes use, one line each, with what mends it. */
import { claimedContext } from "./agent-model.ts";
import { contextWarning, wishedContextWarning } from "./context-warnings.ts";
import { fitOf, isPartlyOnCpu } from "./fit.ts";
import { memory as memoryText, percent } from "./format.ts";
import {
  findInstalled,
  findLoaded,
  knowsInstalled,
  type ModelsView,
  modesUsing,
  namesOneModel,
  runtimeOf,
  sharesWeights,
} from "./installed-models.ts";
import { meantInstead, missingRemedy } from "./missing-model.ts";
import { type AgentMode, agentModes } from "./mode.ts";
import { wishFallbackText } from "./model-choice.ts";
import { runtimeName } from "./model-rows.ts";
import { listed, type ModelWarning, type UsedModel } from "./model-warning.ts";
import type { ModelsState } from "./models.ts";
import { type Released, releasedModels } from "./released-models.ts";
import type { RuntimeState } from "./runtime.ts";
import { runtimeTraits } from "./runtime-traits.ts";
import { printable } from "./text.ts";

export type { ModelWarning };

/** Errors first; of equal ones those of the first mode. */
export function modelWarnings(view: ModelsView): readonly ModelWarning[] {
  const used = usedModels(view);
  const found = [
    ...used.flatMap((model) => contextWarning(model)),
    ...used.flatMap((model) => wishedContextWarning(model, view.models.memory)),
    ...used.flatMap((model) => toolsWarning(model)),
    ...used.flatMap((model) => processorWarning(model, view)),
    ...rivalWarnings(used, view),
    ...view.models.runtimes.flatMap((runtime) => runtimeWarnings(view, runtime)),
    ...agentModes.flatMap((mode) => wishWarning(view, mode)),
    ...releasedModels(view).map(releasedWarning),
    ...view.models.guide.problems.map(problemWarning),
  ];
  return found.toSorted((a, b) => Number(b.level === "error") - Number(a.level === "error"));
}

/** The models that the modes are meant to use, at runtimes that have told what they have. */
export function usedModels({ models, panes }: ModelsView): readonly UsedModel[] {
  const used: UsedModel[] = [];
  for (const mode of agentModes) {
    const wish = panes?.[mode].kind === "command" ? undefined : models.wishes[mode];
    const found = wish && runtimeOf(models.runtimes, wish.model);
    if (!found || !knowsInstalled(found.runtime)) continue;
    const { runtime, name } = found;
    const same = used.findIndex(
      (other) => other.runtime === runtime && namesOneModel(runtime, other.name, name),
    );
    const before = used[same];
    if (before) used[same] = { ...before, modes: [...before.modes, mode] };
    else
      used.push({
        runtime,
        name,
        modes: [mode],
        model: findInstalled(runtime, name),
        loaded: findLoaded(runtime, name),
      });
  }
  return used;
}

function toolsWarning({ model, name, modes }: UsedModel): readonly ModelWarning[] {
  if (model?.tools !== false) return [];
  return [
    {
      level: "error",
      text: `${listed(modes)}: ${printable(name)} cannot call tools`,
      action: "pick-model",
      remedy: "pick one with tools",
    },
  ];
}

/** A loaded model that is not all on the GPU. */
export function processorWarning(
  { loaded, modes, name, runtime }: UsedModel,
  { models }: ModelsView,
): readonly ModelWarning[] {
  const memory = runtime.address.local ? models.memory : undefined;
  if (loaded?.state !== "loaded" || !isPartlyOnCpu(loaded, memory)) return [];
  const { sizeBytes = 0, gpuBytes = 0 } = loaded;
  // Without a GPU nothing is amiss; on another machine that cannot be told from a lost one.
  if (!runtime.address.local && gpuBytes === 0) return [];
  const share = percent(1 - gpuBytes / sizeBytes);
  return [
    {
      level: "warning",
      text: `${listed(modes)}: ${share} of ${printable(name)} is on the CPU: slow`,
      action: "models",
      remedy: "unload others, or pick a smaller model or context",
    },
  ];
}

export type RivalWarning = ModelWarning & {
  /** The models that do so. */
  readonly between: readonly UsedModel[];
};

/**
 * Modes whose models push each other out of the memory. `keepsAll`: a runtime that is known to keep
 * what it has loaded, whatever its kind does as it comes.
 */
export function rivalWarnings(
  used: readonly UsedModel[],
  view: ModelsView,
  keepsAll: (runtime: RuntimeState) => boolean = () => false,
): readonly RivalWarning[] {
  const pairs = used.flatMap((first, index) =>
    used
      .slice(index + 1)
      .flatMap((second) => (keepsAll(first.runtime) ? [] : pairWarning(first, second))),
  );
  return pairs.length > 0 ? pairs : togetherWarning(used, view);
}

function pairWarning(first: UsedModel, second: UsedModel): readonly RivalWarning[] {
  if (first.runtime !== second.runtime) return [];
  const why = rivalry(first, second);
  if (!why) return [];
  const modes = listed([...first.modes, ...second.modes]);
  const text = `${modes} evict each other: ${why.text}`;
  return [{ level: "warning", text, ...why.mend, between: [first, second] }];
}

type Rivalry = {
  readonly text: string;
  readonly mend: Pick<ModelWarning, "action" | "remedy">;
};

function rivalry(first: UsedModel, second: UsedModel): Rivalry | undefined {
  const sameModel = { action: "pick-model", remedy: "pick the same model for both" } as const;
  switch (first.runtime.kind) {
    case "ollama": {
      const isOneFile = first.model && second.model && sharesWeights(first.model, second.model);
      return isOneFile ? { text: "two variants of the same weights", mend: sameModel } : undefined;
    }
    case "mlx":
      return { text: "MLX has one model at a time", mend: sameModel };
    case "lmstudio": {
      // A model that was loaded explicitly stays; of those loaded by a request only one does.
      return bothLoaded(first, second)
        ? undefined
        : {
            text: "LM Studio keeps one model that was loaded by a request",
            mend: { action: "models", remedy: "load both, or pick the same model" },
          };
    }
    case "llama-swap":
      // Its groups can let both run; that they do is the only sign of it.
      return bothLoaded(first, second)
        ? undefined
        : {
            text: "llama-swap runs one model at a time, unless its groups say otherwise",
            mend: { ...sameModel, remedy: "pick the same model for both, or group them" },
          };
    case "llama-server":
      return haveTakenTurns(first, second)
        ? {
            text: "llama-server keeps fewer models than the modes use",
            mend: { remedy: "allow more: llama-server --models-max N" },
          }
        : undefined;
    case "openai":
      return undefined;
    default:
      return first.runtime.kind satisfies never;
  }
}

function bothLoaded(first: UsedModel, second: UsedModel): boolean {
  return first.loaded !== undefined && second.loaded !== undefined;
}

/**
 * How many models a router keeps (--models-max) goes by their number alone, and shows in that one
 * goes when another comes: both were loaded by requests, one of them again, and are never there both.
 */
function haveTakenTurns(first: UsedModel, second: UsedModel): boolean {
  if (bothLoaded(first, second)) return false;
  const loads = ({ runtime, name }: UsedModel) => runtime.reloads[name] ?? 0;
  const [some, others] = [loads(first), loads(second)];
  return Math.min(some, others) >= 1 && Math.max(some, others) >= 2;
}

/** What the modes want of this machine's memory is more than there is. */
function togetherWarning(
  used: readonly UsedModel[],
  { models }: ModelsView,
): readonly RivalWarning[] {
  const { memory } = models;
  const here = used.filter(({ runtime, model }) => runtime.address.local && !model?.cloud);
  const areLoaded = here.every(({ loaded }) => loaded?.state === "loaded");
  if (!memory || here.length < 2 || areLoaded) return [];
  const need = here.reduce((sum, each) => sum + needOf(each, models), 0);
  if (need <= memory.budgetBytes) return [];
  const modes = listed(here.flatMap((each) => each.modes));
  const sizes = `${memoryText(need)} of ${memoryText(memory.budgetBytes)}`;
  return [
    {
      level: "warning",
      text: `${modes} evict each other: their models take about ${sizes}`,
      action: "pick-model",
      remedy: "one model for all modes is best",
      between: here,
    },
  ];
}

function needOf({ runtime, model, name, modes }: UsedModel, models: ModelsState): number {
  const context = claimedContext(models, { runtime, name, modes });
  const { runtimes, memory } = models;
  if (!model) return 0;
  return fitOf({ model, runtime, runtimes, memory, context, usedBy: () => [] }).needBytes ?? 0;
}

/** Loads that nothing here asked for, within the last minutes, that count as thrashing. */
const manyReloads = 3;

function runtimeWarnings(view: ModelsView, runtime: RuntimeState): readonly ModelWarning[] {
  const name = runtimeName(runtime);
  const troubles = runtime.troubles.map(({ code, message, remedy }) => ({
    level: isUsed(view, runtime) ? ("error" as const) : ("warning" as const),
    text: printable(message),
    // Where keys are at hand nobody leaves for a shell.
    ...(code === "runtime/restarted"
      ? ({ action: "models", remedy: "load it again" } as const)
      : { remedy: printable(remedy) }),
  }));
  const reloads = Object.entries(runtime.reloads)
    .filter(([, count]) => count >= manyReloads)
    .map(([model, count]) => ({
      level: "warning" as const,
      text: `${name} has loaded ${printable(model)} ${count} times in a few minutes`,
      action: "models" as const,
      remedy: reloadRemedy(view, runtime, model),
    }));
  const { note } = runtime.address;
  const isUp = runtime.connection.type === "up";
  return [...troubles, ...reloads, ...(note && !isUp ? [problemWarning(note)] : [])];
}

function isUsed({ models }: ModelsView, runtime: RuntimeState): boolean {
  return agentModes.some((mode) => {
    const wish = models.wishes[mode];
    return wish !== undefined && runtimeOf([runtime], wish.model) !== undefined;
  });
}

function reloadRemedy(view: ModelsView, runtime: RuntimeState, model: string): string {
  const { modelsOption } = runtimeTraits[runtime.kind];
  if (modelsOption !== undefined) return `allow more models: ${modelsOption}`;
  return modesUsing(view, runtime, model).length > 0
    ? "see who else loads models: another program, or one that asks for another context"
    : "another program asks for it";
}

function wishWarning({ models }: ModelsView, mode: AgentMode): readonly ModelWarning[] {
  const wish = models.wishes[mode];
  if (!wish) return [];
  const fallback = wishFallbackText(mode, wish);
  if (fallback) {
    const lost = runtimeOf(models.runtimes, wish.insteadOf ?? "");
    const remedy = lost ? missingRemedy(lost.runtime, lost.name) : "pick another, or install it";
    return [{ level: "warning", text: fallback, action: "pick-model", remedy }];
  }
  const found = runtimeOf(models.runtimes, wish.model);
  if (!found || !knowsInstalled(found.runtime)) return [];
  const { runtime, name } = found;
  if (findInstalled(runtime, name) || findLoaded(runtime, name)) return [];
  const text = `${mode}: ${printable(name)} is not installed in ${runtimeName(runtime)}${meantInstead(runtime, name)}`;
  return [{ level: "error", text, action: "pick-model", remedy: missingRemedy(runtime, name) }];
}

function releasedWarning({ loaded: { name, sizeBytes } }: Released): ModelWarning {
  const takes = sizeBytes === undefined ? "is loaded" : `still takes ${memoryText(sizeBytes)}`;
  return {
    level: "warning",
    text: `${printable(name)} ${takes}: no mode uses it any more`,
    action: "models",
    remedy: "u unloads it",
  };
}

function problemWarning({
  message,
  remedy,
}: {
  readonly message: string;
  readonly remedy: string;
}): ModelWarning {
  return { level: "warning", text: printable(message), remedy: printable(remedy) };
}

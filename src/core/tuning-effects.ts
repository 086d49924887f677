/**
 * What the settings of the runtimes do, one line each. Not every runtime can do with each of them;
 * what nothing takes is said, so that nobody waits for it.
 */

import { tokens } from "./format.ts";
import { runtimeOf } from "./installed-models.ts";
import { type AgentMode, agentModes } from "./mode.ts";
import type { ModelsState } from "./models.ts";
import {
  type RuntimeAddress,
  type RuntimeKind,
  type RuntimeState,
  runtimeTitles,
  type SettingSource,
} from "./runtime.ts";
import type { Quantization, RuntimeTuning, Told } from "./runtime-tuning.ts";
import type { Settings } from "./settings.ts";
import { printable } from "./text.ts";
import { variableEffects } from "./variable-effects.ts";

export type TuningEffect = {
  readonly runtime: string;
  /** As it stands in the settings, without the runtime: "context". */
  readonly setting: keyof RuntimeTuning | "keepAlive";
  /** The mode, or the name of a model, that the value is for. */
  readonly key?: string;
  readonly value: number | string | Quantization;
  readonly source: SettingSource;
  /** It does something here. */
  readonly used: boolean;
  /** What it does, or why it does nothing. */
  readonly does: string;
};

export type EffectsQuestion = {
  readonly models: ModelsState;
  readonly settings: Pick<Settings, "runtimes">;
};

/** Of all runtimes that the settings or variables say something of, in their order. */
export function tuningEffects({ models, settings }: EffectsQuestion): readonly TuningEffect[] {
  return models.addresses.flatMap((address) => {
    const { tuning = {} } = address;
    const runtime = models.runtimes.find((each) => each.address.id === address.id);
    const kind = runtime?.kind ?? address.kind ?? "openai";
    const place = { models, address, tuning, kind, runtime };
    return [
      ...variableEffects({ address, kind, guide: models.guide, settings }),
      ...wholeEffects(place),
      ...modeEffects(place),
      ...nameEffects(place),
    ];
  });
}

type Place = {
  readonly models: ModelsState;
  readonly address: RuntimeAddress;
  readonly tuning: RuntimeTuning;
  readonly kind: RuntimeKind;
  readonly runtime: RuntimeState | undefined;
};

/** What a value does, or why nothing. */
type Does = Pick<TuningEffect, "used" | "does">;

const does = (text: string): Does => ({ used: true, does: text });
const doesNothing = (why: string): Does => ({ used: false, does: why });

type Said = Pick<TuningEffect, "setting" | "key"> & { readonly told: Told<TuningEffect["value"]> };

function effect({ address }: Place, { setting, key, told }: Said, done: Does): TuningEffect {
  return {
    runtime: address.id,
    setting,
    ...(key === undefined ? {} : { key }),
    value: told.value,
    source: { from: told.from },
    ...done,
  };
}

/** Values that hold for the runtime as a whole. */
function wholeEffects(place: Place): readonly TuningEffect[] {
  const { tuning } = place;
  const whole = {
    memoryLimit: limitDoes,
    quantization: quantizationDoes,
    maxTokens: maxTokensDoes,
    modelsPath: modelsPathDoes,
  } as const;
  return (["memoryLimit", "quantization", "maxTokens", "modelsPath"] as const).flatMap(
    (setting) => {
      const told = tuning[setting];
      return told ? [effect(place, { setting, told }, whole[setting](place))] : [];
    },
  );
}

function limitDoes({ address, tuning, kind, models }: Place): Does {
  if (!address.local) return doesNothing("the memory of another machine is not known here");
  const isWeaker = tuning.memoryLimit?.from === "user" && models.guide.budgetBytes !== undefined;
  const also = isWeaker && kind === "mlx" ? "; MLX_VRAM_LIMIT limits all models, too" : "";
  return does(
    `whether a model fits is judged by it; ${title(kind)} itself is not bound by it${also}`,
  );
}

function quantizationDoes({ kind, tuning }: Place): Does {
  if (kind !== "mlx")
    return doesNothing(`models of ${title(kind)} are quantised when they are made`);
  const { bits = 4, groupSize } = tuning.quantization?.value ?? {};
  const group = groupSize === undefined ? "" : ` --q-group-size ${groupSize}`;
  return does(`for models that are converted: mlx_lm.convert -q --q-bits ${bits}${group}`);
}

function maxTokensDoes({ kind, tuning, models }: Place): Does {
  const { outputTokens } = models.guide;
  const isOverruled = tuning.maxTokens?.from === "user" && outputTokens !== undefined;
  return kind === "lmstudio" && isOverruled
    ? doesNothing("LMSTUDIO_MAX_TOKENS of the development shell is stronger")
    : does("the longest answer an agent asks for, at most half of its context");
}

function modelsPathDoes({ kind, tuning, address, models }: Place): Does {
  if (kind !== "mlx") return doesNothing(`${title(kind)} knows by itself where its models are`);
  if (!address.local) return doesNothing("the disk of another machine cannot be seen from here");
  return tuning.modelsPath?.from === "user" && models.guide.modelsPath !== undefined
    ? doesNothing("MLX_MODELS_PATH of the development shell is stronger")
    : does("models below it are listed");
}

/** Values that each mode has of its own. */
function modeEffects(place: Place): readonly TuningEffect[] {
  const by = { batch: batchDoes, temperature: temperatureDoes, context: contextDoes } as const;
  return (["batch", "temperature", "context"] as const).flatMap((setting) =>
    agentModes.flatMap((mode) => {
      const told = place.tuning[setting]?.[mode];
      return told ? [effect(place, { setting, key: mode, told }, by[setting](place, mode))] : [];
    }),
  );
}

function batchDoes({ kind, tuning }: Place): Does {
  if (kind !== "mlx") return doesNothing(`${title(kind)} cannot be told for each mode`);
  const largest = Math.max(...Object.values(tuning.batch ?? {}).map(({ value }) => value));
  return does(`for the start, one for all modes: mlx_lm.server --decode-concurrency ${largest}`);
}

function temperatureDoes(place: Place, mode: AgentMode): Does {
  const wish = usedBy(place, mode);
  if (!wish) return doesNothing("the mode uses no model of it");
  const told = place.tuning.temperature?.[mode];
  const { temperatureSource: from, temperature } = wish;
  if (from?.from === "variable") return doesNothing(`${from.name} is stronger`);
  return from?.from === told?.from && temperature === told?.value
    ? does("the agent is given it")
    : doesNothing(`modes.${mode}.temperature is stronger`);
}

function contextDoes(place: Place, mode: AgentMode): Does {
  const { kind, tuning } = place;
  if (!usedBy(place, mode))
    return does(`if the mode uses a model of it: ${contextWay(kind, tuning, mode)}`);
  return does(contextWay(kind, tuning, mode));
}

/** How a context comes to be; the agent counts on no more in any case. */
function contextWay(kind: RuntimeKind, tuning: RuntimeTuning, mode: AgentMode): string {
  const wanted = tuning.context?.[mode]?.value ?? 0;
  switch (kind) {
    case "lmstudio":
      return "models are loaded with it from here; the agent counts on no more";
    case "ollama":
      return `who picks a model gets a variant with ${tokens(wanted)}; the agent counts on no more`;
    case "mlx":
      return "the agent sends no more, and MLX keeps no more of it";
    case "llama-server":
    case "llama-swap":
      return `the agent counts on no more; for more, start llama-server with -c ${wanted}`;
    case "openai":
      return "the agent counts on no more; the server's own is set where it starts";
    default:
      return kind satisfies never;
  }
}

/** Names that are given to models. */
function nameEffects(place: Place): readonly TuningEffect[] {
  return Object.entries(place.tuning.models ?? {}).map(([name, told]) =>
    effect(place, { setting: "models", key: name, told }, nameDoes(place, name)),
  );
}

function nameDoes({ kind, runtime, address }: Place, name: string): Does {
  if (kind !== "mlx") return doesNothing(`models of ${title(kind)} have their names there`);
  if (!runtime || runtime.installedAt === undefined)
    return doesNothing("MLX has not told its models");
  const model = runtime.installed.find(({ aliases }) => aliases?.includes(name));
  const full = `${address.id}/${name}`;
  return model
    ? does(`${full} means ${printable(model.name)}`)
    : doesNothing("there is no such model, in no directory and not among those that MLX lists");
}

/** The wish of a mode, if that is a model of the runtime. */
function usedBy({ models, address }: Place, mode: AgentMode) {
  const wish = models.wishes[mode];
  return wish && runtimeOf(models.runtimes, wish.model)?.runtime.address.id === address.id
    ? wish
    : undefined;
}

function title(kind: RuntimeKind): string {
  return runtimeTitles[kind];
}

/**
 * What the variables of the development shell that hold for a runtime as a whole do, and how long it
 * keeps models: the rows of `ai-rules models` beside those of a runtime's tuning.
 */
import type { ModelsState } from "./models.ts";
import { type RuntimeAddress, type RuntimeKind, runtimeTitles } from "./runtime.ts";
import type { Settings } from "./settings.ts";
import type { TuningEffect } from "./tuning-effects.ts";

export type VariablePlace = {
  readonly address: RuntimeAddress;
  readonly kind: RuntimeKind;
  readonly guide: ModelsState["guide"];
  readonly settings: Pick<Settings, "runtimes">;
};

type Effect = Omit<TuningEffect, "runtime">;

export function variableEffects(place: VariablePlace): readonly TuningEffect[] {
  const effects = [...keptEffects(place), ...outputEffects(place), ...pathEffects(place)];
  return effects.map((effect) => ({ runtime: place.address.id, ...effect }));
}

const keptWords = "models loaded from here stay so long after a request";

/** The project, its shell, then the user say how long a model stays. */
function keptEffects({ address, kind, guide, settings }: VariablePlace): readonly Effect[] {
  const { keepAlive: own, from = "user" } = settings.runtimes[address.id] ?? {};
  const { keepAlive: guided } = guide;
  const isOllama = kind === "ollama";
  const isProjects = own !== undefined && from === "project";
  const said: readonly (Effect | false)[] = [
    own !== undefined && {
      setting: "keepAlive",
      value: own,
      source: { from },
      ...(isOllama
        ? effectOf(keptWords, !isProjects && guided !== undefined && "OLLAMA_KEEP_ALIVE")
        : { used: false, does: `${runtimeTitles[kind]} cannot be told` }),
    },
    isOllama &&
      guided !== undefined && {
        setting: "keepAlive",
        value: guided,
        source: { from: "variable", name: "OLLAMA_KEEP_ALIVE" },
        ...effectOf(keptWords, isProjects && "ai-rules.json"),
      },
  ];
  return said.filter((effect) => effect !== false);
}

function outputEffects({ address, kind, guide }: VariablePlace): readonly Effect[] {
  if (kind !== "lmstudio" || guide.outputTokens === undefined) return [];
  const isWeaker = address.tuning?.maxTokens?.from === "project";
  return [
    {
      setting: "maxTokens",
      value: guide.outputTokens,
      source: { from: "variable", name: "LMSTUDIO_MAX_TOKENS" },
      ...effectOf(
        "the longest answer an agent asks for, at most half of its context",
        isWeaker && "ai-rules.json",
      ),
    },
  ];
}

function pathEffects({ address, kind, guide }: VariablePlace): readonly Effect[] {
  if (kind !== "mlx" || guide.modelsPath === undefined) return [];
  const isWeaker = address.tuning?.modelsPath?.from === "project";
  return [
    {
      setting: "modelsPath",
      value: guide.modelsPath,
      source: { from: "variable", name: "MLX_MODELS_PATH" },
      ...(address.local
        ? effectOf("models below it are listed", isWeaker && "ai-rules.json")
        : { used: false, does: "the disk of another machine cannot be seen from here" }),
    },
  ];
}

function effectOf(text: string, strongerOne: string | false): Pick<TuningEffect, "used" | "does"> {
  return strongerOne === false
    ? { used: true, does: text }
    : { used: false, does: `${strongerOne} is stronger` };
}

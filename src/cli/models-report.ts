/** What `ai-rules models` tells, as plain data: the JSON, from which the text is made as well. */

import type { Problem } from "../core/error.ts";
import { type Fit, fitWord } from "../core/fit.ts";
import { isUsedElsewhere, modesUsing } from "../core/installed-models.ts";
import { type AgentMode, byMode } from "../core/mode.ts";
import { formatModelRef } from "../core/model-ref.ts";
import { modelWarnings } from "../core/model-warnings.ts";
import type { ModelsState } from "../core/models.ts";
import { maskedCommand } from "../core/redact.ts";
import {
  type Abilities,
  type InstalledModel,
  type LoadedModel,
  type RuntimeState,
  runtimeTitles,
} from "../core/runtime.ts";
import { tuningEffects } from "../core/tuning-effects.ts";
import { instancesOf, modelsOf } from "./find-model.ts";
import type {
  FitReport,
  ModelReport,
  ModelsReport,
  RuntimeReport,
} from "./models-report-schema.ts";
import { fitIn, type ModelsSurvey } from "./models-survey.ts";

type Reported = Pick<ModelsSurvey, "root" | "settings" | "models"> & {
  readonly environment: Pick<ModelsSurvey["environment"], "from" | "note">;
};

export function modelsReport({ root, settings, environment, models }: Reported): ModelsReport {
  const { memory, guide } = models;
  return {
    version: 1,
    project: root,
    environment: { from: environment.from, note: environment.note },
    runtimes: models.runtimes.filter(isTold).map(runtimeReport),
    models: models.runtimes.flatMap((runtime) =>
      modelsOf(runtime)
        .map((model) => modelReport(models, { runtime, model }))
        .toSorted(byLoadedThenName),
    ),
    opencodeModels: [...models.opencodeModels],
    memory: memory && memoryReport(memory),
    modes: byMode((mode) => modeReport(mode, { settings, models })),
    settings: tuningEffects({ models, settings }).map(({ source, ...said }) => ({
      ...said,
      source: { ...source },
    })),
    variables: {
      unused: guide.unused.map(({ variable, why }) => ({ variable, why })),
      problems: guide.problems.map(problemReport),
    },
    warnings: modelWarnings({ models }).map(({ level, text, remedy }) => ({ level, text, remedy })),
  };
}

/** One model of a runtime. */
export function modelReport(
  models: ModelsState,
  { runtime, model }: { readonly runtime: RuntimeState; readonly model: InstalledModel },
): ModelReport {
  const { name } = model;
  const ref = formatModelRef({ runtime: runtime.address.id, name });
  return {
    ref,
    runtime: runtime.address.id,
    name,
    title: model.title,
    aliases: model.aliases && [...model.aliases],
    sizeBytes: model.sizeBytes,
    quantization: model.quantization,
    parameters: model.parameters,
    family: model.family,
    maxContext: model.maxContext,
    ownContext: model.ownContext,
    tools: model.tools,
    vision: model.vision,
    thinking: model.thinking,
    chat: model.chat,
    cloud: model.cloud,
    digest: model.digest,
    derivedFrom: model.derivedFrom,
    loaded: instancesOf(runtime, name).map(instanceReport),
    fit: fitReport(fitIn(models, { runtime, model })),
    usedBy: [...modesUsing({ models }, runtime, name)],
    usedByRunning: isUsedElsewhere(models, runtime, name),
    recent: models.recent.includes(ref),
  };
}

export function fitReport(fit: Fit): FitReport {
  return {
    verdict: fit.verdict,
    text: fitWord(fit),
    context: fit.context,
    needBytes: fit.needBytes,
    freeBytes: fit.freeBytes,
    about: fit.about,
    parts: fit.parts.map(({ label, bytes }) => ({ label, bytes })),
    unload: fit.unload.map(({ runtime, model }) => formatModelRef({ runtime, name: model })),
  };
}

/**
 * JSON for a terminal or a program: what a terminal would take for a command or would show the
 * wrong way round is written by its number.
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Nobody misses what nobody asked for. */
function isTold({ address, connection }: RuntimeState): boolean {
  const { type } = connection;
  return address.expected || type === "up" || type === "stale" || type === "needs-token";
}

function runtimeReport(runtime: RuntimeState): RuntimeReport {
  const { address, connection, kind } = runtime;
  return {
    id: address.id,
    kind,
    title: runtimeTitles[kind],
    url: address.url,
    local: address.local,
    source: { ...address.source },
    expected: address.expected,
    tokenVariable: address.tokenVariable,
    state: connection.type,
    found: connection.type === "wrong-service" ? connection.found : undefined,
    problem: "problem" in connection ? problemReport(connection.problem) : undefined,
    note: address.note && problemReport(address.note),
    troubles: runtime.troubles.map(problemReport),
    version: runtime.version,
    roundTripMs: runtime.roundTripMs,
    can: abilities.filter((ability) => runtime.abilities[ability]),
    installedCount: runtime.installed.length,
    loadedCount: runtime.loaded.length,
  };
}

const abilities = [
  "seesLoaded",
  "load",
  "unload",
  "keepAlive",
  "loadContext",
  "derive",
  "pull",
] as const satisfies readonly (keyof Abilities)[];

function problemReport({ code, message, remedy }: Problem) {
  return { code, message, remedy };
}

function byLoadedThenName(a: ModelReport, b: ModelReport): number {
  const loaded = Number(b.loaded.length > 0) - Number(a.loaded.length > 0);
  if (loaded !== 0 || a.name === b.name) return loaded;
  return a.name < b.name ? -1 : 1;
}

function instanceReport(loaded: LoadedModel): ModelReport["loaded"][number] {
  const { expiresAt } = loaded;
  return {
    instance: loaded.instance,
    state: loaded.state,
    progress: loaded.progress,
    context: loaded.context,
    sizeBytes: loaded.sizeBytes,
    gpuBytes: loaded.gpuBytes,
    expiresAt: typeof expiresAt === "number" ? new Date(expiresAt).toISOString() : expiresAt,
    busy: loaded.busy,
  };
}

function memoryReport(memory: NonNullable<ModelsState["memory"]>): ModelsReport["memory"] {
  const { history: _, devices, ...rest } = memory;
  return { ...rest, devices: devices.map((device) => ({ ...device })) };
}

function modeReport(
  mode: AgentMode,
  { settings, models }: Pick<Reported, "settings" | "models">,
): ModelsReport["modes"][AgentMode] {
  const { command } = settings.modes[mode];
  if (command) return { command: [...maskedCommand(command)] };
  const wish = models.wishes[mode];
  if (!wish) return {};
  const { model, source, insteadOf, temperature, temperatureSource } = wish;
  return {
    model,
    source: { ...source },
    insteadOf,
    temperature,
    temperatureSource: temperatureSource && { ...temperatureSource },
  };
}

/** What a settings file says of how a runtime's models are used, laid over what another one says. */
import { parseByteSize } from "../core/byte-size.ts";
import { parseContext } from "../core/context-size.ts";
import { agentModes } from "../core/mode.ts";
import type { RuntimeTuning, Told, ToldPerMode } from "../core/runtime-tuning.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { FileSettings } from "./settings-schema.ts";
import { wholePath } from "./whole-path.ts";

type FileRuntime = NonNullable<FileSettings["runtimes"]>[string];
type Origin = Told<unknown>["from"];

/** Value by value, each with the file it stands in; undefined where no file says anything. */
export function mergeTuning(
  below: RuntimeTuning | undefined,
  above: FileRuntime,
  from: Origin,
): RuntimeTuning | undefined {
  const { memoryLimit, quantization, batch, temperature, context, maxTokens, modelsPath } = above;
  const told = <T>(value: T | undefined) => (value === undefined ? undefined : { value, from });
  const merged = {
    ...below,
    ...withoutUndefined({
      memoryLimit: told(parsed(memoryLimit, parseByteSize)),
      quantization: told(isEmpty(quantization) ? undefined : quantization),
      maxTokens: told(maxTokens),
      modelsPath: told(modelsPath),
      batch: mergeModes(below?.batch, batch, from),
      temperature: mergeModes(below?.temperature, temperature, from),
      context: mergeModes(below?.context, tokensOf(context), from),
      models: mergeModels(below?.models, above.models, from),
    }),
  };
  return Object.keys(merged).length === 0 ? undefined : merged;
}

/**
 * Relative paths of models are meant from the project, also in the user's file: there they name what
 * each project has of its own.
 */
export function withWholeModelPaths(
  settings: FileSettings,
  { root, home }: { readonly root: string; readonly home: string },
): FileSettings {
  const { runtimes } = settings;
  if (!runtimes) return settings;
  const whole = Object.entries(runtimes).map(([id, runtime]) => {
    const { modelsPath, models } = runtime;
    const path =
      modelsPath === undefined ? {} : { modelsPath: wholePath(modelsPath, { base: root, home }) };
    return [id, { ...runtime, ...path, ...(models ? { models: inHome(models, home) } : {}) }];
  });
  return { ...settings, runtimes: Object.fromEntries(whole) };
}

/** What is not in the home stands below `modelsPath`, or is what the runtime calls the model. */
function inHome(
  models: Readonly<Record<string, string>>,
  home: string,
): Readonly<Record<string, string>> {
  const whole = Object.entries(models).map(([name, where]) => [
    name,
    where.startsWith("~/") ? wholePath(where, { base: home, home }) : where,
  ]);
  return Object.fromEntries(whole);
}

/** What is left of settings that were all refused. */
function isEmpty(value: object | undefined): boolean {
  return value !== undefined && Object.keys(value).length === 0;
}

function parsed(
  value: string | number | undefined,
  parse: (text: string) => number | undefined,
): number | undefined {
  return value === undefined ? undefined : parse(String(value));
}

function tokensOf(context: FileRuntime["context"]): Modes {
  if (!context) return undefined;
  return Object.fromEntries(agentModes.map((mode) => [mode, parsed(context[mode], parseContext)]));
}

type Modes = { readonly [mode in (typeof agentModes)[number]]?: number | undefined } | undefined;

function mergeModes(
  below: ToldPerMode<number> | undefined,
  above: Modes,
  from: Origin,
): ToldPerMode<number> | undefined {
  if (!above) return below;
  const told = agentModes.flatMap((mode) => {
    const value = above[mode];
    return value === undefined ? [] : [[mode, { value, from }]];
  });
  return told.length === 0 ? below : { ...below, ...Object.fromEntries(told) };
}

function mergeModels(
  below: RuntimeTuning["models"],
  above: FileRuntime["models"],
  from: Origin,
): RuntimeTuning["models"] {
  if (!above) return below;
  const told = Object.entries(above).map(([name, value]) => [name, { value, from }]);
  return told.length === 0 ? below : { ...below, ...Object.fromEntries(told) };
}

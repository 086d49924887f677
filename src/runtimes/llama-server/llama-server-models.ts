/**
 * What llama-server tells of its models in `/models` and `/props`. It has two ways to run: with one
 * model, or as a **router** that starts a process of itself for each model that is asked for.
 */
import { asList, asNumber, asObject, asText, type JsonObject } from "../../core/json.ts";
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import { type LlamaArguments, readLlamaArguments } from "./llama-server-arguments.ts";

/** One entry of `/models`. */
export type ListedModel = {
  readonly name: string;
  /** Other names that requests may call it. */
  readonly aliases: readonly string[];
  /** Absent: no router, its one model. */
  readonly status?: RouterStatus;
  readonly arguments: LlamaArguments;
  readonly vision?: boolean;
  readonly trainedContext?: number;
  /** What only a process that has the model loaded tells. */
  readonly sizeBytes?: number;
  readonly context?: number;
  readonly quantization?: string;
  readonly parameters?: string;
};

export type RouterStatus = {
  readonly value: string;
  /** How its last load ended, when that failed. */
  readonly exitCode?: number;
  readonly failed: boolean;
  readonly progress?: number;
};

/** The list of `/models`. */
export function readModels(json: unknown): readonly ListedModel[] {
  return asList(asObject(json)["data"]).flatMap((value) => {
    const model = asObject(value);
    const name = asText(model["id"]);
    return name ? [{ name, ...readDetails(model) }] : [];
  });
}

/** A model of a router that takes memory, or soon will. */
export function loadedInRouter(model: ListedModel): readonly LoadedModel[] {
  const state = model.status?.value;
  if (state !== "loading" && state !== "loaded" && state !== "sleeping") return [];
  const progress = state === "loading" ? model.status?.progress : undefined;
  return [{ ...loadedModel(model), state, ...withoutUndefined({ progress }) }];
}

/** The one model of a server that is no router. */
export function loadedAlone(model: ListedModel, props: unknown): LoadedModel {
  return { ...loadedModel(model), stays: true, ...lifeAlone(asObject(props), model.context) };
}

/** The one model as its properties show it now; undefined when they are those of another one. */
export function stillLoaded(before: LoadedModel, json: unknown): LoadedModel | undefined {
  const props = asObject(json);
  if (before.name !== props["model_alias"] && before.name !== props["model_path"]) return undefined;
  return { ...before, ...lifeAlone(props, before.context) };
}

/** `props` are those of the one model; a router tells nothing of the kind. */
export function installedModel(model: ListedModel, props?: unknown): InstalledModel {
  const vision = asObject(asObject(props)["modalities"])["vision"];
  return {
    name: model.name,
    chat: true,
    cloud: false,
    described: true,
    ...withoutUndefined({
      title: fileTitle(model.name),
      sizeBytes: model.sizeBytes,
      quantization: model.quantization,
      parameters: model.parameters,
      maxContext: model.trainedContext,
      ownContext: model.context ?? model.arguments.context,
      tools: toolsOf(asObject(asObject(props)["chat_template_caps"])),
      vision: typeof vision === "boolean" ? vision : model.vision,
    }),
  };
}

/** How far a load is, 0 to 1: a share of one of several stages. */
export function readProgress(value: unknown): number | undefined {
  if (typeof value === "number") return share(value);
  const progress = asObject(value);
  const done = asNumber(progress["value"]);
  if (done === undefined) return undefined;
  const stages = asList(progress["stages"]);
  const before = Math.max(0, stages.indexOf(progress["current"]));
  return share((before + done) / Math.max(1, stages.length));
}

function readDetails(model: JsonObject): Omit<ListedModel, "name"> {
  const meta = asObject(model["meta"]);
  const status = asObject(model["status"]);
  const inputs = asObject(model["architecture"])["input_modalities"];
  const isRouted = asText(status["value"]) !== undefined;
  return {
    aliases: textsOf(model["aliases"]),
    arguments: readLlamaArguments(textsOf(status["args"])),
    ...withoutUndefined({
      status: isRouted ? readStatus(status) : undefined,
      vision: Array.isArray(inputs) ? inputs.includes("image") : undefined,
      trainedContext: positive(meta["n_ctx_train"]) ?? positive(model["context_length"]),
      sizeBytes: positive(meta["size"]),
      context: positive(meta["n_ctx"]),
      quantization: quantizationOf(asText(meta["ftype"])),
      parameters: parametersOf(positive(meta["n_params"])),
    }),
  };
}

function readStatus(status: JsonObject): RouterStatus {
  return {
    value: asText(status["value"]) ?? "",
    failed: status["failed"] === true,
    ...withoutUndefined({
      exitCode: asNumber(status["exit_code"]),
      progress: readProgress(status["progress"]),
    }),
  };
}

function lifeAlone(
  props: JsonObject,
  known: number | undefined,
): Pick<LoadedModel, "state" | "context"> {
  const context = positive(asObject(props["default_generation_settings"])["n_ctx"]) ?? known;
  const state = props["is_sleeping"] === true ? "sleeping" : "loaded";
  return { state, ...withoutUndefined({ context }) };
}

function loadedModel(model: ListedModel): Omit<LoadedModel, "state"> {
  const { name, context, sizeBytes, quantization } = model;
  return { name, instance: name, ...withoutUndefined({ context, sizeBytes, quantization }) };
}

/** Without `--alias` a model is called by the path of its file. */
function fileTitle(name: string): string | undefined {
  return /[/\\]([^/\\]+)\.gguf$/i.exec(name)?.[1];
}

function toolsOf(abilities: JsonObject): boolean | undefined {
  const takes = abilities["supports_tools"];
  const calls = abilities["supports_tool_calls"];
  if (typeof takes !== "boolean" && typeof calls !== "boolean") return undefined;
  return takes !== false && calls !== false;
}

/** "Q4_K - Medium" is "Q4_K_M" to everybody else. */
function quantizationOf(ftype: string | undefined): string | undefined {
  const plain = ftype?.replace(/^all\s+/i, "").replace(/\s*\(guessed\)$/i, "");
  return plain?.replace(/\s+-\s+(Small|Medium|Large)$/i, (_, size: string) => `_${size[0]}`);
}

/** "30.5B", "775K". */
function parametersOf(count: number | undefined): string | undefined {
  if (count === undefined) return undefined;
  for (const [unit, name] of [
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "K"],
  ] as const)
    if (count >= unit) return `${(count / unit).toFixed(1).replace(/\.0$/, "")}${name}`;
  return String(count);
}

function textsOf(value: unknown): readonly string[] {
  return asList(value).filter((text) => typeof text === "string");
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

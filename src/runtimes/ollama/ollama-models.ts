/**
 * What Ollama has installed, read from `/api/tags` and `/api/show`. From 0.30 on the list tells what
 * a model can do and how long its context is; before, only `show` does.
 */
import { asList, asNumber, asObject, asText, type JsonObject } from "../../core/json.ts";
import type { InstalledModel, ModelShape } from "../../core/runtime.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";

/** The models of `/api/tags`. */
export function readTags(json: unknown): readonly InstalledModel[] {
  return asList(asObject(json)["models"]).flatMap((model) => readTag(asObject(model)));
}

/** A model with what `/api/show` adds to it. */
export function describedBy(model: InstalledModel, json: unknown): InstalledModel {
  const show = asObject(json);
  const info = architectureInfo(asObject(show["model_info"]));
  const cloud = model.cloud || isCloud(show);
  return {
    ...model,
    ...details(asObject(show["details"])),
    ...abilities(capabilitiesOf(show, info)),
    ...withoutUndefined({
      maxContext: info.number("context_length"),
      ownContext: ownContext(asText(show["parameters"]) ?? ""),
      weights: cloud ? undefined : weightsOf(asText(show["modelfile"]) ?? ""),
      shape: cloud ? undefined : shapeOf(info),
    }),
    cloud,
    described: true,
  };
}

/** Whether the per-layer numbers of a model were left out: `show` gives them only when asked for all. */
export function lacksLayers(json: unknown): boolean {
  const info = architectureInfo(asObject(asObject(json)["model_info"]));
  return ["attention.head_count_kv", "attention.head_count"].some((key) => {
    const value = info.value(key);
    return value === null || (Array.isArray(value) && value.length === 0);
  });
}

function readTag(tag: JsonObject): readonly InstalledModel[] {
  const name = asText(tag["name"]) ?? asText(tag["model"]);
  if (!name) return [];
  const cloud = isCloud(tag);
  const capabilities = textsOf(tag["capabilities"]);
  const known = asObject(tag["details"]);
  return [
    {
      name,
      ...withoutUndefined({
        // What a cloud model takes here is its stub of some hundred bytes.
        sizeBytes: cloud ? undefined : positive(tag["size"]),
        maxContext: positive(known["context_length"]),
        digest: asText(tag["digest"]),
      }),
      ...details(known),
      chat: !isEmbeddingFamily(known),
      ...(capabilities.length > 0 ? abilities(capabilities) : {}),
      cloud,
      described: false,
    },
  ];
}

function isCloud(model: JsonObject): boolean {
  return Boolean(asText(model["remote_host"]) || asText(model["remote_model"]));
}

function details(known: JsonObject): Partial<InstalledModel> {
  const quantization = asText(known["quantization_level"]);
  return withoutUndefined({
    quantization: quantization === "unknown" ? undefined : quantization || undefined,
    parameters: asText(known["parameter_size"]) || undefined,
    family: asText(known["family"]) || undefined,
    derivedFrom: parentOf(asText(known["parent_model"]) ?? ""),
  });
}

/** The parent as a model's name; models of the library carry a path of the machine that made them. */
function parentOf(parent: string): string | undefined {
  const isPath = /^[/~.]|^[A-Za-z]:\\|sha256[-:]/.test(parent);
  return parent === "" || isPath ? undefined : parent;
}

function abilities(capabilities: readonly string[]): Partial<InstalledModel> {
  return {
    tools: capabilities.includes("tools"),
    vision: capabilities.includes("vision"),
    thinking: capabilities.includes("thinking"),
    chat: capabilities.includes("completion"),
  };
}

/** Before 0.6.4 `show` has no list of them; they are then told as Ollama itself did: by the template. */
function capabilitiesOf(show: JsonObject, info: ArchitectureInfo): readonly string[] {
  const told = textsOf(show["capabilities"]);
  if (told.length > 0) return told;
  const embeds =
    info.value("pooling_type") !== undefined || isEmbeddingFamily(asObject(show["details"]));
  const takesTools = /\{\{[^}]*\.Tools\b/.test(asText(show["template"]) ?? "");
  const sees = info.value("vision.block_count") !== undefined || show["projector_info"];
  return [
    embeds ? "embedding" : "completion",
    ...(takesTools ? ["tools"] : []),
    ...(sees ? ["vision"] : []),
  ];
}

function isEmbeddingFamily(known: JsonObject): boolean {
  return /bert/.test(asText(known["family"]) ?? "");
}

/** `parameters` is text, one "%-30s %v" a line, in no order. */
function ownContext(parameters: string): number | undefined {
  const found = /^num_ctx\s+(\d+)\s*$/m.exec(parameters)?.[1];
  return found === undefined ? undefined : positive(Number(found));
}

/** The blob behind a model, from the `FROM` line of its modelfile: the scheduler's key. */
function weightsOf(modelfile: string): string | undefined {
  const from = /^FROM\s+(.+?)\s*$/m.exec(modelfile)?.[1];
  return /sha256-[0-9a-f]+/.exec(from ?? "")?.[0] ?? from;
}

type ArchitectureInfo = {
  /** A value of the model's own architecture, e.g. "llama.block_count" for "block_count". */
  value(key: string): unknown;
  number(key: string): number | undefined;
};

function architectureInfo(info: JsonObject): ArchitectureInfo {
  const prefix = asText(info["general.architecture"]) ?? "";
  const value = (key: string) => info[`${prefix}.${key}`];
  return { value, number: (key) => positive(value(key)) };
}

/** Undefined when the numbers that the memory of a token depends on are not all there. */
function shapeOf(info: ArchitectureInfo): ModelShape | undefined {
  const layers = info.number("block_count");
  const kvHeads = headsOf(info.value("attention.head_count_kv"), info);
  const headLength = lengthOfHead(info);
  const keyLength = info.number("attention.key_length") ?? headLength;
  const valueLength = info.number("attention.value_length") ?? headLength;
  if (!layers || !kvHeads || !keyLength || !valueLength) return undefined;
  const slidingWindow = info.number("attention.sliding_window");
  return { layers, kvHeads, keyLength, valueLength, ...withoutUndefined({ slidingWindow }) };
}

/** Heads that keep keys and values; a model that does not tell has as many as it has heads. */
function headsOf(kv: unknown, info: ArchitectureInfo): number | readonly number[] | undefined {
  const told = kv === undefined ? info.value("attention.head_count") : kv;
  if (!Array.isArray(told)) return positive(told);
  const heads = told.map((count) => asNumber(count) ?? 0);
  return heads.length > 0 ? heads : undefined;
}

function lengthOfHead(info: ArchitectureInfo): number | undefined {
  const told = info.value("attention.head_count");
  const counts = (Array.isArray(told) ? told : [told]).map((count) => positive(count) ?? 0);
  const heads = Math.max(0, ...counts);
  const width = info.number("embedding_length");
  return width && heads ? width / heads : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return asList(value).filter((text) => typeof text === "string");
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

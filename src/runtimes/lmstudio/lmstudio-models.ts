/**
 * What LM Studio tells of its models. One **key** can be loaded several times, each time as an
 * **instance** with an id and a context of its own. The v1 API (from 0.4.0) tells sizes and
 * instances; v0 (from 0.3.6) only what is loaded.
 */
import { asList, asNumber, asObject, asText, type JsonObject } from "../../core/json.ts";
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";

export type LmStudioModel = {
  readonly installed: InstalledModel;
  readonly instances: readonly LoadedModel[];
};

/** The list of `/api/v1/models`; undefined for anything else. */
export function readV1(json: unknown): readonly LmStudioModel[] | undefined {
  const models = asObject(json)["models"];
  if (!Array.isArray(models)) return undefined;
  return models.flatMap((value) => readV1Model(asObject(value)));
}

/** The list of `/api/v0/models`; undefined for anything else. */
export function readV0(json: unknown): readonly LmStudioModel[] | undefined {
  const models = asObject(json)["data"];
  if (!Array.isArray(models)) return undefined;
  const entries = models.map(asObject).filter((model) => asText(model["id"]));
  // Before 0.3.16 it tells no abilities at all; from then on only those that a model has.
  const tellsAbilities = entries.some((model) => Array.isArray(model["capabilities"]));
  const keys = new Set(entries.map((model) => asText(model["id"]) ?? ""));
  return entries.flatMap((model) => readV0Model(model, { keys, tellsAbilities }));
}

function readV1Model(model: JsonObject): readonly LmStudioModel[] {
  const name = asText(model["key"]);
  if (!name) return [];
  const abilities = asObject(model["capabilities"]);
  const quantization = asText(asObject(model["quantization"])["name"]);
  const sizeBytes = positive(model["size_bytes"]);
  const installed = {
    name,
    chat: model["type"] !== "embedding",
    cloud: false,
    described: true,
    ...withoutUndefined({
      title: asText(model["display_name"]) || undefined,
      sizeBytes,
      quantization,
      parameters: asText(model["params_string"]) || undefined,
      family: asText(model["architecture"]) || undefined,
      maxContext: positive(model["max_context_length"]),
      tools: flag(abilities["trained_for_tool_use"]),
      vision: flag(abilities["vision"]),
      thinking: "capabilities" in model ? "reasoning" in abilities : undefined,
    }),
  };
  const instances = asList(model["loaded_instances"]).flatMap((value) => {
    const instance = asObject(value);
    const context = positive(asObject(instance["config"])["context_length"]);
    const id = asText(instance["id"]);
    if (!id) return [];
    const optional = withoutUndefined({ context, sizeBytes, quantization });
    return [{ name, instance: id, state: "loaded" as const, ...optional }];
  });
  return [{ installed, instances }];
}

type V0List = { readonly keys: ReadonlySet<string>; readonly tellsAbilities: boolean };

/** A second instance stands in the list as a model of its own, "key:2". */
function readV0Model(model: JsonObject, list: V0List): readonly LmStudioModel[] {
  const id = asText(model["id"]) ?? "";
  const key = id.replace(/:\d+$/, "");
  const isInstance = key !== id && list.keys.has(key);
  const quantization = asText(model["quantization"]);
  const context = positive(model["loaded_context_length"]);
  const abilities = asList(model["capabilities"]);
  const installed = {
    name: isInstance ? key : id,
    chat: model["type"] !== "embeddings",
    cloud: false,
    described: true,
    ...withoutUndefined({
      quantization,
      family: asText(model["arch"]) || undefined,
      maxContext: positive(model["max_context_length"]),
      tools: list.tellsAbilities ? abilities.includes("tool_use") : undefined,
      vision: asText(model["type"]) === undefined ? undefined : model["type"] === "vlm",
    }),
  };
  const loaded = {
    name: installed.name,
    instance: id,
    state: "loaded" as const,
    ...withoutUndefined({ context, quantization }),
  };
  return [{ installed, instances: model["state"] === "loaded" ? [loaded] : [] }];
}

function flag(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

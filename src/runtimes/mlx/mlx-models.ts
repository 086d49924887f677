/**
 * Models for MLX as they lie on the disk: a directory each, with `config.json` and the weights in
 * `*.safetensors`. The server itself tells no more than names.
 */
import { join } from "node:path";
import { asNumber, asObject, asText, type JsonObject, parseJson } from "../../core/json.ts";
import type { InstalledModel, ModelShape } from "../../core/runtime.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import type { AdapterContext } from "../adapter.ts";

type Files = AdapterContext["files"];

/** A model of which only the name is known; names of the Hub often hold the size and the bits. */
export function namedModel(name: string): InstalledModel {
  const quantization = /(?:^|[-_])(\d+bit|bf16|fp16|mxfp4|nvfp4)(?:$|[-_])/i.exec(name)?.[1];
  const parameters = /(?:^|[-_])(\d+(?:\.\d+)?B)(?:$|[-_])/i.exec(name)?.[1]?.toUpperCase();
  return {
    name,
    ...withoutUndefined({ quantization, parameters }),
    chat: !/embed|rerank/i.test(name),
    cloud: false,
    described: true,
  };
}

/** The directories with a model below `path`, each by its own path: the server takes that as a name. */
export async function modelsBelow(files: Files, path: string): Promise<readonly InstalledModel[]> {
  const entries = await files.list(path);
  const models = await Promise.all(entries.map((name) => modelAt(files, join(path, name))));
  return models.filter((model) => model !== undefined);
}

/** The model in a directory; undefined when there is none. */
export async function modelAt(files: Files, path: string): Promise<InstalledModel | undefined> {
  const text = await files.readText(join(path, "config.json"));
  if (text === undefined) return undefined;
  const sizes = (await files.list(path))
    .filter((name) => name.endsWith(".safetensors"))
    .map(async (name) => (await files.status(join(path, name)))?.size ?? 0);
  const sizeBytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  // A download that has only begun.
  if (sizeBytes === 0) return undefined;
  const config = asObject(parseJson(text));
  const title = path.split("/").at(-1) ?? path;
  return {
    ...namedModel(title),
    name: path,
    title,
    sizeBytes,
    ...readConfig(config),
    ...withoutUndefined({ tools: await takesTools(files, path) }),
  };
}

/** A chat template that never speaks of tools leaves out those it is given. */
async function takesTools(files: Files, path: string): Promise<boolean | undefined> {
  const own = await files.readText(join(path, "chat_template.jinja"));
  if (own !== undefined) return /\btools\b/.test(own);
  const text = await files.readText(join(path, "tokenizer_config.json"));
  const { chat_template: template } = asObject(parseJson(text ?? ""));
  return template === undefined ? undefined : /\btools\b/.test(JSON.stringify(template));
}

/** Of a model that also sees, the part about its language is nested. */
function readConfig(whole: JsonObject): Partial<InstalledModel> {
  const config = { ...whole, ...asObject(whole["text_config"]) };
  const { bits } = asObject(whole["quantization"] ?? whole["quantization_config"]);
  return withoutUndefined({
    family: asText(whole["model_type"]),
    quantization: asNumber(bits) === undefined ? undefined : `${asNumber(bits)}bit`,
    maxContext: positive(config["max_position_embeddings"]),
    shape: readShape(config),
    vision: "vision_config" in whole ? true : undefined,
  });
}

function readShape(config: JsonObject): ModelShape | undefined {
  const layers = positive(config["num_hidden_layers"]);
  const heads = positive(config["num_attention_heads"]);
  const width = positive(config["hidden_size"]);
  const length =
    positive(config["head_dim"]) ?? (heads && width ? Math.floor(width / heads) : undefined);
  const kvHeads = positive(config["num_key_value_heads"]) ?? heads;
  if (layers === undefined || kvHeads === undefined || length === undefined) return undefined;
  return { layers, kvHeads, keyLength: length, valueLength: length };
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

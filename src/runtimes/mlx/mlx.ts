/**
 * MLX: `mlx_lm.server`. It loads the one model a request names, dropping the one before, and tells
 * nothing of that: no state, no size, no unloading. A name it does not know it fetches from the
 * Hub, so it is never given one that is not in its list; and one model by two names is loaded twice,
 * so names are passed on letter by letter.
 */
import { AiRulesError } from "../../core/error.ts";
import { asObject, asText } from "../../core/json.ts";
import { modelFault } from "../../core/model-fault.ts";
import type { InstalledModel } from "../../core/runtime.ts";
import type { Adapter, AdapterContext, LoadRequest } from "../adapter.ts";
import { askRuntime, isSuccess, type Named, strangeAnswer } from "../http/ask-runtime.ts";
import type { RuntimeAnswer } from "../http/client.ts";
import { errorText } from "../http/faults.ts";
import { isLoopback } from "../ip-address.ts";
import { mlxByHand, shortestChat, startMlxByHand } from "./mlx-by-hand.ts";
import { modelAt, modelsBelow, namedModel } from "./mlx-models.ts";
import { withNames } from "./mlx-names.ts";

const named: Named = { title: "MLX", startCommand: "mlx_lm.server --model MODEL" };

export const mlx: Adapter = {
  kind: "mlx",
  ...named,
  abilities: {
    seesLoaded: false,
    load: true,
    unload: false,
    keepAlive: false,
    loadContext: false,
    derive: false,
    pull: false,
  },
  // It reads through its whole cache of models for each list.
  installedEveryMs: 60_000,
  version,
  loaded: async () => [],
  installed,
  load,
  byHand: mlxByHand,
  startByHand: startMlxByHand,
};

/** Time for an answer that waits for no model, in ms; the list walks through directories. */
const answerMs = 3000;
const listMs = 10_000;

/** It tells no version, and lives as long as it greets, though what generates may be dead. */
async function version(context: AdapterContext, abort: AbortSignal): Promise<undefined> {
  const options = { path: "/health", abort, timeoutMs: answerMs };
  const { json } = await askRuntime(named, context, options);
  if (asObject(json)["status"] !== "ok") throw strangeAnswer(named, context.client.url);
}

async function installed(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly InstalledModel[]> {
  const names = await listedNames(context, abort);
  // Paths of another machine say nothing here.
  if (!isNear(context)) return withNames({ models: context.models }, names.map(namedModel));
  const { files, modelsPath } = context;
  const listed = await Promise.all(names.map((name) => describeListed(context, name)));
  const onDisk = modelsPath === undefined ? [] : await modelsBelow(files, modelsPath);
  return withNames(context, [...listed, ...onDisk.filter(({ name }) => !names.includes(name))]);
}

async function describeListed({ files }: AdapterContext, name: string): Promise<InstalledModel> {
  const found = name.startsWith("/") ? await modelAt(files, name) : undefined;
  return found ?? namedModel(name);
}

function isNear({ client }: AdapterContext): boolean {
  return isLoopback(URL.parse(client.url)?.hostname ?? "");
}

async function listedNames(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly string[]> {
  const options = { path: "/v1/models", abort, timeoutMs: listMs };
  const { data } = asObject((await askRuntime(named, context, options)).json);
  if (!Array.isArray(data)) throw strangeAnswer(named, context.client.url);
  return data.flatMap((model) => asText(asObject(model)["id"]) || []);
}

/** The shortest chat there is: the answer comes when the model is loaded. */
async function load(context: AdapterContext, { model, abort }: LoadRequest): Promise<void> {
  const names = (await installed(context, abort)).map(({ name }) => name);
  if (!names.includes(model)) throw failed(model, { text: `${model} not found`, names });
  const path = "/v1/chat/completions";
  const body = shortestChat(model);
  const answer = await askRuntime(named, context, { path, body, abort, accept: isAboutModel });
  if (!isSuccess(answer)) throw failed(model, { text: errorText(answer), names });
}

/** Whatever goes wrong with a model is a 404 with Python's words; 401 and 403 are a proxy's. */
function isAboutModel({ status }: RuntimeAnswer): boolean {
  return status === 404 || status >= 500;
}

function failed(
  model: string,
  { text, names }: { readonly text: string; readonly names: readonly string[] },
): AiRulesError {
  const about = { model, kind: "mlx", installed: names, fetches: false } as const;
  return new AiRulesError(modelFault(text, about));
}

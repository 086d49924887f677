/**
 * llama-swap: a proxy that starts the process of a model when a request names it, and stops others
 * by its configuration. Anything below `/upstream/MODEL` starts that model, so that path is only for
 * a load.
 */
import { AiRulesError } from "../../core/error.ts";
import { asObject, asText, isObject, parseJson } from "../../core/json.ts";
import { modelFault } from "../../core/model-fault.ts";
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";
import { shellWord } from "../../core/shell-word.ts";
import type { Adapter, AdapterContext, ByHand, LoadRequest, RuntimeEvent } from "../adapter.ts";
import { askRuntime, isSuccess, type Named, strangeAnswer } from "../http/ask-runtime.ts";
import type { RuntimeAnswer } from "../http/client.ts";
import { errorText } from "../http/faults.ts";
import { createEventReader, readConfigured, readRunning } from "./llama-swap-models.ts";

/** Its configuration names its keys itself; there is no variable for one. */
const named: Named = { title: "llama-swap", startCommand: "llama-swap --config config.yaml" };

export const llamaSwap: Adapter = {
  kind: "llama-swap",
  ...named,
  abilities: {
    seesLoaded: true,
    load: true,
    unload: true,
    keepAlive: false,
    loadContext: false,
    derive: false,
    pull: false,
  },
  installedEveryMs: 60_000,
  version,
  loaded,
  installed,
  load,
  unload,
  events,
  byHand,
};

/** Time for an answer that waits for no model, in ms. */
const answerMs = 3000;
/** A process that is stopped may take its time, in ms. */
const unloadMs = 30_000;

async function version(context: AdapterContext, abort: AbortSignal): Promise<string | undefined> {
  const options = { path: "/api/version", abort, timeoutMs: answerMs, accept: isUnknownPath };
  const answer = await askRuntime(named, context, options);
  // An old one has no version to tell.
  if (isUnknownPath(answer)) await loaded(context, abort);
  else if (!isObject(answer.json)) throw strangeAnswer(named, context.client.url);
  return asText(asObject(answer.json)["version"]);
}

async function loaded(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly LoadedModel[]> {
  const options = { path: "/running", abort, timeoutMs: answerMs };
  const running = readRunning((await askRuntime(named, context, options)).json);
  if (!running) throw strangeAnswer(named, context.client.url);
  return running;
}

async function installed(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly InstalledModel[]> {
  const options = { path: "/v1/models", abort, timeoutMs: answerMs };
  const models = readConfigured((await askRuntime(named, context, options)).json);
  if (!models) throw strangeAnswer(named, context.client.url);
  return models;
}

/**
 * Resolves when the model's process is ready; its answer to the health check does not matter. The
 * end of the request does not end the start, so aborting stops the process.
 */
async function load(context: AdapterContext, { model, abort }: LoadRequest): Promise<void> {
  const path = `/upstream/${pathOf(model)}/health`;
  try {
    const answer = await askRuntime(named, context, { path, abort, accept: isNoRefusal });
    if (isSuccess(answer) || (await isReady(context, model, abort))) return;
    const names = (await installed(context, abort)).map(({ name }) => name);
    throw failed(model, { text: errorText(answer), installed: names });
  } catch (error) {
    if (abort.aborted) await stopStarting(context, model).catch(() => {});
    throw error;
  }
}

async function unload(
  context: AdapterContext,
  { instance }: Pick<LoadedModel, "name" | "instance">,
): Promise<void> {
  const path = `/api/models/unload/${pathOf(instance)}`;
  const options = { path, method: "POST", abort: neverAborted(), timeoutMs: unloadMs } as const;
  const answer = await askRuntime(named, context, { ...options, accept: isNoRefusal });
  if (isSuccess(answer)) return;
  // It calls a model it does not know "model not found"; an old one does not know the path.
  if (isUnknownPath(answer) && !/model/.test(errorText(answer))) throw tooOld(context.client.url);
  throw failed(instance, { text: errorText(answer) });
}

async function* events(
  { client }: AdapterContext,
  abort: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const read = createEventReader(parseJson);
  for await (const { data } of client.events("/api/events", { abort }))
    yield* read(parseJson(data));
}

function byHand({ deed, url, model }: ByHand): string {
  return deed === "unload"
    ? `curl -X POST ${shellWord(`${url}/api/models/unload/${pathOf(model)}`)}`
    : `curl ${shellWord(`${url}/upstream/${pathOf(model)}/health`)}`;
}

async function isReady(
  context: AdapterContext,
  model: string,
  abort: AbortSignal,
): Promise<boolean> {
  const running = await loaded(context, abort);
  return running.some(({ name, state }) => name === model && state === "loaded");
}

async function stopStarting(context: AdapterContext, model: string): Promise<void> {
  const running = await loaded(context, neverAborted());
  const starts = running.some(({ name, state }) => name === model && state === "loading");
  if (starts) await unload(context, { name: model, instance: model });
}

/** A name may hold slashes, which part the path as they stand, and half characters, which no URL can. */
function pathOf(model: string): string {
  return model.toWellFormed().split("/").map(encodeURIComponent).join("/");
}

function isUnknownPath({ status }: RuntimeAnswer): boolean {
  return status === 404;
}

/** Whatever is said of the model itself; 401 and 403 are about who asks. */
function isNoRefusal({ status }: RuntimeAnswer): boolean {
  return status !== 401 && status !== 403;
}

type Failure = { readonly text: string; readonly installed?: readonly string[] };

function failed(model: string, { text, installed: names }: Failure): AiRulesError {
  return new AiRulesError(modelFault(text, { model, kind: "llama-swap", installed: names }));
}

/** It can only stop all that run. */
function tooOld(url: string): AiRulesError {
  return new AiRulesError({
    code: "runtime/too-old",
    message: "this llama-swap is too old to unload a single model",
    remedy: `unload all: \`curl ${shellWord(`${url}/unload`)}\`, or update llama-swap`,
  });
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

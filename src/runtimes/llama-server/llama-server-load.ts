/**
 * Loading and unloading in a router, which only begins both and answers at once: how they end is
 * seen in its list (measured on b11669). A server with one model has it for as long as it runs; all
 * that can be done is to wait for it and to wake it.
 */
import { AiRulesError } from "../../core/error.ts";
import { modelFault } from "../../core/model-fault.ts";
import { nearestName } from "../../core/nearest-name.ts";
import type { LoadedModel } from "../../core/runtime.ts";
import { printable } from "../../core/text.ts";
import type { AdapterContext, LoadRequest } from "../adapter.ts";
import type { RuntimeAnswer } from "../http/client.ts";
import { errorText } from "../http/faults.ts";
import { pause } from "../pause.ts";
import { llamaServerEvents } from "./llama-server-events.ts";
import type { ListedModel } from "./llama-server-models.ts";
import { askLlamaServer, listModels } from "./llama-server-requests.ts";

/** How often to look how far it is, in ms. */
const lookEveryMs = 250;
/** Looks until an unload is left to itself. */
const looks = 60;
/** For the begin of a load, which may have to stop another model first, in ms. */
const beginMs = 30_000;

/** Resolves when the model is loaded and awake. Aborting ends the load, unless it ran before. */
export async function loadLlamaServer(
  context: AdapterContext,
  request: LoadRequest,
): Promise<void> {
  const before = await find(context, request);
  if (!isUnloaded(before)) return untilAwake(context, request);
  const following = followProgress(context, request);
  try {
    await begin(context, request);
    await untilAwake(context, request);
  } catch (error) {
    if (request.abort.aborted) await askToUnload(context, request.model).catch(() => {});
    throw error;
  } finally {
    await following.end();
  }
}

/** Resolves when the model is gone, or after some seconds; one that is gone already is fine. */
export async function unloadLlamaServer(
  context: AdapterContext,
  { name, instance }: Pick<LoadedModel, "name" | "instance">,
): Promise<void> {
  const abort = neverAborted();
  const models = await listModels(context, abort);
  if (models === "loading" || models.some(({ status }) => !status)) throw oneModelOnly(name);
  await askToUnload(context, instance);
  for (let look = 0; look < looks; look++) {
    const model = await find(context, { model: instance, abort });
    if (isUnloaded(model)) return;
    await pause(lookEveryMs, abort);
  }
}

/** How far a load is comes by itself; without that stream it is just not told. */
function followProgress(
  context: AdapterContext,
  { model, onProgress }: LoadRequest,
): { readonly end: () => Promise<void> } {
  const ending = new AbortController();
  const follow = async (): Promise<void> => {
    for await (const event of llamaServerEvents(context, ending.signal))
      if (event.type === "loading" && event.model === model && event.progress !== undefined)
        onProgress(event.progress);
  };
  const followed = follow().catch(() => {});
  return {
    end: () => {
      ending.abort();
      return followed;
    },
  };
}

type Wanted = Pick<LoadRequest, "model" | "abort">;

/** The model in the list; "loading" where a server with one model has no list yet. */
async function find(
  context: AdapterContext,
  { model, abort }: Wanted,
): Promise<ListedModel | "loading"> {
  const models = await listModels(context, abort);
  if (models === "loading") return models;
  const found = models.find(({ name, aliases }) => name === model || aliases.includes(model));
  if (found) return found;
  const names = models.map(({ name }) => name);
  throw models.length === 1 && !models[0]?.status
    ? servesOther(model, names)
    : notFound(model, names);
}

function isUnloaded(model: ListedModel | "loading"): boolean {
  if (model === "loading" || !model.status) return false;
  return !["loading", "loaded", "sleeping"].includes(model.status.value);
}

/** A model that somebody else loads at this moment is as good as one that we do. */
async function begin(context: AdapterContext, { model, abort }: Wanted): Promise<void> {
  const options = { body: { model }, abort, timeoutMs: beginMs, accept: isAlreadyRunning };
  await askLlamaServer(context, "/models/load", options);
}

function isAlreadyRunning(answer: RuntimeAnswer): boolean {
  return answer.status === 400 && /already running/.test(errorText(answer));
}

async function untilAwake(context: AdapterContext, request: LoadRequest): Promise<void> {
  for (;;) {
    const model = await find(context, request);
    if (isUnloaded(model)) throw loadFailed(model, request.model);
    if (model !== "loading" && model.status?.value !== "loading")
      return wake(context, model, request);
    await pause(lookEveryMs, request.abort);
  }
}

/** `/slots` wakes a server that sleeps (measured on b11669), and takes as long as a load then. */
async function wake(
  context: AdapterContext,
  { name, status }: ListedModel,
  { abort }: Wanted,
): Promise<void> {
  if (status && status.value !== "sleeping") return;
  const model = status ? `?model=${encodeURIComponent(name.toWellFormed())}&autoload=false` : "";
  await context.client.request(`/slots${model}`, { abort });
}

async function askToUnload(context: AdapterContext, model: string): Promise<void> {
  const isGone = (answer: RuntimeAnswer) =>
    answer.status === 400 && /not running/.test(errorText(answer));
  const options = { body: { model }, abort: neverAborted(), accept: isGone };
  await askLlamaServer(context, "/models/unload", options);
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

function loadFailed(model: ListedModel | "loading", name: string): AiRulesError {
  const code = model === "loading" ? undefined : model.status?.exitCode;
  const text = `failed to load${code === undefined ? "" : `: exit code ${code}`}`;
  return new AiRulesError(modelFault(text, { model: name, kind: "llama-server" }));
}

function notFound(name: string, names: readonly string[]): AiRulesError {
  const near = nearestName(name, names);
  return new AiRulesError({
    code: "model/not-found",
    message: `llama-server has no model ${printable(name)}`,
    remedy: near ? `use ${printable(near)}` : "put its file into the directory of --models-dir",
  });
}

function servesOther(name: string, [only = ""]: readonly string[]): AiRulesError {
  return new AiRulesError({
    code: "model/not-found",
    message: `this llama-server serves only ${printable(only)}, not ${printable(name)}`,
    remedy: "start it with `--models-dir DIRECTORY` instead of `-m` to choose among models",
  });
}

function oneModelOnly(name: string): AiRulesError {
  return new AiRulesError({
    code: "model/cannot-unload",
    message: `this llama-server has ${printable(name)} for as long as it runs`,
    remedy: "stop llama-server to free its memory, or start it with `--sleep-idle-seconds`",
  });
}

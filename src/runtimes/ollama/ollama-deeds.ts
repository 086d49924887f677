/** Loading, unloading and keeping a model: all three are a `/api/generate` without a prompt. */
import { AiRulesError } from "../../core/error.ts";
import { isSameModelName } from "../../core/model-ref.ts";
import type { LoadedModel } from "../../core/runtime.ts";
import { printable } from "../../core/text.ts";
import type { AdapterContext, LoadRequest } from "../adapter.ts";
import { pause } from "../pause.ts";
import { askOllama } from "./ollama-answers.ts";
import { keepAliveBody } from "./ollama-keep-alive.ts";
import { readLoaded } from "./ollama-loaded.ts";

/** Time for an answer that waits for no model, in ms. */
const answerMs = 10_000;
/** How often and how many times to look whether a model is gone: some 8 s. */
const lookEveryMs = 250;
const looks = 32;

/**
 * Resolves when the model is loaded, however long that takes; the answer starts only then. Aborting
 * the request ends the load, unless others wait for the same model.
 */
export async function loadOllama(context: AdapterContext, request: LoadRequest): Promise<void> {
  const { model, keepAlive, abort } = request;
  await generate(context, { model, keepAlive, abort });
}

/** Resolves when the model is gone, or after some seconds: a running request keeps it that long. */
export async function unloadOllama(
  context: AdapterContext,
  loaded: Pick<LoadedModel, "name" | "instance">,
): Promise<void> {
  const abort = neverAborted();
  const model = loaded.instance;
  await generate(context, { model, keepAlive: "0", abort, timeoutMs: answerMs });
  for (let look = 0; look < looks; look++) {
    // The list stalls while memory is given back; one that takes longer is not waited for.
    if (!(await isLoaded(context, model).catch(() => false))) return;
    await (context.clock?.wait(lookEveryMs) ?? pause(lookEveryMs, abort));
  }
}

/** Says how long a loaded model is kept; one that is not loaded is left so. */
export async function setOllamaKeepAlive(
  context: AdapterContext,
  model: string,
  keepAlive: string,
): Promise<void> {
  // Asked for a model that is not loaded, Ollama would load it.
  if (!(await isLoaded(context, model))) throw notLoaded(model);
  await generate(context, { model, keepAlive, abort: neverAborted(), timeoutMs: answerMs });
}

type Generate = {
  readonly model: string;
  readonly keepAlive: string | undefined;
  readonly abort: AbortSignal;
  readonly timeoutMs?: number;
};

async function generate(context: AdapterContext, request: Generate): Promise<void> {
  const { model, keepAlive, ...limits } = request;
  const kept = keepAlive === undefined ? {} : { keep_alive: keepAliveBody(keepAlive) };
  await askOllama(context, { path: "/api/generate", body: { model, ...kept }, model, ...limits });
}

async function isLoaded(context: AdapterContext, model: string): Promise<boolean> {
  const limits = { timeoutMs: answerMs, abort: neverAborted() };
  const answer = await askOllama(context, { path: "/api/ps", ...limits });
  const loaded = readLoaded(answer.json, { here: 0, there: 0 });
  return loaded.some(({ name }) => isSameModelName(name, model));
}

function notLoaded(model: string): AiRulesError {
  return new AiRulesError({
    code: "model/not-loaded",
    message: `${printable(model)} is not loaded any more`,
    remedy: "load it again",
  });
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

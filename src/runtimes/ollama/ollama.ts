/**
 * Ollama, by its own API. Two of its habits shape all that is here: a runner keeps the keep_alive it
 * was last told and the options it was started with, and OpenCode's `/v1` requests carry neither. So
 * one load with a keep_alive holds for all that follows, and a load never sends options: the first
 * request without them would load the model a second time.
 */
import { asObject } from "../../core/json.ts";
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";
import type { Adapter, AdapterContext } from "../adapter.ts";
import { strangeAnswer } from "../http/ask-runtime.ts";
import { askOllama, ollamaNames } from "./ollama-answers.ts";
import { ollamaByHand } from "./ollama-by-hand.ts";
import { loadOllama, setOllamaKeepAlive, unloadOllama } from "./ollama-deeds.ts";
import { clocksOf, readLoaded } from "./ollama-loaded.ts";
import { describedBy, lacksLayers, readTags } from "./ollama-models.ts";
import { deriveOllama, pullOllama } from "./ollama-streams.ts";

/** Time for an answer that needs no model, in ms. `/api/ps` can take 5 s while a model is unloaded. */
const answerMs = 3000;
/** `/api/show` opens the model's file, maybe on a disk that sleeps. */
const describeMs = 15_000;

export const ollama: Adapter = {
  kind: "ollama",
  ...ollamaNames,
  abilities: {
    seesLoaded: true,
    load: true,
    unload: true,
    keepAlive: true,
    loadContext: false,
    derive: true,
    pull: true,
  },
  installedEveryMs: 60_000,
  version,
  loaded,
  installed: async (context, abort) =>
    readTags((await askOllama(context, { path: "/api/tags", timeoutMs: describeMs, abort })).json),
  describe,
  load: loadOllama,
  unload: unloadOllama,
  setKeepAlive: setOllamaKeepAlive,
  derive: deriveOllama,
  pull: pullOllama,
  byHand: ollamaByHand,
};

async function version(context: AdapterContext, abort: AbortSignal): Promise<string> {
  const answer = await askOllama(context, { path: "/api/version", timeoutMs: answerMs, abort });
  const { version: text, commit } = asObject(answer.json);
  // llama-swap answers the same path, with a commit.
  if (typeof text !== "string" || commit !== undefined) {
    throw strangeAnswer(ollamaNames, context.client.url);
  }
  return text;
}

async function loaded(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly LoadedModel[]> {
  const answer = await askOllama(context, { path: "/api/ps", timeoutMs: answerMs, abort });
  const here = context.clock?.now() ?? Date.parse(answer.headers["date"] ?? "");
  return readLoaded(answer.json, clocksOf(answer.headers["date"], here));
}

async function describe(
  context: AdapterContext,
  model: InstalledModel,
  abort: AbortSignal,
): Promise<InstalledModel> {
  const show = (verbose: boolean) =>
    askOllama(context, {
      path: "/api/show",
      body: verbose ? { model: model.name, verbose } : { model: model.name },
      model: model.name,
      timeoutMs: describeMs,
      abort,
    });
  const short = await show(false);
  if (!lacksLayers(short.json)) return describedBy(model, short.json);
  // With `verbose` the tokens come as well, some MB of them; without it the layers stay unknown.
  const whole = await show(true).catch(() => short);
  abort.throwIfAborted();
  return describedBy(model, whole.json);
}

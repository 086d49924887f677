/**
 * Loading, unloading and downloading (v1 only). A model that is loaded here is never evicted and has
 * no time-out; one that LM Studio loads by itself for a request is, as soon as another is wanted.
 */
import { AiRulesError } from "../../core/error.ts";
import { asNumber, asText, type JsonObject } from "../../core/json.ts";
import { modelFault } from "../../core/model-fault.ts";
import type { LoadedModel } from "../../core/runtime.ts";
import { shellWord } from "../../core/shell-word.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import type { AdapterContext, LoadRequest, PullProgress } from "../adapter.ts";
import { pause } from "../pause.ts";
import type { LmStudioModel } from "./lmstudio-models.ts";
import { askLmStudio, listModels, needsNewer } from "./lmstudio-requests.ts";

/** Time for an answer that waits for no model, in ms. */
const answerMs = 10_000;
/** How often to ask how far a download is, in ms. */
const lookEveryMs = 1000;

/**
 * Resolves when the model is loaded, with the context if one is given. Requests by the model's key
 * reach one instance only, so an instance with another context makes room first.
 */
export async function loadLmStudio(context: AdapterContext, request: LoadRequest): Promise<void> {
  const { model, context: wanted, abort } = request;
  const { instances } = await find(context, model, abort);
  if (instances.some((it) => wanted === undefined || it.context === wanted)) return;
  for (const instance of instances) await unloadLmStudio(context, instance);
  try {
    await load(context, request);
  } catch (error) {
    // Whether the end of the request ends the load is nowhere said.
    if (abort.aborted) await unloadAll(context, model).catch(() => {});
    throw error;
  }
}

/** Resolves when the instance is gone; one that is gone already is fine. */
export async function unloadLmStudio(
  context: AdapterContext,
  loaded: Pick<LoadedModel, "name" | "instance">,
): Promise<void> {
  const { instance } = loaded;
  const options = { body: { instance_id: instance }, abort: neverAborted(), timeoutMs: answerMs };
  try {
    const answer = await askLmStudio(context, "/api/v1/models/unload", options);
    if (!answer) throw needsNewer("unload", `lms unload ${shellWord(instance)}`);
  } catch (error) {
    if (await isLoaded(context, loaded)) throw error;
  }
}

type PullRequest = {
  readonly model: string;
  readonly onProgress: (progress: PullProgress) => void;
  readonly abort: AbortSignal;
};

/**
 * Resolves when the model is downloaded. The API cannot stop a download: aborting only stops the
 * waiting, and the next pull of the model finds it further on.
 */
export async function pullLmStudio(context: AdapterContext, request: PullRequest): Promise<void> {
  const { model, onProgress, abort } = request;
  const fault = faultOf(model);
  const options = { abort, timeoutMs: answerMs, fault };
  const begun = await askLmStudio(context, "/api/v1/models/download", {
    ...options,
    body: { model },
  });
  if (!begun) throw needsNewer("download", `lms get ${shellWord(model)}`);
  const job = encodeURIComponent((asText(begun["job_id"]) ?? "").toWellFormed());
  let state = begun;
  while (!isDownloaded(state, fault)) {
    onProgress(progressOf(state));
    await pause(lookEveryMs, abort);
    const path = `/api/v1/models/download/status/${job}`;
    state = (await askLmStudio(context, path, options)) ?? {};
  }
  onProgress(progressOf(state));
}

function isDownloaded(state: JsonObject, fault: (text: string) => AiRulesError): boolean {
  const status = asText(state["status"]) ?? "gone";
  if (status === "completed" || status === "already_downloaded") return true;
  if (status === "downloading" || status === "paused") return false;
  throw fault(`the download is ${status}`);
}

function progressOf(state: JsonObject): PullProgress {
  return {
    note: asText(state["status"]) ?? "",
    ...withoutUndefined({
      doneBytes: asNumber(state["downloaded_bytes"]),
      totalBytes: asNumber(state["total_size_bytes"]),
    }),
  };
}

async function load(context: AdapterContext, request: LoadRequest): Promise<void> {
  const { model, context: wanted, abort } = request;
  const body = { model, ...(wanted === undefined ? {} : { context_length: wanted }) };
  const fault = faultOf(model);
  const answer = await askLmStudio(context, "/api/v1/models/load", { body, abort, fault });
  const length = wanted === undefined ? "" : ` --context-length ${wanted}`;
  if (!answer) throw needsNewer("load", `lms load ${shellWord(model)}${length}`);
}

async function find(
  context: AdapterContext,
  model: string,
  abort: AbortSignal,
): Promise<LmStudioModel> {
  const models = await listModels(context, abort);
  const found = models.filter(({ installed }) => installed.name === model);
  const [first] = found;
  if (first) return { ...first, instances: found.flatMap(({ instances }) => instances) };
  const names = models.map(({ installed }) => installed.name);
  throw new AiRulesError(modelFault("not found", { model, kind: "lmstudio", installed: names }));
}

function faultOf(model: string): (text: string) => AiRulesError {
  return (text) => new AiRulesError(modelFault(text, { model, kind: "lmstudio" }));
}

async function isLoaded(
  context: AdapterContext,
  { instance }: Pick<LoadedModel, "instance">,
): Promise<boolean> {
  const models = await listModels(context, neverAborted());
  return models.some(({ instances }) => instances.some((it) => it.instance === instance));
}

async function unloadAll(context: AdapterContext, model: string): Promise<void> {
  const { instances } = await find(context, model, neverAborted());
  for (const instance of instances) await unloadLmStudio(context, instance);
}

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

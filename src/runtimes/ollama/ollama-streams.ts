/**
 * Deeds that Ollama reports line by line. Their status is 200 before it is known how they end: a
 * failure is a line `{"error": ...}`, and only a line `{"status": "success"}` is a success.
 */
import { asNumber, asObject, asText, type JsonObject } from "../../core/json.ts";
import type { AdapterContext, PullProgress } from "../adapter.ts";
import { askOllama, ollamaFault, streamFault } from "./ollama-answers.ts";

const answerMs = 15_000;

type DeriveRequest = {
  readonly from: string;
  readonly name: string;
  readonly context: number;
  readonly abort: AbortSignal;
};

/** Makes a model with a context of its own; it shares the blobs of the one it is made of. */
export async function deriveOllama(context: AdapterContext, request: DeriveRequest): Promise<void> {
  const { from, name, abort } = request;
  // Asked to make something of a model it does not have, Ollama would download that first.
  const limits = { timeoutMs: answerMs, abort };
  await askOllama(context, { path: "/api/show", body: { model: from }, model: from, ...limits });
  const body = { model: name, from, parameters: { num_ctx: request.context } };
  await follow(context, { path: "/api/create", body, model: name, abort });
}

type PullRequest = {
  readonly model: string;
  readonly onProgress: (progress: PullProgress) => void;
  readonly abort: AbortSignal;
};

/** Downloads a model; after an abort the next pull goes on where this one stopped. */
export async function pullOllama(context: AdapterContext, request: PullRequest): Promise<void> {
  const { model, abort, onProgress } = request;
  const sizes = new Map<string, Part>();
  const onLine = (line: JsonObject) => onProgress(progressOf(line, sizes));
  await follow(context, { path: "/api/pull", body: { model }, model, abort, onLine });
}

type Part = { readonly total: number; readonly done: number };

/** A model is some blobs that come one after the other; together they are one bar. */
function progressOf(line: JsonObject, parts: Map<string, Part>): PullProgress {
  const note = asText(line["status"]) ?? "";
  const digest = asText(line["digest"]);
  const total = asNumber(line["total"]);
  if (digest && total) parts.set(digest, { total, done: asNumber(line["completed"]) ?? 0 });
  if (parts.size === 0) return { note };
  const sum = (size: (part: Part) => number) =>
    [...parts.values()].reduce((bytes, part) => bytes + size(part), 0);
  return { note, doneBytes: sum(({ done }) => done), totalBytes: sum(({ total: all }) => all) };
}

type Followed = {
  readonly path: string;
  readonly body: unknown;
  readonly model: string;
  readonly abort: AbortSignal;
  readonly onLine?: (line: JsonObject) => void;
};

async function follow(context: AdapterContext, request: Followed): Promise<void> {
  const { model, abort } = request;
  const last = await lastStatus(context, request).catch((error: unknown) => {
    throw abort.aborted ? error : streamFault(context, error, model);
  });
  abort.throwIfAborted();
  if (last !== "success") throw ollamaFault({ text: cutOff(last), model });
}

async function lastStatus(context: AdapterContext, request: Followed): Promise<string> {
  const { path, body, model, abort, onLine } = request;
  let last = "";
  for await (const value of context.client.ndjson(path, { method: "POST", body, abort })) {
    const line = asObject(value);
    const error = asText(line["error"]);
    if (error !== undefined) throw ollamaFault({ text: error, model });
    last = asText(line["status"]) ?? last;
    onLine?.(line);
  }
  return last;
}

function cutOff(last: string): string {
  return `Ollama ended its answer before it was done${last ? ` (last: ${last})` : ""}`;
}

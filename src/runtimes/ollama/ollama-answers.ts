/** Requests to Ollama whose answer is one JSON object, and the failures it tells in them. */
import { AiRulesError } from "../../core/error.ts";
import { asList, asObject, asText, isObject } from "../../core/json.ts";
import { modelFault } from "../../core/model-fault.ts";
import type { AdapterContext } from "../adapter.ts";
import { askedOf, askRuntime, isSuccess, type Named, strangeAnswer } from "../http/ask-runtime.ts";
import type { RuntimeAnswer } from "../http/client.ts";
import { noAnswer } from "../http/faults.ts";
import { tokenVariables } from "../token-variables.ts";

/** What failures say of it. */
export const ollamaNames: Named = {
  title: "Ollama",
  startCommand: "ollama serve",
  tokenVariable: tokenVariables.ollama,
};

export type OllamaRequest = {
  readonly path: string;
  /** Without one it is a GET. */
  readonly body?: unknown;
  /** The model the request is about; without one it is about the server. */
  readonly model?: string;
  /** ms; undefined: as long as it takes. */
  readonly timeoutMs?: number;
  readonly abort: AbortSignal;
};

/** Asks; rejects with what failed unless the answer is an object that tells of no failure. */
export async function askOllama(
  context: AdapterContext,
  { model, ...request }: OllamaRequest,
): Promise<RuntimeAnswer> {
  const accept = (answer: RuntimeAnswer) => model !== undefined && tellsFailure(answer);
  const answer = await askRuntime(ollamaNames, context, { ...request, accept });
  const error = asText(asObject(answer.json)["error"]);
  if (model !== undefined && error !== undefined) {
    const installed = answer.status === 404 ? await installedNames(context, request.abort) : [];
    throw ollamaFault({ text: error, model, installed });
  }
  // LM Studio answers 200 and an error for each path it does not know.
  if (error !== undefined || !isObject(answer.json)) {
    throw strangeAnswer(ollamaNames, context.client.url);
  }
  return answer;
}

/** What a stream to Ollama failed with, as what it means for a model where it says so. */
export function streamFault(context: AdapterContext, error: unknown, model: string): unknown {
  const asked = askedOf(ollamaNames, context.client.url);
  if (!(error instanceof AiRulesError)) return error;
  const { code, detail } = error.problem;
  if (code === "runtime/refused" && detail) return ollamaFault({ text: detail, model });
  return noAnswer(error, asked);
}

/** What Ollama's words about a model mean. */
export function ollamaFault(about: {
  readonly text: string;
  readonly model: string;
  readonly installed?: readonly string[];
}): AiRulesError {
  return new AiRulesError(modelFault(about.text, { ...about, kind: "ollama" }));
}

/** It wants a token at 401; a 403 says that its cloud is switched off. */
function tellsFailure(answer: RuntimeAnswer): boolean {
  const tells = asText(asObject(answer.json)["error"]) !== undefined;
  return tells && !isSuccess(answer) && answer.status !== 401;
}

/** What may have been meant instead; nothing where the list cannot be had. */
async function installedNames(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly string[]> {
  const list = { path: "/api/tags", timeoutMs: 3000, abort };
  const answer = await askRuntime(ollamaNames, context, list).catch(() => undefined);
  const models = asList(asObject(answer?.json)["models"]);
  return models.flatMap((model) => asText(asObject(model)["name"]) ?? []);
}

/** What is asked of a llama-server. While it loads its one model, it answers everything with 503. */
import { AiRulesError } from "../../core/error.ts";
import { asObject } from "../../core/json.ts";
import type { AdapterContext } from "../adapter.ts";
import { type AskOptions, askRuntime, type Named, strangeAnswer } from "../http/ask-runtime.ts";
import type { RuntimeAnswer } from "../http/client.ts";
import { errorText } from "../http/faults.ts";
import { tokenVariables } from "../token-variables.ts";
import { type ListedModel, readModels } from "./llama-server-models.ts";

export const named: Named = {
  title: "llama-server",
  startCommand: "llama-server -m MODEL.gguf --jinja",
  tokenVariable: tokenVariables["llama-server"],
};

/** Time for an answer that waits for no model, in ms. A router under load takes a second. */
const answerMs = 3000;

/** Asks with a time limit; a POST when there is a body. */
export function askLlamaServer(
  context: AdapterContext,
  path: string,
  options: AskOptions,
): Promise<RuntimeAnswer> {
  return askRuntime(named, context, { path, timeoutMs: answerMs, ...options });
}

export function isLoading(answer: RuntimeAnswer): boolean {
  return answer.status === 503 && /loading model/i.test(errorText(answer));
}

/** All models, of a router and of a server with one; "loading" while the one is. */
export async function listModels(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly ListedModel[] | "loading"> {
  const answer = await askLlamaServer(context, "/models", { abort, accept: isLoading });
  if (isLoading(answer)) return "loading";
  if (!Array.isArray(asObject(answer.json)["data"])) throw strangeAnswer(named, context.client.url);
  return readModels(answer.json);
}

/** What cannot be told before the model is there. */
export function stillLoading(): AiRulesError {
  return new AiRulesError({
    code: "runtime/loading",
    message: "llama-server still loads its model",
    remedy: "wait until it is loaded",
  });
}

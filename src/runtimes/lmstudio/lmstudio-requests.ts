/**
 * What is asked of LM Studio. It answers every path it does not know with status 200 and an error
 * "Unexpected endpoint or method", so that only the body tells whether a version has an endpoint.
 */
import { AiRulesError } from "../../core/error.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import type { AdapterContext } from "../adapter.ts";
import { type AskOptions, askRuntime, type Named, strangeAnswer } from "../http/ask-runtime.ts";
import type { RuntimeAnswer } from "../http/client.ts";
import { errorText } from "../http/faults.ts";
import { tokenVariables } from "../token-variables.ts";
import { type LmStudioModel, readV0, readV1 } from "./lmstudio-models.ts";

export const named: Named = {
  title: "LM Studio",
  startCommand: "lms server start",
  tokenVariable: tokenVariables.lmstudio,
};

/** Time for an answer that waits for no model, in ms. */
const answerMs = 3000;

export type LmStudioOptions = AskOptions & {
  /** What failed, from what LM Studio says of it. */
  readonly fault?: (text: string) => AiRulesError;
};

/** The answer; undefined where this version has no such endpoint. */
export async function askLmStudio(
  context: AdapterContext,
  path: string,
  { fault = refused, ...options }: LmStudioOptions,
): Promise<JsonObject | undefined> {
  const answer = await askRuntime(named, context, { path, ...options, accept: saysWhy });
  if (isUnknownEndpoint(answer)) return undefined;
  if (!isObject(answer.json)) throw strangeAnswer(named, context.client.url);
  if (answer.json["error"]) throw fault(errorText(answer));
  return answer.json;
}

/** All models, loaded or not. */
export async function listModels(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly LmStudioModel[]> {
  const options = { abort, timeoutMs: answerMs };
  const v1 = await askLmStudio(context, "/api/v1/models", options);
  const v0 = v1 ? undefined : await askLmStudio(context, "/api/v0/models", options);
  if (!v1 && !v0) throw noList();
  const models = v1 ? readV1(v1) : readV0(v0);
  if (!models) throw strangeAnswer(named, context.client.url);
  return models;
}

/** Whether LM Studio answers; older versions do not know the greeting, but say so as only it does. */
export async function greet(context: AdapterContext, abort: AbortSignal): Promise<void> {
  const options = { abort, timeoutMs: answerMs };
  const answer = await askLmStudio(context, "/lmstudio-greeting", options);
  if (answer && answer["lmstudio"] !== true) throw strangeAnswer(named, context.client.url);
}

/** Without v1 nothing can be done to a model; `command` does it by hand. */
export function needsNewer(what: string, command: string): AiRulesError {
  return new AiRulesError({
    code: "runtime/too-old",
    message: `this LM Studio is too old to ${what} a model for others`,
    remedy: `run \`${command}\`, or update LM Studio to 0.4.0`,
  });
}

/** Its errors are JSON with a reason, whatever the status; who may not ask at all is another matter. */
function saysWhy(answer: RuntimeAnswer): boolean {
  if (answer.status === 401 || answer.status === 403) return false;
  return isUnknownEndpoint(answer) || (isObject(answer.json) && "error" in answer.json);
}

function isUnknownEndpoint(answer: RuntimeAnswer): boolean {
  return /unexpected endpoint or method/i.test(errorText(answer));
}

function refused(text: string): AiRulesError {
  return new AiRulesError({
    code: "runtime/refused",
    message: `LM Studio refuses: ${text}`,
    remedy: "look at its log: `lms log stream`",
  });
}

/** With authentication on, who has no token is told that the endpoint does not exist. */
function noList(): AiRulesError {
  return new AiRulesError({
    code: "runtime/needs-token",
    message: "LM Studio shows no list of its models: it wants a token, or is older than 0.3.6",
    remedy: "set LM_API_TOKEN in the development shell to a token from its server settings",
  });
}

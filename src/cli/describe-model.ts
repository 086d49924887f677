/** A model that somebody names, with what only a second request tells: the arithmetic needs it. */
import { AiRulesError } from "../core/error.ts";
import { type FoundModel, findModel, type ModelQuestion } from "./find-model.ts";
import type { ModelsSurvey } from "./models-survey.ts";

/** Nobody waits longer for the details of a model, in ms. */
const timeoutMs = 3000;

/** Throws as `findModel` does; what the runtime does not tell stays unknown. */
export async function describedModel(
  { models, contextOf }: Pick<ModelsSurvey, "models" | "contextOf">,
  question: ModelQuestion,
): Promise<FoundModel> {
  const found = findModel(models.runtimes, question);
  const { runtime, model } = found;
  const speaker = contextOf(runtime.address.id);
  if (model.described || model.cloud || !speaker?.adapter.describe) return found;
  try {
    const abort = AbortSignal.timeout(timeoutMs);
    const more = await speaker.adapter.describe(speaker.context, model, abort);
    return { ...found, model: more };
  } catch (error) {
    if (error instanceof AiRulesError || error instanceof DOMException) return found;
    throw error;
  }
}

/** What to know of a model that is picked: whether its context is enough, and what it does to other modes. */
import { bestContext, goodContext } from "../core/context-size.ts";
import { tokens } from "../core/format.ts";
import { findInstalled } from "../core/installed-models.ts";
import { likelyContext } from "../core/likely-context.ts";
import type { AgentMode } from "../core/mode.ts";
import { modelWarnings } from "../core/model-warnings.ts";
import type { ModelsState } from "../core/models.ts";
import type { FoundModel } from "./find-model.ts";
import { type ModelsSurvey, wishesOf } from "./models-survey.ts";

type Picked = {
  readonly mode: AgentMode;
  readonly found: FoundModel;
  /** The context that was asked for. */
  readonly context: number | undefined;
};

/** One line each. */
export function pickNotes(survey: ModelsSurvey, picked: Picked): readonly string[] {
  const before = modelWarnings(survey);
  const models = modelsAfter(survey, picked);
  const others = modelWarnings({ models }).filter(
    ({ text }) => !before.some((known) => known.text === text),
  );
  return [
    ...contextNotes(models, picked),
    ...others.map(({ text, remedy }) => `${text}; ${remedy}`),
  ];
}

/** What is known when the pick is made: a variant that was just made is among the models. */
function modelsAfter(
  { models: before, settings }: ModelsSurvey,
  { mode, found }: Picked,
): ModelsState {
  const { runtime, model, ref } = found;
  const runtimes = before.runtimes.map((each) =>
    each.address.id === runtime.address.id && !findInstalled(each, model.name)
      ? { ...each, installed: [...each.installed, model] }
      : each,
  );
  const models = { ...before, runtimes, picks: { ...before.picks, [mode]: { model: ref } } };
  return { ...models, wishes: wishesOf(models, settings) };
}

function contextNotes(
  { memory }: ModelsState,
  { found: { runtime, model, ref }, context }: Picked,
): readonly string[] {
  const likely = likelyContext({ runtime, model, name: model.name, memory });
  // Of a loaded one the warnings tell.
  if (model.cloud || likely.measured || (context ?? likely.tokens) >= goodContext) return [];
  const { derive, loadContext } = runtime.abilities;
  const longest = Math.min(model.maxContext ?? bestContext, bestContext);
  const canHaveMore = context === undefined && longest > likely.tokens && (derive || loadContext);
  const size = `${ref} will have a context of ${tokens(context ?? likely.tokens)}`;
  const remedy = canHaveMore ? `; add --context ${tokens(longest)}` : "";
  return [`${size}, which is too small for an agent${remedy}`];
}

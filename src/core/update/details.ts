/**
 * What only a second request tells of a model is asked for before somebody needs it: of a model that
 * a mode is meant to use, since its agent is told of its context; and of all models where nothing
 * else says which of them call tools and one has to be chosen (Ollama before 0.30).
 */
import type { Effect } from "../effect.ts";
import { findInstalled, isUnclear, knowsInstalled, runtimeOf } from "../installed-models.ts";
import { agentModes } from "../mode.ts";
import { needyModes } from "../model-choice.ts";
import type { RuntimeState } from "../runtime.ts";
import type { State } from "../state.ts";
import { type Step, step } from "./step.ts";

export function askDetails(state: State, before: State): Step {
  const asked = new Map(wishedModels(before).map(({ key }) => [key, true]));
  const wished = wishedModels(state).filter(({ key }) => !asked.has(key));
  const unclear = unclearRuntimes(state);
  const described = {
    ...state.models.described,
    ...Object.fromEntries(
      unclear.map(({ address, installedAt = 0 }) => [address.id, { at: installedAt, done: false }]),
    ),
  };
  return step(
    unclear.length === 0 ? state : { ...state, models: { ...state.models, described } },
    ...wished.map(({ effect }) => effect),
    ...unclear.map(
      ({ address, installed }): Effect => ({
        type: "describe-models",
        runtime: address.id,
        models: installed.filter(isUnclear).map(({ name }) => name),
      }),
    ),
  );
}

/** The runtime has told what it would tell. */
export function withDescribed(state: State, id: string): State {
  const { [id]: asked, ...others } = state.models.described;
  if (!asked) return state;
  const described = { ...others, [id]: { ...asked, done: true } };
  return { ...state, models: { ...state.models, described } };
}

/** The models of the modes that are not described, each with the effect that asks; once a reading. */
function wishedModels({ models, panes }: State) {
  const found = agentModes.flatMap((mode) => {
    const ref = panes[mode].kind === "command" ? undefined : models.wishes[mode]?.model;
    const { runtime, name } = (ref && runtimeOf(models.runtimes, ref)) || {};
    const model = runtime && name ? findInstalled(runtime, name) : undefined;
    if (!runtime || !model || model.described || !isUp(runtime)) return [];
    const effect = {
      type: "describe-model",
      runtime: runtime.address.id,
      model: model.name,
    } as const;
    return [[`${ref} ${runtime.installedAt}`, effect] as const];
  });
  return [...new Map(found)].map(([key, effect]) => ({ key, effect }));
}

function unclearRuntimes(state: State): readonly RuntimeState[] {
  const { runtimes, described } = state.models;
  const open = runtimes.filter(
    (runtime) =>
      isUp(runtime) &&
      described[runtime.address.id]?.at !== runtime.installedAt &&
      described[runtime.address.id]?.done !== false &&
      runtime.installed.some(isUnclear),
  );
  return open.length > 0 && needyModes(state).length > 0 ? open : [];
}

function isUp(runtime: RuntimeState): boolean {
  return runtime.connection.type === "up" && knowsInstalled(runtime);
}

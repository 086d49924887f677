/**
 * Which model each mode is meant to use, and why. The strongest source that names one wins: flag,
 * pick, the project's settings, variables of the development shell, the user's settings, OpenCode's
 * own configuration; with none of them, the best model that is installed. A model that is gone lets
 * the next source have its say; one whose runtime has not answered stays, since nothing is known.
 */
import { chooseModel } from "./chosen-model.ts";
import {
  findInstalled,
  findLoaded,
  knowsInstalled,
  runtimeOf,
  withoutAlias,
} from "./installed-models.ts";
import { type AgentMode, agentModes, byMode } from "./mode.ts";
import { formatModelRef, parseModelRef } from "./model-ref.ts";
import type { ModelsState, ModelWish } from "./models.ts";
import { type RuntimeState, runtimeKinds, type SettingSource } from "./runtime.ts";
import type { Settings } from "./settings.ts";
import { shortName } from "./short-name.ts";
import { stronger } from "./stronger.ts";

export type WishInput = {
  /** `wishes` are those of before: a model that was chosen stays chosen while it is there. */
  readonly models: ModelsState;
  readonly settings: Pick<Settings, "modes">;
  /** Models of the command line, for this run only. */
  readonly flags?: Readonly<Partial<Record<AgentMode, string>>>;
};

export type Wishes = Readonly<Partial<Record<AgentMode, ModelWish>>>;

/** Only of the modes that run OpenCode: a plain command has no use for a model. */
export function resolveWishes(input: WishInput): Wishes {
  const modes = modesWithModel(input);
  const said = byMode((mode) => settle(candidatesOf(input, mode), input.models));
  const needy = modes.filter((mode) => said[mode].wish === undefined);
  const others = modes.flatMap((mode) => said[mode].wish?.model ?? []);
  const chosen = needy.length > 0 ? chooseModel(input.models, { modes: needy, others }) : undefined;
  const wishes = modes.flatMap((mode) => {
    const wish = wishOf(said[mode], chosen);
    return wish ? [[mode, withTemperature(wish, mode, input)]] : [];
  });
  return Object.fromEntries(wishes);
}

function modesWithModel({ settings }: WishInput): readonly AgentMode[] {
  return agentModes.filter((mode) => settings.modes[mode].command === undefined);
}

/** The modes for which a model has to be chosen, since no source names one that is there. */
export function needyModes(input: WishInput): readonly AgentMode[] {
  return modesWithModel(input).filter((mode) => {
    if (input.models.wishes[mode]?.source.from === "chosen") return false;
    return settle(candidatesOf(input, mode), input.models).wish === undefined;
  });
}

/** "plan: ollama/a is not installed; uses ollama/b instead", for a wish that fell back. */
export function wishFallbackText(mode: AgentMode, wish: ModelWish): string | undefined {
  if (wish.insteadOf === undefined) return undefined;
  const [gone, used] = [wish.insteadOf, wish.model].map(shortName);
  return `${mode}: ${gone} is not installed; uses ${used} instead`;
}

type Candidate = { readonly model: string; readonly source: SettingSource };

/** What a source says; several models are alternatives, of which the first that is there is meant. */
type Alternatives = readonly Candidate[];

function candidatesOf({ models, settings, flags }: WishInput, mode: AgentMode): Alternatives[] {
  const { model, modelFrom } = settings.modes[mode];
  const one = (name: string | undefined, source: SettingSource) =>
    name === undefined ? [] : [{ model: name, source }];
  return [
    one(flags?.[mode], { from: "flag" }),
    one(models.picks[mode]?.model, { from: "pick" }),
    modelFrom === "user" ? [] : one(model, { from: "project" }),
    variableCandidates(models, mode),
    modelFrom === "user" ? one(model, { from: "user" }) : [],
    one(models.opencodeDefaults[mode], { from: "opencode" }),
  ].filter((alternatives) => alternatives.length > 0);
}

function variableCandidates({ guide, runtimes }: ModelsState, mode: AgentMode): Alternatives {
  return guide.models[mode].map(({ model, variable }) => ({
    model: fullName(model, { variable, runtimes }),
    source: { from: "variable", name: variable },
  }));
}

/** A bare name belongs to the runtime of its variable: OLLAMA_MODEL_PLAN names a model of "ollama". */
function fullName(
  model: string,
  { variable, runtimes }: { readonly variable: string; readonly runtimes: readonly RuntimeState[] },
): string {
  const prefix = variable.slice(0, variable.indexOf("_")).toLowerCase();
  const ref = parseModelRef(model);
  // "openai/gpt-oss" may well be a model of LM Studio: only ids of the variable's own kind count.
  const isFull = runtimes.some(
    ({ address, kind }) => address.id === ref?.runtime && kind === prefix,
  );
  if (isFull || ref?.runtime === prefix) return model;
  const runtime =
    runtimes.find(({ address }) => address.id === prefix) ??
    runtimes.find(({ kind }) => kind === prefix);
  return formatModelRef({ runtime: runtime?.address.id ?? prefix, name: model });
}

/** What the sources say of a mode: a wish, and the strongest one whose model is gone. */
type Settled = { readonly wish?: Candidate; readonly gone?: Candidate };

function settle(candidates: readonly Alternatives[], models: ModelsState): Settled {
  let gone: Candidate | undefined;
  for (const alternatives of candidates) {
    const said = pickAlternative(alternatives, models);
    const wish = said && { ...said, model: withoutAlias(models.runtimes, said.model) };
    if (wish) return gone ? { wish, gone } : { wish };
    gone ??= alternatives[0];
  }
  return gone ? { gone } : {};
}

/** The first that is there; else, while something is not known, the first that someone asked for. */
function pickAlternative(alternatives: Alternatives, models: ModelsState): Candidate | undefined {
  const standing = alternatives.map((candidate) => ({
    candidate,
    is: standingOf(candidate.model, models),
    expected: runtimeOf(models.runtimes, candidate.model)?.runtime.address.expected === true,
  }));
  const there = standing.find(({ is }) => is === "there");
  if (there) return there.candidate;
  const unknown = standing.filter(({ is }) => is === "unknown");
  // Of several runtimes the one that answers decides: what it lacks is gone, though another is down.
  if (models.surveyed && unknown.length < standing.length) return undefined;
  return (unknown.find(({ expected }) => expected) ?? unknown[0])?.candidate;
}

/** Whether a model can be used, as far as is known. OpenCode's own providers are theirs to judge. */
function standingOf(model: string, { runtimes }: ModelsState): "there" | "gone" | "unknown" {
  const found = runtimeOf(runtimes, model);
  if (!found) {
    const id = parseModelRef(model)?.runtime;
    return runtimeKinds.some((kind) => kind === id) ? "unknown" : "there";
  }
  const { runtime, name } = found;
  if (!knowsInstalled(runtime)) return "unknown";
  return findInstalled(runtime, name) || findLoaded(runtime, name) ? "there" : "gone";
}

function wishOf({ wish, gone }: Settled, chosen: string | undefined): ModelWish | undefined {
  const best: Candidate | undefined =
    wish ?? (chosen === undefined ? undefined : { model: chosen, source: { from: "chosen" } });
  if (!best) return gone;
  return gone ? { ...best, insteadOf: gone.model } : best;
}

/** That of the mode, else that of its runtime: each kind of runtime has a variable of its own, too. */
function withTemperature(wish: ModelWish, mode: AgentMode, input: WishInput): ModelWish {
  const { temperature, temperatureFrom } = input.settings.modes[mode];
  if (temperature !== undefined)
    return { ...wish, temperature, temperatureSource: { from: temperatureFrom ?? "project" } };
  const runtime = runtimeOf(input.models.runtimes, wish.model)?.runtime;
  const guided = input.models.guide.temperatures[mode].find(
    (each) => each.runtime === runtime?.kind || each.runtime === runtime?.address.id,
  );
  const said = stronger(runtime?.address.tuning?.temperature?.[mode], guided);
  return said ? { ...wish, temperature: said.value, temperatureSource: said.source } : wish;
}

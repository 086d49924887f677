/** The model that somebody means: by its full name, or by its name alone where only one runtime has it. */
import { AiRulesError } from "../core/error.ts";
import { findInstalled, findLoaded, namesOneModel } from "../core/installed-models.ts";
import { formatModelRef, parseModelRef } from "../core/model-ref.ts";
import { nearestName } from "../core/nearest-name.ts";
import type { InstalledModel, LoadedModel, RuntimeState } from "../core/runtime.ts";
import { printable } from "../core/text.ts";

export type FoundModel = {
  readonly runtime: RuntimeState;
  readonly model: InstalledModel;
  /** "runtime/model". */
  readonly ref: string;
};

export type ModelQuestion = {
  /** As it was typed. */
  readonly name: string;
  /** Only this runtime is meant. */
  readonly runtime?: string | undefined;
};

/** Throws AiRulesError `model/not-found` with the nearest name, or `model/ambiguous` with those it could be. */
export function findModel(
  runtimes: readonly RuntimeState[],
  { name, runtime: id }: ModelQuestion,
): FoundModel {
  const among = id === undefined ? runtimes : [findRuntime(runtimes, id)];
  const byFullName = among.flatMap((runtime) => foundIn(runtime, nameWithin(runtime, name)));
  const found =
    byFullName.length > 0 ? byFullName : among.flatMap((runtime) => foundIn(runtime, name));
  const [first, ...others] = found;
  if (!first) throw notFound(among, name);
  if (others.length > 0) throw ambiguous(found, name);
  return first;
}

/** The runtime of an id. Throws AiRulesError `runtime/unknown`. */
export function findRuntime(runtimes: readonly RuntimeState[], id: string): RuntimeState {
  const runtime = runtimes.find(({ address }) => address.id === id);
  if (runtime) return runtime;
  const ids = runtimes.map(({ address }) => address.id);
  const near = nearestName(id, ids);
  throw new AiRulesError({
    code: "runtime/unknown",
    message: `there is no runtime "${printable(id)}"`,
    remedy: near ? `did you mean ${near}?` : `name one of these: ${ids.join(", ") || "none is up"}`,
  });
}

/** All models of a runtime; what it has loaded and does not list counts too. */
export function modelsOf(runtime: RuntimeState): readonly InstalledModel[] {
  const unlisted = runtime.loaded.filter(
    ({ name }, index, all) =>
      !findInstalled(runtime, name) && all.findIndex((other) => other.name === name) === index,
  );
  return [...runtime.installed, ...unlisted.map(asInstalled)];
}

/** The loaded instances of a model. */
export function instancesOf(runtime: RuntimeState, name: string): readonly LoadedModel[] {
  return runtime.loaded.filter((loaded) => namesOneModel(runtime, loaded.name, name));
}

function asInstalled({ name, quantization }: LoadedModel): InstalledModel {
  const known = quantization === undefined ? {} : { quantization };
  return { name, ...known, chat: true, cloud: false, described: false };
}

/** What a full name calls a model of this runtime. */
function nameWithin({ address }: RuntimeState, name: string): string | undefined {
  const ref = parseModelRef(name);
  return ref?.runtime === address.id ? ref.name : undefined;
}

function foundIn(runtime: RuntimeState, name: string | undefined): readonly FoundModel[] {
  if (name === undefined) return [];
  const loaded = findLoaded(runtime, name) ?? instance(runtime, name);
  const model =
    findInstalled(runtime, name) ??
    (loaded && (findInstalled(runtime, loaded.name) ?? asInstalled(loaded)));
  return model ? [{ runtime, model, ref: refOf(runtime, model) }] : [];
}

/** LM Studio calls the second of two loads of a model "name:2". */
function instance({ loaded }: RuntimeState, name: string): LoadedModel | undefined {
  return loaded.find((each) => each.instance === name);
}

function refOf({ address }: RuntimeState, { name }: Pick<InstalledModel, "name">): string {
  return formatModelRef({ runtime: address.id, name });
}

function notFound(runtimes: readonly RuntimeState[], name: string): AiRulesError {
  const isOut = runtimes.every(({ address, connection }) => !address.expected && !isUp(connection));
  if (isOut)
    return new AiRulesError({
      code: "runtime/none-up",
      message: `no runtime answers that could have a model "${printable(name)}"`,
      remedy: "start one (`ollama serve`, `lms server start`), or name it in ai-rules.json",
    });
  const named = runtimes.filter((runtime) => nameWithin(runtime, name) !== undefined);
  const silent = (named.length > 0 ? named : runtimes).filter(
    ({ address, connection }) => (address.expected || named.length > 0) && !isUp(connection),
  );
  const [first, ...others] = silent;
  const problem = first && "problem" in first.connection ? first.connection.problem : undefined;
  const ids = silent.map(({ address }) => address.id).join(" and ");
  const reason = problem && others.length === 0 ? problem.message : `${ids} cannot be asked`;
  const more = first ? `; ${reason}` : "";
  const near = nearest(runtimes, name);
  const list = "look which ones there are: `ai-rules models`";
  return new AiRulesError({
    code: "model/not-found",
    message: `no model "${printable(name)}" is installed${more}`,
    remedy: near ? `did you mean ${near}?` : (problem?.remedy ?? list),
  });
}

function isUp({ type }: RuntimeState["connection"]): boolean {
  return type === "up" || type === "stale";
}

function nearest(runtimes: readonly RuntimeState[], name: string): string | undefined {
  const known = runtimes.flatMap((runtime) =>
    modelsOf(runtime).flatMap(({ name: own, aliases = [] }) =>
      [own, ...aliases].map((each) => ({ name: each, ref: refOf(runtime, { name: each }) })),
    ),
  );
  const byRef = nearestName(
    name,
    known.map(({ ref }) => ref),
  );
  if (byRef !== undefined) return printable(byRef);
  const byName = nearestName(
    name,
    known.map((each) => each.name),
  );
  const found = known.find((each) => each.name === byName) ?? beginning(known, name);
  return found && printable(found.ref);
}

/** "qwen3-coder" for "qwen3-coder:30b": the tag was forgotten. */
function beginning<Known extends { readonly name: string }>(
  known: readonly Known[],
  name: string,
): Known | undefined {
  const typed = name.toLowerCase();
  return typed.length < 3
    ? undefined
    : known.find((each) => each.name.toLowerCase().includes(typed));
}

function ambiguous(found: readonly FoundModel[], name: string): AiRulesError {
  return new AiRulesError({
    code: "model/ambiguous",
    message: `several runtimes have a model "${printable(name)}"`,
    remedy: `say which one: ${found.map(({ ref }) => printable(ref)).join(" or ")}`,
  });
}

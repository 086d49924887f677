/** `ai-rules models load` and `unload`. */
import { parseContext } from "../core/context-size.ts";
import { AiRulesError } from "../core/error.ts";
import { type Fit, fitWord } from "../core/fit.ts";
import { memory as memoryText, tokens } from "../core/format.ts";
import { findInstalled, isUsedElsewhere, modesUsing } from "../core/installed-models.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { RuntimeState } from "../core/runtime.ts";
import { variantName } from "../core/switch-options.ts";
import { printable } from "../core/text.ts";
import { keepAliveOf } from "../core/update/jobs.ts";
import { adapters } from "../runtimes/adapters.ts";
import type { OptionValues } from "./arguments.ts";
import { describedModel } from "./describe-model.ts";
import { type FoundModel, findModel, instancesOf } from "./find-model.ts";
import { fitIn, type ModelsSurvey } from "./models-survey.ts";
import { runJob, type Tools } from "./run-job.ts";

type Request = {
  readonly name: string;
  readonly options: OptionValues;
};

/** Loads a model and waits until it is there; resolves to the exit code. */
export async function loadModel(
  tools: Tools,
  survey: ModelsSurvey,
  { name, options }: Request,
): Promise<number> {
  const context = readContext(options.context);
  const keepAlive = readKeepAlive(options["keep-alive"]);
  const named = await describedModel(survey, { name, runtime: options.runtime });
  const found = context === undefined ? named : withContext(named, context);
  refuseWhatCannotBe(found.runtime, { deed: "load", model: found.model.name });
  refuseCloud(found);
  if (keepAlive !== undefined && !found.runtime.abilities.keepAlive)
    tools.console.note(`note: ${adapters[found.runtime.kind].title} takes no --keep-alive`);
  noteFit(tools, found, fitIn(survey.models, { ...found, context }));
  const kept = keepAlive ?? keepAliveOf(survey, found.runtime);
  const code = await runJob(tools, {
    survey,
    runtime: found.runtime.address.id,
    deed: {
      type: "load",
      model: found.model.name,
      ...(context === undefined ? {} : { context }),
      ...(kept === undefined ? {} : { keepAlive: kept }),
    },
    title: `loading ${printable(found.ref)}`,
    cancelled: "the runtime was told to stop loading",
  });
  if (code === 0) tools.console.out([`${printable(found.ref)} is loaded`]);
  return code;
}

/** Gives the memory of all instances of a model back; resolves to the exit code. */
export async function unloadModel(
  tools: Tools,
  survey: ModelsSurvey,
  { name, options }: Request,
): Promise<number> {
  const { models } = survey;
  const { runtime, model, ref } = findModel(models.runtimes, { name, runtime: options.runtime });
  refuseWhatCannotBe(runtime, { deed: "unload", model: model.name });
  const all = instancesOf(runtime, model.name);
  const instances = all.filter(({ instance }) => instance === name);
  const meant = instances.length > 0 ? instances : all;
  if (meant.length === 0) {
    tools.console.out([`${printable(ref)} is not loaded`]);
    return 0;
  }
  const users = [
    ...modesUsing({ models }, runtime, model.name),
    ...(isUsedElsewhere(models, runtime, model.name) ? ["a running ai-rules"] : []),
  ];
  if (users.length > 0)
    tools.console.note(`note: ${users.join(", ")} will load it again with the next request`);
  for (const { name: loaded, instance } of meant) {
    const code = await runJob(tools, {
      survey,
      runtime: runtime.address.id,
      deed: { type: "unload", model: loaded, instance },
      title: `unloading ${printable(ref)}`,
      cancelled: "it may go all the same",
    });
    if (code !== 0) return code;
  }
  tools.console.out([`${printable(ref)} is unloaded`]);
  return 0;
}

/** Tells whether a model fits, when that is not simply so. */
export function noteFit({ console }: Pick<Tools, "console">, found: FoundModel, fit: Fit): void {
  if (fit.verdict === "fits" || fit.verdict === "remote") return;
  const { needBytes, freeBytes, about } = fit;
  const numbers =
    needBytes === undefined || freeBytes === undefined
      ? ""
      : `: ${about ? "about " : ""}${memoryText(needBytes)} with a context of ${tokens(fit.context)}, ${memoryText(freeBytes)} free`;
  const word = fit.verdict === "unknown" ? "nobody knows whether it fits" : fitWord(fit);
  console.note(`note: ${printable(found.ref)} ${word}${numbers}`);
}

/** Tokens of "--context 64k". Throws AiRulesError `usage/context`. */
export function readContext(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const context = parseContext(text);
  if (context !== undefined) return context;
  throw new AiRulesError({
    code: "usage/context",
    message: `"${printable(text)}" is no context`,
    remedy: "give a number of tokens: --context 65536, or --context 64k",
  });
}

/** As Ollama takes it: a Go duration or a number of seconds. Throws AiRulesError `usage/keep-alive`. */
function readKeepAlive(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^(forever|for ever)$/i.test(text)) return "-1";
  if (/^[+-]?(\d+|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return text;
  throw new AiRulesError({
    code: "usage/keep-alive",
    message: `"${printable(text)}" is no length of time`,
    remedy: "give one: --keep-alive 30m, --keep-alive 1h30m, --keep-alive forever",
  });
}

/** The variant of a model with that context, where the context cannot be said with the load. */
function withContext(found: FoundModel, context: number): FoundModel {
  const { runtime, model } = found;
  const { abilities, address, kind } = runtime;
  if (abilities.loadContext || model.ownContext === context) return found;
  const variant = findInstalled(runtime, variantName(model.name, context));
  if (variant) {
    const ref = formatModelRef({ runtime: address.id, name: variant.name });
    return { runtime, model: variant, ref };
  }
  throw new AiRulesError({
    code: "runtime/cannot",
    message: `${adapters[kind].title} cannot load a model with a context that is asked for`,
    remedy: abilities.derive
      ? `make a variant of it: \`ai-rules models use MODE ${printable(found.ref)} --context ${tokens(context)}\``
      : "start it with that context",
  });
}

function refuseCloud({ model, ref }: FoundModel): void {
  if (!model.cloud) return;
  throw new AiRulesError({
    code: "model/cloud",
    message: `${printable(ref)} runs on another company's machines: there is nothing to load`,
    remedy: `use it as it is: \`ai-rules models use MODE ${printable(ref)}\``,
  });
}

type Cannot = { readonly deed: "load" | "unload"; readonly model: string };

/** What mends it where a runtime cannot be asked for that. */
const instead: Readonly<Record<Cannot["deed"], string>> = {
  load: "send it a request: that loads the model",
  unload: "stop the runtime, or let another model take its place",
};

function refuseWhatCannotBe(runtime: RuntimeState, { deed, model }: Cannot): void {
  const { connection, kind } = runtime;
  if ("problem" in connection && connection.type !== "stale")
    throw new AiRulesError(connection.problem);
  if (runtime.abilities[deed]) return;
  throw new AiRulesError({
    code: "runtime/cannot",
    message: `${adapters[kind].title} cannot be asked to ${deed} ${printable(model)}`,
    remedy: instead[deed],
  });
}

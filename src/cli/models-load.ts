/** `ai-rules models load`. */
import { AiRulesError } from "../core/error.ts";
import { tokens } from "../core/format.ts";
import { findInstalled, modesUsing } from "../core/installed-models.ts";
import { formatModelRef } from "../core/model-ref.ts";
import { variantName } from "../core/switch-options.ts";
import { printable } from "../core/text.ts";
import { keepAliveOf } from "../core/update/jobs.ts";
import { wishedContext } from "../core/wished-context.ts";
import { adapters } from "../runtimes/adapters.ts";
import type { OptionValues } from "./arguments.ts";
import { describedModel } from "./describe-model.ts";
import { type FoundModel } from "./find-model.ts";
import { noteFit } from "./fit-note.ts";
import { fitIn, type ModelsSurvey } from "./models-survey.ts";
import { readContext, readKeepAlive } from "./option-values.ts";
import { runJob, type Tools } from "./run-job.ts";
import { refuseWhatCannotBe } from "./runtime-refusal.ts";

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
  const asked = readContext(options.context);
  const keepAlive = readKeepAlive(options["keep-alive"]);
  const named = await describedModel(survey, { name, runtime: options.runtime });
  const found = asked === undefined ? named : withContext(named, asked);
  const context = asked ?? contextOfSettings(survey, found);
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

/** What the settings want for the modes that use it, where a load can be told of that. */
function contextOfSettings(
  { models }: ModelsSurvey,
  { runtime, model }: FoundModel,
): number | undefined {
  if (!runtime.abilities.loadContext) return undefined;
  return wishedContext({ runtime, model, modes: modesUsing({ models }, runtime, model.name) });
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

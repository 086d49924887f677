/** A model with the context that is asked for: itself, a variant, or a load that asks for it. */
import { AiRulesError } from "../core/error.ts";
import { tokens } from "../core/format.ts";
import { findInstalled, findLoaded, modesUsing, sharesWeights } from "../core/installed-models.ts";
import type { AgentMode } from "../core/mode.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { InstalledModel } from "../core/runtime.ts";
import { variantName } from "../core/switch-options.ts";
import { printable } from "../core/text.ts";
import { wishedContext } from "../core/wished-context.ts";
import { adapters } from "../runtimes/adapters.ts";
import type { FoundModel } from "./find-model.ts";
import { type ModelsSurvey } from "./models-survey.ts";
import { runJob, type Tools } from "./run-job.ts";

type Wanted = { readonly found: FoundModel; readonly context: number };

/** The exit code is 0 unless something was cancelled. */
export type Made = { readonly found: FoundModel; readonly code: number };

/** What the settings want for a mode, where the model has less and can be given more. */
export function contextOfSettings(
  { models }: ModelsSurvey,
  { mode, found: { runtime, model } }: { readonly mode: AgentMode; readonly found: FoundModel },
): number | undefined {
  const { abilities } = runtime;
  if (model.cloud || (!abilities.derive && !abilities.loadContext)) return undefined;
  const modes = [mode, ...modesUsing({ models }, runtime, model.name)];
  const wished = wishedContext({ runtime, model, modes });
  const has = findLoaded(runtime, model.name)?.context ?? model.ownContext ?? 0;
  return wished !== undefined && has < wished ? wished : undefined;
}

/** The model with that context: itself, a variant that is there, a new one, or a load that asks for it. */
export async function withContext(
  tools: Tools,
  survey: ModelsSurvey,
  wanted: Wanted,
): Promise<Made> {
  const { found, context } = wanted;
  const { runtime, model } = found;
  if (model.maxContext !== undefined && context > model.maxContext)
    throw new AiRulesError({
      code: "model/context-too-long",
      message: `${printable(found.ref)} was trained for a context of ${tokens(model.maxContext)}, not ${tokens(context)}`,
      remedy: `give --context ${tokens(model.maxContext)} or less`,
    });
  if (model.ownContext === context) return { found, code: 0 };
  if (runtime.abilities.derive) return derive(tools, survey, wanted);
  if (!runtime.abilities.loadContext)
    throw new AiRulesError({
      code: "runtime/cannot",
      message: `${adapters[runtime.kind].title} has its context from its start`,
      remedy: `start it with that context: \`${adapters[runtime.kind].startCommand}\``,
    });
  const code = await runJob(tools, {
    survey,
    runtime: runtime.address.id,
    deed: { type: "load", model: model.name, context },
    title: `loading ${printable(found.ref)} with a context of ${tokens(context)}`,
    cancelled: "nothing was picked",
  });
  return { found, code };
}

async function derive(
  tools: Tools,
  survey: ModelsSurvey,
  { found, context }: Wanted,
): Promise<Made> {
  const { runtime, model } = found;
  const name = variantName(model.name, context);
  const there =
    findInstalled(runtime, name) ??
    runtime.installed.find((other) => other.ownContext === context && sharesWeights(other, model));
  if (there) return { found: foundAs(found, { ...there, ownContext: context }), code: 0 };
  const code = await runJob(tools, {
    survey,
    runtime: runtime.address.id,
    deed: { type: "derive", from: model.name, model: name, context },
    title: `making ${printable(name)}, no weights are copied`,
    cancelled: "nothing was picked",
  });
  return { found: foundAs(found, { ...model, name, ownContext: context }), code };
}

function foundAs({ runtime }: FoundModel, model: InstalledModel): FoundModel {
  const ref = formatModelRef({ runtime: runtime.address.id, name: model.name });
  return { runtime, model, ref };
}

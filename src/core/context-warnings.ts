/** What is wrong with the context of a model that modes use. */
import { bestContext, goodContext, leastContext } from "./context-size.ts";
import { tokens } from "./format.ts";
import { likelyContext } from "./likely-context.ts";
import { listed, type ModelWarning, type UsedModel } from "./model-warning.ts";
import {
  type InstalledModel,
  type MemoryState,
  type RuntimeState,
  runtimeTitles,
} from "./runtime.ts";
import { runtimeTraits } from "./runtime-traits.ts";
import { printable } from "./text.ts";
import { wishedContext } from "./wished-context.ts";

/** A loaded model that has less context than an agent needs. */
export function contextWarning({
  runtime,
  loaded,
  model,
  modes,
}: UsedModel): readonly ModelWarning[] {
  const context = loaded?.state === "loaded" ? loaded.context : undefined;
  if (context === undefined || context >= goodContext) return [];
  return [
    {
      level: context < leastContext ? "error" : "warning",
      text: `${listed(modes)}: a context of ${tokens(context)} is too small for an agent`,
      ...contextRemedy(runtime, model),
    },
  ];
}

/** The settings want more context than the model has, or than a request would load it with. */
export function wishedContextWarning(
  used: UsedModel,
  memory: MemoryState | undefined,
): readonly ModelWarning[] {
  const { runtime, model, modes, name } = used;
  const wished = wishedContext({ runtime, model, modes });
  const likely = likelyContext({ runtime, model, name, memory }).tokens;
  const lack = wished === undefined || likely >= wished ? undefined : lackOf(used);
  if (wished === undefined || lack === undefined) return [];
  const text = `${listed(modes)}: ${printable(name)} ${lack}; the settings want ${tokens(wished)}`;
  return [{ level: "warning", text, ...contextRemedy(runtime, model, wished) }];
}

/** Why a model will not have so much; undefined where nothing is known, or it has been told. */
function lackOf({ runtime, loaded, model }: UsedModel): string | undefined {
  if (!model || runtimeTraits[runtime.kind].growsContext) return undefined;
  const { abilities, kind } = runtime;
  const has = loaded?.state === "loaded" ? loaded.context : model.ownContext;
  // That it is too small for any agent is told already.
  if (has !== undefined && loaded && has < goodContext) return undefined;
  if (has !== undefined) return `has a context of ${tokens(has)}`;
  if (loaded) return undefined;
  if (abilities.derive) return "has no context of its own";
  return abilities.loadContext
    ? `is not loaded, and a request loads it with ${runtimeTitles[kind]}'s own context`
    : undefined;
}

function contextRemedy(
  { abilities, kind }: RuntimeState,
  model: InstalledModel | undefined,
  wanted = bestContext,
): Pick<ModelWarning, "action" | "remedy"> {
  if (model?.maxContext !== undefined && model.maxContext < goodContext)
    return { action: "pick-model", remedy: "pick one that was trained for more" };
  const size = tokens(wanted);
  if (abilities.derive) return { action: "pick-model", remedy: `pick it again with ${size}` };
  if (abilities.loadContext) return { action: "pick-model", remedy: `load it with ${size}` };
  const { contextOption } = runtimeTraits[kind];
  return contextOption === undefined
    ? { remedy: "start the server with a longer context" }
    : { remedy: `start ${contextOption} ${wanted}` };
}

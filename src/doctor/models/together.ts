import { likelyContext } from "../../core/likely-context.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { UsedModel } from "../../core/model-warning.ts";
import { type RivalWarning, rivalWarnings, usedModels } from "../../core/model-warnings.ts";
import { shellWord } from "../../core/shell-word.ts";
import { type Check, ok, skip, type Trouble } from "../check.ts";
import { lmStudioSettings } from "../facts/lmstudio-settings.ts";
import { projectModels } from "../facts/models.ts";

/** Modes whose models push each other out of the memory. */
export const togetherCheck: Check = {
  id: "models-together",
  group: "models",
  title: "the models of the modes do not evict each other",
  timeoutMs: 5000,
  run: async (context) => {
    const { models } = await projectModels(context);
    const used = usedModels({ models });
    if (used.length === 0) return [skip("no mode uses a model of a runtime that answers")];
    const lmStudio = await lmStudioSettings(context);
    const rivals = rivalWarnings(used, { models }, ({ kind, address }) => {
      return kind === "lmstudio" && address.local && lmStudio?.keepsLastOnly === false;
    });
    if (rivals.length > 0) return rivals.map(competing);
    const [only] = used;
    return [
      ok(
        used.length === 1
          ? `all use ${only?.name}`
          : `${used.map(({ name }) => name).join(" and ")} can be loaded together`,
      ),
    ];
  },
};

function competing({ text, between }: RivalWarning): Trouble {
  return {
    status: "warn",
    code: "model/rivals",
    found: `modes compete for the memory: ${text}`,
    why: "each turn of another mode loads a model anew, which takes from seconds to minutes",
    remedy: `take one model for all of them: \`${oneForAll(between)}\`${otherWay(between)}`,
  };
}

/** The one that most modes use stays; of several that with the longest context. */
function oneForAll(between: readonly UsedModel[]): string {
  const [best, ...others] = between.toSorted(
    (one, two) => two.modes.length - one.modes.length || contextOf(two) - contextOf(one),
  );
  if (!best) return "";
  const modes = others.flatMap((other) => other.modes);
  return modes.map((mode) => `ai-rules models use ${mode} ${refOf(best)}`).join(" && ");
}

function contextOf({ runtime, name, model, modes }: UsedModel): number {
  return likelyContext({ runtime, name, model, modes }).tokens;
}

function refOf({ runtime, name }: UsedModel): string {
  return shellWord(formatModelRef({ runtime: runtime.address.id, name }));
}

/** How both can stay, where the runtime has a way for it. */
function otherWay(between: readonly UsedModel[]): string {
  const [first] = between;
  if (!first || between.some(({ runtime }) => runtime !== first.runtime)) return "";
  switch (first.runtime.kind) {
    case "lmstudio": {
      const loads = between.map((each) => `ai-rules models load ${refOf(each)}`).join(" && ");
      return `; or load them all, since what was loaded so stays: \`${loads}\``;
    }
    case "llama-server":
      return `; or let it keep more: \`llama-server --models-max ${between.length}\``;
    case "llama-swap":
      return "; or put them into one of its groups";
    case "ollama":
    case "mlx":
    case "openai":
      return "";
    default:
      return first.runtime.kind satisfies never;
  }
}

import { rivalWarnings, usedModels } from "../../core/model-warnings.ts";
import { type Check, ok, skip } from "../check.ts";
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
    const rivals = rivalWarnings(used, { models });
    if (rivals.length > 0)
      return rivals.map(({ text, remedy }) => ({
        status: "warn",
        code: "model/rivals",
        found: `modes compete for the memory: ${text}`,
        why: "each turn of another mode loads a model anew, which takes from seconds to minutes",
        remedy: `${remedy}: \`ai-rules models use MODE MODEL\`, or \`ai-rules models load MODEL\``,
      }));
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

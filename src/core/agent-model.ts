/** What OpenCode has to be told of the model of a mode. */
import { goodContext } from "./context-size.ts";
import { findInstalled, runtimeOf } from "./installed-models.ts";
import { likelyContext } from "./likely-context.ts";
import type { AgentMode } from "./mode.ts";
import type { GuideSettings, ModelsState } from "./models.ts";
import type { RuntimeState } from "./runtime.ts";
import { stronger } from "./stronger.ts";
import { wishedContext } from "./wished-context.ts";

export type AgentModel = {
  /** "runtime/model". */
  readonly ref: string;
  /** The provider's id in OpenCode's configuration: that of the runtime. */
  readonly provider: string;
  /** What requests call the model. */
  readonly name: string;
  /** Where OpenAI's API is: ends in "/v1". */
  readonly url: string;
  /** In tokens; see `claimedContext`. */
  readonly context: number;
  /** Most tokens of one answer. OpenCode keeps 32,000 free when it is not told. */
  readonly output: number;
  /** Whether it calls tools; where the runtime does not tell, it is taken to. */
  readonly tools: boolean;
  readonly temperature?: number;
  /** The variable that holds the runtime's token. */
  readonly tokenVariable?: string;
};

/** Undefined when the mode has no model, or one that OpenCode's own configuration serves. */
export function agentModel(models: ModelsState, mode: AgentMode): AgentModel | undefined {
  const wish = models.wishes[mode];
  const found = wish && runtimeOf(models.runtimes, wish.model);
  if (!wish || !found) return undefined;
  const { runtime, name } = found;
  const context = claimedContext(models, { runtime, name, modes: [mode] });
  const { tokenVariable, url, id } = runtime.address;
  return {
    ref: wish.model,
    provider: id,
    name,
    url: `${url}/v1`,
    context,
    output: outputOf({ runtime, context, guide: models.guide }),
    tools: findInstalled(runtime, name)?.tools ?? true,
    ...(wish.temperature === undefined ? {} : { temperature: wish.temperature }),
    ...(tokenVariable === undefined ? {} : { tokenVariable }),
  };
}

/**
 * The context that OpenCode may count on: what the model is loaded with; until it is loaded its own
 * one, else what the runtime gives by default, but no more than 32k of that. Too much would cut off
 * the start of a conversation without a word (Ollama answers 200 and drops it); too little only
 * makes OpenCode sum up sooner. The settings can only make it less: a wish is no context yet.
 */
export function claimedContext(
  { memory }: Pick<ModelsState, "memory">,
  { runtime, name, modes }: Claimed,
): number {
  const model = findInstalled(runtime, name);
  const wished = wishedContext({ runtime, model, modes });
  // What MLX keeps of a conversation grows with it: there the agent is what sets the limit.
  if (runtime.kind === "mlx" && wished !== undefined) return wished;
  const { tokens, measured } = likelyContext({ runtime, name, model, memory });
  const isSure = measured || model?.ownContext !== undefined || runtime.kind === "openai";
  const given = isSure ? tokens : Math.min(tokens, goodContext);
  return Math.min(given, wished ?? given);
}

type Claimed = {
  readonly runtime: RuntimeState;
  readonly name: string;
  /** Those that are to have it. */
  readonly modes: readonly AgentMode[];
};

type Output = {
  readonly runtime: RuntimeState;
  readonly context: number;
  readonly guide: GuideSettings;
};

/** LMSTUDIO_MAX_TOKENS is LM Studio's alone; no answer may take more than half of the context. */
function outputOf({ runtime, context, guide }: Output): number {
  const guided =
    runtime.kind === "lmstudio" && guide.outputTokens !== undefined
      ? { value: guide.outputTokens, variable: "LMSTUDIO_MAX_TOKENS" }
      : undefined;
  const said = stronger(runtime.address.tuning?.maxTokens, guided);
  if (said) return Math.min(said.value, Math.floor(context / 2));
  return Math.min(8192, Math.floor(context / 4));
}

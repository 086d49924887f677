/** What OpenCode has to be told of the model of a mode. */
import { goodContext, leastContext } from "./context-size.ts";
import { findInstalled, runtimeOf } from "./installed-models.ts";
import { likelyContext } from "./likely-context.ts";
import type { AgentMode } from "./mode.ts";
import { formatModelRef } from "./model-ref.ts";
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
  const context = contextToTell(models, { runtime, name, modes: [mode] });
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

/** What an agent was told of its model. */
export type ToldModel = Pick<AgentModel, "ref" | "context" | "output" | "tools"> & {
  /** The runtime has said that the model is loaded with this context. */
  readonly measured: boolean;
};

/** What an agent is told of its model that starts or switches now. */
export function toldModel(models: ModelsState, mode: AgentMode): ToldModel | undefined {
  const model = agentModel(models, mode);
  return model && toldOf(model, claimOf(models, mode)?.from === "measured");
}

function toldOf({ ref, context, output, tools }: AgentModel, measured: boolean): ToldModel {
  return { ref, context, output, tools, measured };
}

/**
 * What an agent has to be told anew of the model that it was told of; undefined when that holds. A
 * measured context is only put right by another one: when the model is unloaded, nothing is known
 * better than before.
 */
export function correctedModel(
  models: ModelsState,
  mode: AgentMode,
  told: ToldModel,
): { readonly model: AgentModel; readonly told: ToldModel } | undefined {
  const wanted = agentModel(models, mode);
  if (wanted?.ref !== told.ref) return undefined;
  const from = claimOf(models, mode)?.from;
  const isBetter = from === "measured" || (from === "said" && !told.measured);
  const { context, output } = isBetter ? wanted : told;
  const model = { ...wanted, context, output };
  const isSame = context === told.context && output === told.output && model.tools === told.tools;
  const measured = isBetter ? from === "measured" : told.measured;
  return isSame ? undefined : { model, told: toldOf(model, measured) };
}

/** A context, and how well it is known. */
type Claim = { readonly tokens: number; readonly from: "measured" | "said" | "guessed" };

function claimOf(models: ModelsState, mode: AgentMode): Claim | undefined {
  const wish = models.wishes[mode];
  const found = wish && runtimeOf(models.runtimes, wish.model);
  return found && claim(models, { ...found, modes: [mode] });
}

/**
 * The context that OpenCode may count on: what the model is loaded with; until it is loaded its own
 * one, else what it had when it was loaded last, else what the runtime gives by default, but no more
 * than 32k of that. Too much would cut off the start of a conversation without a word (Ollama
 * answers 200 and drops it); too little only makes OpenCode sum up sooner. The settings can only
 * make it less: a wish is no context yet.
 */
export function claimedContext(models: ClaimInput, claimed: Claimed): number {
  return claim(models, claimed).tokens;
}

/**
 * With less than 16k OpenCode's own instructions do not fit: it would sum up at every step. So a
 * mere guess is not told when it is less, and what is measured a moment later puts it right.
 */
function contextToTell(models: ModelsState, claimed: Claimed): number {
  const { tokens, from } = claim(models, claimed);
  if (from !== "guessed") return tokens;
  const { runtime, name, modes } = claimed;
  const model = findInstalled(runtime, name);
  const wished = wishedContext({ runtime, model, modes }) ?? leastContext;
  const longest = model?.maxContext ?? leastContext;
  return Math.max(tokens, Math.min(leastContext, wished, longest));
}

function claim({ memory, measured: before }: ClaimInput, claimed: Claimed): Claim {
  const { runtime, name, modes } = claimed;
  const model = findInstalled(runtime, name);
  const wished = wishedContext({ runtime, model, modes });
  const atMost = (tokens: number) => Math.min(tokens, wished ?? tokens);
  // What MLX keeps of a conversation grows with it: there the agent is what sets the limit.
  if (runtime.kind === "mlx" && wished !== undefined) return { tokens: wished, from: "said" };
  const { tokens, measured } = likelyContext({ runtime, name, model, memory });
  if (measured) return { tokens: atMost(tokens), from: "measured" };
  const said = model?.ownContext !== undefined || runtime.kind === "openai";
  const last = before[formatModelRef({ runtime: runtime.address.id, name: model?.name ?? name })];
  if (!said && last !== undefined) return { tokens: atMost(last), from: "said" };
  return said
    ? { tokens: atMost(tokens), from: "said" }
    : { tokens: atMost(Math.min(tokens, goodContext)), from: "guessed" };
}

type ClaimInput = Pick<ModelsState, "memory" | "measured">;

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

/** The context a model has, or will have when it is loaded as it is. */
import { goodContext } from "./context-size.ts";
import { type FindInstalled, findInstalled, findLoaded } from "./installed-models.ts";
import type { AgentMode } from "./mode.ts";
import type { InstalledModel, MemoryState, RuntimeState } from "./runtime.ts";
import { runtimeTraits } from "./runtime-traits.ts";
import { wishedContext } from "./wished-context.ts";

export type ContextRequest = {
  readonly runtime: RuntimeState;
  readonly name: string;
  /** What is known of the model; it may be missing from the list. */
  readonly model?: InstalledModel | undefined;
  readonly memory?: MemoryState | undefined;
  /** An `installedIndex`, for who asks of many models. */
  readonly find?: FindInstalled | undefined;
  /** It is loaded for these modes, with the context that the settings want for them. */
  readonly modes?: readonly AgentMode[] | undefined;
};

export type LikelyContext = {
  readonly tokens: number;
  /** It is loaded with so much. */
  readonly measured: boolean;
  /** Nobody asked for it: Ollama takes less where so much does not fit. */
  readonly automatic: boolean;
};

/** In tokens. What is measured wins over what the model says, that over what runtimes do by default. */
export function likelyContext(request: ContextRequest): LikelyContext {
  const { runtime, model, name } = request;
  const loaded = findLoaded(runtime, name);
  if (loaded?.state === "loaded" && loaded.context !== undefined)
    return { tokens: loaded.context, measured: true, automatic: false };
  const asked = model?.ownContext ?? contextOfSettings(request) ?? contextOfOthers(request);
  const longest = model?.maxContext ?? Number.POSITIVE_INFINITY;
  return {
    tokens: Math.min(asked ?? usualContext(request), longest),
    measured: false,
    automatic: runtime.kind === "ollama" && asked === undefined,
  };
}

/** What a kind of runtime gives a model of which it knows nothing else. */
function usualContext({ runtime, model, memory }: ContextRequest): number {
  switch (runtime.kind) {
    case "ollama":
      return runtime.address.local ? ollamaContext(memory) : 4096;
    case "lmstudio":
      return 4096;
    case "mlx":
    case "llama-server":
    case "llama-swap":
    case "openai":
      // They serve what the model was trained for, unless told otherwise.
      return model?.maxContext ?? goodContext;
    default:
      return runtime.kind satisfies never;
  }
}

/** LM Studio is told with the load; MLX keeps of a conversation what the agent sends, and no more. */
function contextOfSettings({ runtime, model, modes }: ContextRequest): number | undefined {
  const isTaken = runtime.abilities.loadContext || runtimeTraits[runtime.kind].growsContext;
  return modes && isTaken ? wishedContext({ runtime, model, modes }) : undefined;
}

/** What Ollama gave another model that asks for nothing itself, and could have had more. */
function contextOfOthers({ runtime, find = findInstalled }: ContextRequest): number | undefined {
  if (runtime.kind !== "ollama") return undefined;
  const telling = runtime.loaded.find(({ name, state, context }) => {
    if (state !== "loaded" || context === undefined) return false;
    const { described, ownContext, maxContext = 0 } = find(runtime, name) ?? {};
    return described === true && ownContext === undefined && context < maxContext;
  });
  return telling?.context;
}

/**
 * Ollama's default since 0.15.5 goes by the GPU's memory: 4k, 32k from 23 GiB on, 256k from 47 GiB
 * on. `OLLAMA_CONTEXT_LENGTH` of the server overrides it, which cannot be asked, and it takes less
 * when the memory runs out.
 */
function ollamaContext(memory: MemoryState | undefined): number {
  if (!memory || memory.kind === "ram") return 4096;
  const gibibytes = (memory.kind === "gpu" ? memory.totalBytes : memory.budgetBytes) / 1024 ** 3;
  if (gibibytes >= 47) return 262_144;
  return gibibytes >= 23 ? 32_768 : 4096;
}

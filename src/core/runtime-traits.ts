/**
 * What sets the kinds of runtimes apart where models are judged. A new kind has to answer each of
 * these; what it can be asked to do is said by its adapter's abilities.
 */
import type { RuntimeKind } from "./runtime.ts";

type RuntimeTraits = {
  /** It tells of each model whether it calls tools; else a model is taken to. */
  readonly tellsTools: boolean;
  /** It has one model at a time: the next one takes its place. */
  readonly oneModel: boolean;
  /** Models made of one file cannot be loaded side by side. */
  readonly oneOfAFile: boolean;
  /** What does not fit into the GPU's memory is worked out by the CPU. */
  readonly spillsToCpu: boolean;
  /** It keeps some of the GPU's memory free, as llama.cpp does. */
  readonly keepsReserve: boolean;
  /** Its models keep as much of a conversation as they are sent. */
  readonly growsContext: boolean;
  /** The option of its start that says how long the context is. */
  readonly contextOption?: string;
  /** The option of its start that says how many models stay loaded. */
  readonly modelsOption?: string;
};

const llamaCpp = {
  tellsTools: false,
  oneModel: false,
  oneOfAFile: false,
  spillsToCpu: true,
  keepsReserve: true,
  growsContext: false,
} as const;

export const runtimeTraits: Readonly<Record<RuntimeKind, RuntimeTraits>> = {
  ollama: { ...llamaCpp, tellsTools: true, oneOfAFile: true },
  lmstudio: { ...llamaCpp, tellsTools: true },
  mlx: {
    ...llamaCpp,
    oneModel: true,
    spillsToCpu: false,
    keepsReserve: false,
    growsContext: true,
  },
  "llama-server": {
    ...llamaCpp,
    contextOption: "llama-server with -c",
    modelsOption: "llama-server --models-max N",
  },
  "llama-swap": { ...llamaCpp, contextOption: "llama-server with -c" },
  openai: llamaCpp,
};

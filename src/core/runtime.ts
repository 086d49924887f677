/**
 * What is known of the programs that serve models, as plain data. A **runtime** is one such program
 * at one address; it has models that are **installed** and some of them **loaded**. All sizes are
 * bytes, all contexts tokens, all times ms since the epoch. Names are as the runtime gave them: what
 * shows them makes them `printable`.
 */
import type { Problem } from "./error.ts";
import type { RuntimeTuning } from "./runtime-tuning.ts";

export const runtimeKinds = [
  "ollama",
  "lmstudio",
  "mlx",
  "llama-server",
  "llama-swap",
  "openai",
] as const;

export type RuntimeKind = (typeof runtimeKinds)[number];

/** What people call them. */
export const runtimeTitles: Readonly<Record<RuntimeKind, string>> = {
  ollama: "Ollama",
  lmstudio: "LM Studio",
  mlx: "MLX",
  "llama-server": "llama-server",
  "llama-swap": "llama-swap",
  openai: "OpenAI-compatible",
};

/** Where a value comes from, the strongest first. */
export type SettingSource =
  | { readonly from: "flag" }
  /** Picked with the keyboard or `ai-rules models use`. */
  | { readonly from: "pick" }
  /** The project's `ai-rules.json`. */
  | { readonly from: "project" }
  /** A variable of the development shell. */
  | { readonly from: "variable"; readonly name: string }
  /** The user's `config.json`. */
  | { readonly from: "user" }
  /** OpenCode's own configuration. */
  | { readonly from: "opencode" }
  /** Nothing says it, so the program chose. */
  | { readonly from: "chosen" }
  | { readonly from: "default" };

/** Where a runtime is to be found. */
export type RuntimeAddress = {
  /** Names it everywhere: in "ID/model", in the settings, as OpenCode's provider. */
  readonly id: string;
  /** What it is said to be; without one it is whatever answers. */
  readonly kind?: RuntimeKind;
  /** Scheme, host, port and path prefix; no slash at the end, no `/v1`, no user or password. */
  readonly url: string;
  /** On this machine: its memory is ours. */
  readonly local: boolean;
  readonly source: SettingSource;
  /** Someone asked for it. Where nothing answers at a default address, nothing is missing. */
  readonly expected: boolean;
  /** The variable that holds its token; the token itself never enters the state. */
  readonly tokenVariable?: string;
  /** How the settings want its models to be used. */
  readonly tuning?: RuntimeTuning;
  /** What is odd about the address, e.g. a port that was left out. */
  readonly note?: Problem;
};

export type Connection =
  /** Not asked yet. */
  | { readonly type: "probing" }
  | { readonly type: "up" }
  /** It lives but does not answer this time; what is shown is from `since`. */
  | { readonly type: "stale"; readonly since: number; readonly problem: Problem }
  | { readonly type: "down"; readonly since: number; readonly problem: Problem }
  /** Something else answers there; `found` names it. */
  | { readonly type: "wrong-service"; readonly found: string; readonly problem: Problem }
  | { readonly type: "needs-token"; readonly problem: Problem };

/** What one can ask of a runtime. */
export type Abilities = {
  /** It tells what is loaded. */
  readonly seesLoaded: boolean;
  readonly load: boolean;
  readonly unload: boolean;
  /** A time until unload can be set. */
  readonly keepAlive: boolean;
  /** The context can be given when a model is loaded (LM Studio). */
  readonly loadContext: boolean;
  /** A model with another context can be made of one (Ollama). */
  readonly derive: boolean;
  readonly pull: boolean;
};

export type ModelShape = {
  readonly layers: number;
  /** Heads that keep keys and values; per layer where layers differ. A layer with none is recurrent. */
  readonly kvHeads: number | readonly number[];
  readonly keyLength: number;
  readonly valueLength: number;
  /** Some layers see only so many tokens. */
  readonly slidingWindow?: number;
};

export type InstalledModel = {
  /** What requests call it. */
  readonly name: string;
  /** What people call it, where that differs. */
  readonly title?: string;
  /** Names that the settings give it, by which it can be meant as well. */
  readonly aliases?: readonly string[];
  readonly sizeBytes?: number;
  readonly quantization?: string;
  /** "30.5B". */
  readonly parameters?: string;
  readonly family?: string;
  /** The longest context it was trained for. */
  readonly maxContext?: number;
  /** The context it is loaded with because the model itself says so (Ollama's num_ctx). */
  readonly ownContext?: number;
  /** Undefined: the runtime does not tell. */
  readonly tools?: boolean;
  readonly vision?: boolean;
  readonly thinking?: boolean;
  /** It answers chats; an embedding model does not. */
  readonly chat: boolean;
  /** It runs on another company's machines and takes no memory of ours. */
  readonly cloud: boolean;
  readonly digest?: string;
  /** Names the weights: of two models with the same, Ollama has only one loaded. */
  readonly weights?: string;
  readonly derivedFrom?: string;
  readonly shape?: ModelShape;
  /** The details above that only a second request tells are there. */
  readonly described: boolean;
};

export type LoadedModel = {
  /** The name it has among the installed ones. */
  readonly name: string;
  /** What unload calls it; LM Studio can load one model twice. */
  readonly instance: string;
  readonly state: "loading" | "loaded" | "unloading" | "sleeping";
  /** How far the load is, 0 to 1, where the runtime tells. */
  readonly progress?: number;
  /** The context it really has: one conversation's share of it. */
  readonly context?: number;
  readonly sizeBytes?: number;
  /** The part of `sizeBytes` in the GPU's memory. */
  readonly gpuBytes?: number;
  readonly quantization?: string;
  readonly expiresAt?: number | "never";
  /** A request runs. Undefined: the runtime does not tell. */
  readonly busy?: boolean;
  /** It cannot be unloaded: it is there for as long as its runtime runs. */
  readonly stays?: true;
  readonly digest?: string;
};

export type RuntimeState = {
  readonly address: RuntimeAddress;
  /** What it turned out to be; `address.kind` until it has answered. */
  readonly kind: RuntimeKind;
  readonly connection: Connection;
  readonly version?: string;
  readonly abilities: Abilities;
  readonly loaded: readonly LoadedModel[];
  readonly installed: readonly InstalledModel[];
  /** When `installed` was read. */
  readonly installedAt?: number;
  /** What is wrong although it answers: "restarted", "alive but dead", "GPU lost after sleep". */
  readonly troubles: readonly Problem[];
  /** Loads of one model within the last minutes, while nothing asked for them. */
  readonly reloads: Readonly<Record<string, number>>;
};

export type MemoryDevice = {
  readonly name: string;
  readonly usedBytes: number;
  readonly totalBytes: number;
  readonly busyPercent?: number;
};

/** The memory models are loaded into on this machine. */
export type MemoryState = {
  /** A GPU's own; shared by GPU and CPU (Apple); or plain RAM without a GPU. */
  readonly kind: "gpu" | "unified" | "ram";
  readonly devices: readonly MemoryDevice[];
  readonly usedBytes: number;
  readonly totalBytes: number;
  /** What models may take of it. */
  readonly budgetBytes: number;
  /** What the budget rests on: "MLX_VRAM_LIMIT", "the Metal limit", "all of it". */
  readonly budgetFrom: string;
  readonly ramBytes: number;
  readonly ramFreeBytes: number;
  /** Used shares of the last minutes, 0 to 1, oldest first; one each 10 s, 30 at most. */
  readonly history: readonly number[];
};

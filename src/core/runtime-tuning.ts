/**
 * What the settings say of how a runtime's models are used: its **tuning**. Each value knows the file
 * it stands in, since a variable of the development shell is weaker than the project's file and
 * stronger than the user's.
 */
import type { AgentMode } from "./mode.ts";

export type Told<T> = { readonly value: T; readonly from: "project" | "user" };

export type ToldPerMode<T> = Readonly<Partial<Record<AgentMode, Told<T>>>>;

/** How MLX packs weights: so many bits each (4), with a scale and a bias for each group (of 64). */
export type Quantization = {
  readonly bits?: number | undefined;
  readonly groupSize?: number | undefined;
};

export type RuntimeTuning = {
  /** What its models may take of the memory, in bytes. */
  readonly memoryLimit?: Told<number>;
  readonly quantization?: Told<Quantization>;
  /** Requests answered at once. */
  readonly batch?: ToldPerMode<number>;
  readonly temperature?: ToldPerMode<number>;
  /** In tokens. */
  readonly context?: ToldPerMode<number>;
  /** Most tokens of one answer. */
  readonly maxTokens?: Told<number>;
  /** A whole path: the directory with one model a subdirectory. */
  readonly modelsPath?: Told<string>;
  /** Directories below `modelsPath`, whole paths, or what the runtime calls them; by names of the user's. */
  readonly models?: Readonly<Record<string, Told<string>>>;
};

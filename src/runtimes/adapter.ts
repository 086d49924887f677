/**
 * What each kind of runtime has to answer. An **adapter** turns one runtime's HTTP into the plain
 * data of `core/runtime.ts`; it keeps nothing between calls and never decides when to ask. What
 * cannot be done rejects with an AiRulesError `runtime/...`, made where the cause is known; an
 * aborted call rejects with the signal's reason.
 */
import type { Abilities, InstalledModel, LoadedModel, RuntimeKind } from "../core/runtime.ts";
import type { RuntimeTuning } from "../core/runtime-tuning.ts";
import type { Clock, Files } from "../platform/ports.ts";
import type { RuntimeClient } from "./http/client.ts";

/** What an adapter works with: one runtime at one address. */
export type AdapterContext = {
  readonly client: RuntimeClient;
  readonly files: Pick<Files, "list" | "readText" | "status">;
  /** MLX: a directory with one model a subdirectory. */
  readonly modelsPath?: string;
  /** MLX: names of the settings, each with its directory, below that one or whole, or repository. */
  readonly models?: Readonly<Record<string, string>>;
  /** To see how far a server's clock is off, and to wait; without it times are the server's. */
  readonly clock?: Pick<Clock, "now" | "wait">;
};

export type LoadRequest = {
  readonly model: string;
  /** Where `abilities.loadContext`. */
  readonly context?: number;
  /** As Ollama takes it: "30m", "-1". Where `abilities.keepAlive`. */
  readonly keepAlive?: string;
  /** 0 to 1. */
  readonly onProgress: (progress: number) => void;
  readonly abort: AbortSignal;
};

export type PullProgress = {
  readonly note: string;
  readonly doneBytes?: number;
  readonly totalBytes?: number;
};

/** What a runtime tells by itself, where it has a stream of events. */
export type RuntimeEvent =
  /** Something changed: ask for what is loaded. */
  | { readonly type: "changed" }
  | { readonly type: "loading"; readonly model: string; readonly progress?: number }
  /** The models on which requests run now. */
  | { readonly type: "in-use"; readonly models: readonly string[] };

export type Adapter = {
  readonly kind: RuntimeKind;
  /** What people call it: "LM Studio". */
  readonly title: string;
  readonly abilities: Abilities;
  /** The command that starts it: the remedy when it is down. */
  readonly startCommand: string;
  /** The variable that holds its token, unless the settings name one. */
  readonly tokenVariable?: string;
  /** How often the installed models may be read, in ms. */
  readonly installedEveryMs: number;
  /** Its version; rejects when it does not answer. The cheapest sign of life. */
  version(context: AdapterContext, abort: AbortSignal): Promise<string | undefined>;
  /** `before`: what it told last, which can save a question. */
  loaded(
    context: AdapterContext,
    abort: AbortSignal,
    before?: readonly LoadedModel[],
  ): Promise<readonly LoadedModel[]>;
  installed(context: AdapterContext, abort: AbortSignal): Promise<readonly InstalledModel[]>;
  /** Adds what only a second request tells. */
  describe?(
    context: AdapterContext,
    model: InstalledModel,
    abort: AbortSignal,
  ): Promise<InstalledModel>;
  load?(context: AdapterContext, request: LoadRequest): Promise<void>;
  unload?(context: AdapterContext, loaded: Pick<LoadedModel, "name" | "instance">): Promise<void>;
  setKeepAlive?(context: AdapterContext, model: string, keepAlive: string): Promise<void>;
  /** Makes a model `name` of another one with a context of its own; its weights are not copied. */
  derive?(
    context: AdapterContext,
    request: {
      readonly from: string;
      readonly name: string;
      readonly context: number;
      readonly abort: AbortSignal;
    },
  ): Promise<void>;
  pull?(
    context: AdapterContext,
    request: {
      readonly model: string;
      readonly onProgress: (progress: PullProgress) => void;
      readonly abort: AbortSignal;
    },
  ): Promise<void>;
  /** Ends when the stream breaks or the signal aborts. */
  events?(context: AdapterContext, abort: AbortSignal): AsyncIterable<RuntimeEvent>;
  /** Commands that do the same by hand. */
  byHand(deed: ByHand): string;
  /** The command that starts it with a model as the settings want it, where only that can say it. */
  startByHand?(start: StartByHand): string;
};

export type ByHand = {
  readonly deed: "load" | "unload" | "keep-alive" | "derive" | "pull";
  readonly url: string;
  readonly model: string;
  readonly keepAlive?: string;
  readonly context?: number;
  readonly tuning?: RuntimeTuning | undefined;
};

export type StartByHand = {
  readonly url: string;
  readonly model: Pick<InstalledModel, "name" | "sizeBytes">;
  readonly tuning: RuntimeTuning;
};

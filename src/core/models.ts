/**
 * What the program knows of models: the runtimes, the memory, which model each mode wants and why,
 * and what is being done about it. A **wish** is the model a mode is meant to use; a **switch** is
 * the way of a mode from one model to another; a **job** is one thing a runtime is asked to do.
 */
import type { Problem } from "./error.ts";
import type { AgentMode, ByMode } from "./mode.ts";
import type { MemoryState, RuntimeAddress, RuntimeState, SettingSource } from "./runtime.ts";

/** The model a mode is meant to use. */
export type ModelWish = {
  /** "runtime/model", or a provider of OpenCode's own configuration. */
  readonly model: string;
  readonly source: SettingSource;
  readonly temperature?: number;
  readonly temperatureSource?: SettingSource;
  /** The wish before it, whose model is not there any more. */
  readonly insteadOf?: string;
};

/** What the user picked for a mode; kept per project. */
export type Pick = {
  readonly model: string;
  /** The mode's conversation does not have it yet: it is given it when its agent starts. */
  readonly fresh?: true;
};

/** What of the models outlives the program, per project, in a file of its own. */
export type SavedPicks = {
  readonly picks: Readonly<Partial<Record<AgentMode, Pick>>>;
  /** Full names of the models picked last, newest first; 10 at most. */
  readonly recent: readonly string[];
};

/** What the variables of the development shell say about models. */
export type GuideSettings = {
  /** In the order in which they are tried: Ollama's, then LM Studio's, then MLX's. */
  readonly models: ByMode<readonly { readonly model: string; readonly variable: string }[]>;
  /** By the runtime's kind: each runtime has its own variable. */
  readonly temperatures: ByMode<
    readonly { readonly runtime: string; readonly value: number; readonly variable: string }[]
  >;
  /** As Ollama takes it: "30m", "-1". */
  readonly keepAlive?: string;
  readonly budgetBytes?: number;
  readonly modelsPath?: string;
  /** Most tokens of one answer. */
  readonly outputTokens?: number;
  /** Variables that are set and do not do what their name says, each with why. */
  readonly unused: readonly { readonly variable: string; readonly why: string }[];
  /** Values that make no sense. */
  readonly problems: readonly Problem[];
};

/** One thing a runtime is asked to do. */
export type ModelJob = {
  /** A job of the same id replaces the old one. */
  readonly id: string;
  readonly runtime: string;
  readonly deed:
    | {
        readonly type: "load";
        readonly model: string;
        readonly context?: number;
        readonly keepAlive?: string;
      }
    | { readonly type: "unload"; readonly model: string; readonly instance: string }
    | { readonly type: "keep-alive"; readonly model: string; readonly keepAlive: string }
    | {
        readonly type: "derive";
        readonly from: string;
        readonly model: string;
        readonly context: number;
      };
};

export type RunningJob = ModelJob & {
  readonly since: number;
  /** 0 to 1, where the runtime tells. */
  readonly progress?: number;
};

/** What a switch does before the agent uses the model, in this order. */
export type SwitchPlan = {
  /** "runtime/model" as it is installed. */
  readonly model: string;
  readonly unloadFirst: readonly {
    readonly runtime: string;
    readonly model: string;
    readonly instance: string;
  }[];
  /** Make this variant of the model and use it. */
  readonly derive?: { readonly model: string; readonly context: number };
  /** Load it with this context, where the runtime lets one say so. */
  readonly context?: number;
};

/** One way to switch that is offered to the user. */
export type SwitchOption = {
  readonly title: string;
  readonly detail: string;
  readonly plan: SwitchPlan;
};

export type Switch = {
  readonly plan: SwitchPlan;
  readonly since: number;
  /** The mode's wish is followed: nothing was picked, so nothing is remembered. */
  readonly forWish?: true;
  readonly step:
    | { readonly type: "unloading"; readonly job: string; readonly left: SwitchPlan["unloadFirst"] }
    | { readonly type: "deriving"; readonly job: string }
    | { readonly type: "warming"; readonly job: string }
    /** The agent is busy: it gets the model when its answer is written. */
    | { readonly type: "waiting" }
    | { readonly type: "applying" }
    | { readonly type: "failed"; readonly at: number; readonly problem: Problem };
};

export type ModelsState = {
  /** Each runtime has answered or has had its time. */
  readonly surveyed: boolean;
  /** Where runtimes are looked for; `runtimes` stand in this order. */
  readonly addresses: readonly RuntimeAddress[];
  readonly runtimes: readonly RuntimeState[];
  readonly memory?: MemoryState;
  /** The context each model had when it was seen loaded last, by full name. */
  readonly measured: Readonly<Record<string, number>>;
  /**
   * Runtimes whose list did not say which models call tools, and which were asked of each one:
   * `at` is the `installedAt` of that list.
   */
  readonly described: Readonly<Record<string, { readonly at: number; readonly done: boolean }>>;
  readonly guide: GuideSettings;
  readonly wishes: Readonly<Partial<Record<AgentMode, ModelWish>>>;
  readonly picks: Readonly<Partial<Record<AgentMode, Pick>>>;
  /** Full names of the models picked last, newest first. */
  readonly recent: readonly string[];
  /** Models of OpenCode's own configuration that no runtime here serves, as "provider/model". */
  readonly opencodeModels: readonly string[];
  /** The model of OpenCode's own configuration, by mode: what it would use by itself. */
  readonly opencodeDefaults: Readonly<Partial<Record<AgentMode, string>>>;
  readonly switches: Readonly<Partial<Record<AgentMode, Switch>>>;
  readonly jobs: readonly RunningJob[];
  /** Full names of models that a mode has used in this run and given up, newest first. */
  readonly released: readonly string[];
  /** Models that other running ai-rules use, as "url model". */
  readonly usedElsewhere: readonly string[];
};

/** What is found out before the runtimes are asked. */
export type ModelsSetup = {
  readonly addresses: readonly RuntimeAddress[];
  readonly guide: GuideSettings;
  readonly opencodeModels: readonly string[];
  readonly opencodeDefaults: Readonly<Partial<Record<AgentMode, string>>>;
};

export const noGuide: GuideSettings = {
  models: { plan: [], build: [], review: [] },
  temperatures: { plan: [], build: [], review: [] },
  unused: [],
  problems: [],
};

export const noModels: ModelsState = {
  surveyed: false,
  addresses: [],
  runtimes: [],
  measured: {},
  described: {},
  guide: noGuide,
  wishes: {},
  picks: {},
  recent: [],
  opencodeModels: [],
  opencodeDefaults: {},
  switches: {},
  jobs: [],
  released: [],
  usedElsewhere: [],
};

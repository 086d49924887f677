/** The settings of one project, whole: every default is filled in. Read by `project/settings.ts`. */
import type { Action } from "./action.ts";
import type { ByMode } from "./mode.ts";
import type { RuntimeKind } from "./runtime.ts";
import type { RuntimeTuning } from "./runtime-tuning.ts";

export const layoutChoices = ["auto", "columns", "main-stack", "rows"] as const;

export type LayoutChoice = (typeof layoutChoices)[number];

export type ModeSettings = {
  /** Runs this instead of OpenCode: a program and its arguments. */
  readonly command?: readonly string[];
  /** "provider/model" in OpenCode's words. */
  readonly model?: string;
  /** The file that `model` stands in. */
  readonly modelFrom?: "project" | "user";
  readonly temperature?: number;
  readonly temperatureFrom?: "project" | "user";
  /** OpenCode's agent name; the mode's own name unless set. */
  readonly agent?: string;
  /** Variables added to the environment of this mode only. */
  readonly env: Readonly<Record<string, string>>;
};

export type RuntimeSettings = {
  /** What serves there; the id itself unless set, where that is a kind. */
  readonly kind?: RuntimeKind;
  readonly url?: string;
  /** The variable that holds its token. */
  readonly tokenVariable?: string;
  /** How long a model stays loaded after a request, as Ollama takes it: "30m", "-1". */
  readonly keepAlive?: string;
  /** It is left alone. */
  readonly off?: boolean;
  /** How its models are used. */
  readonly tuning?: RuntimeTuning;
  readonly from: "project" | "user";
};

export type KeySettings = {
  /** The prefix as a chord: "ctrl+o". */
  readonly prefix: string;
  /** Chords by action, which replace the default ones; an empty list unbinds. */
  readonly bindings: Readonly<Partial<Record<Action, readonly string[]>>>;
};

export type Settings = {
  /** The flake shell to enter; undefined means the default one. */
  readonly shell?: string;
  readonly modes: ByMode<ModeSettings>;
  readonly layout: LayoutChoice;
  readonly keys: KeySettings;
  /** Lines of scrollback a pane keeps. */
  readonly scrollback: number;
  readonly opencode: { readonly path?: string };
  /** By id. */
  readonly runtimes: Readonly<Record<string, RuntimeSettings>>;
  /** What models may take of the memory they are loaded into. */
  readonly memoryBudgetBytes?: number;
};

/** What holds where nothing is set. */
export const defaultSettings: Settings = {
  modes: { plan: { env: {} }, build: { env: {} }, review: { env: {} } },
  layout: "auto",
  keys: { prefix: "ctrl+o", bindings: {} },
  scrollback: 5000,
  opencode: {},
  runtimes: {},
};

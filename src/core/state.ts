/** The whole state of the TUI as plain data. Bytes, screens and secrets never enter it. */
import type { Activity, ProcessState } from "./agent.ts";
import type { ToldModel } from "./agent-model.ts";
import type { Diagnosis } from "./diagnosis.ts";
import type { EnvironmentState } from "./environment.ts";
import type { Problem } from "./error.ts";
import type { AgentMode, ByMode } from "./mode.ts";
import type { ModelJob, ModelsState, SwitchPlan } from "./models.ts";
import type { LayoutChoice, Settings } from "./settings.ts";

export type PaneState = {
  readonly mode: AgentMode;
  /** What runs in it: OpenCode, or any command of the settings. */
  readonly kind: "opencode" | "command";
  /** What the title calls it when it is a command. */
  readonly label: string;
  readonly process: ProcessState;
  readonly activity: Activity;
  /** Title that the program set (OSC 0/2), without control characters. */
  readonly terminalTitle: string;
  readonly session?: { readonly id: string; readonly title: string };
  /** "provider/model" the mode is meant to use. */
  readonly wantedModel?: string;
  /** Its conversation is given the wanted model when the agent starts: it was picked meanwhile. */
  readonly adopts?: true;
  /** "provider/model" the agent says it uses. */
  readonly model?: string;
  /** What its agent was told of the model when it was told last. */
  readonly told?: ToldModel;
  /** It is being told anew. */
  readonly telling?: true;
  /** The agent or model is not what was asked for. */
  readonly mismatch?: Problem;
  readonly version?: string;
  /** The event stream is broken for now. */
  readonly lost: boolean;
  /** Resident memory with all descendants, in bytes. */
  readonly memoryBytes?: number;
  /** Rang the bell while it had no focus. */
  readonly bell: boolean;
  /** How many lines the view is scrolled back; 0 shows the live screen. */
  readonly scrolledBack: number;
  /** Automatic restarts since the last start by hand. */
  readonly restarts: number;
};

/** What covers the panes and takes the keys. */
export type Overlay =
  | {
      readonly type: "help";
      readonly filter: string;
      readonly typing: boolean;
      readonly top: number;
    }
  | { readonly type: "palette"; readonly query: string; readonly selected: number }
  | { readonly type: "log"; readonly lines: readonly string[]; readonly top: number }
  | { readonly type: "environment"; readonly top: number }
  | {
      readonly type: "doctor";
      /** The key of the selected finding; the first one is when there is none of that key. */
      readonly at?: string;
    }
  /** All models of all runtimes, for one mode. */
  | {
      readonly type: "model-picker";
      readonly mode: AgentMode;
      readonly query: string;
      readonly selected: number;
      /** The model that `enter` chose and whose details are asked for first. */
      readonly entered?: string;
      /** Whether the arithmetic of the selected model stands below the list. */
      readonly arithmetic: boolean;
    }
  /** The ways in which a mode can switch to a model, when there are several. */
  | {
      readonly type: "switch-options";
      readonly mode: AgentMode;
      readonly model: string;
      readonly selected: number;
      readonly arithmetic: boolean;
    }
  /** The runtimes and their loaded models, to act on. */
  | {
      readonly type: "models";
      readonly selected: number;
      readonly details: boolean;
      /** The model that `m` chose and whose details are asked for first. */
      readonly entered?: string;
    }
  | { readonly type: "confirm"; readonly confirm: Confirm };

export type Confirm = {
  readonly deed: "restart" | "restart-all" | "quit" | "switch-model" | "run-job";
  readonly mode: AgentMode;
  readonly question: string;
  readonly details: readonly string[];
  /** For "switch-model". */
  readonly plan?: SwitchPlan;
  /** For "run-job". */
  readonly job?: Omit<ModelJob, "id">;
};

export type Notice = {
  readonly level: "info" | "warning" | "error";
  readonly text: string;
  readonly remedy?: string;
  /** When it disappears by itself (ms since the epoch). */
  readonly until: number;
};

export type State = {
  readonly project: { readonly root: string; readonly name: string };
  readonly settings: Settings;
  readonly screen: { readonly cols: number; readonly rows: number };
  readonly now: number;
  readonly environment: EnvironmentState;
  readonly models: ModelsState;
  readonly panes: ByMode<PaneState>;
  readonly focus: AgentMode;
  readonly layout: LayoutChoice;
  readonly zoomed: boolean;
  /** "auto" follows the size of the terminal. */
  readonly panel: "auto" | "shown" | "hidden";
  /** The prefix was pressed; `strip`: it is so long ago that the which-key strip shows. */
  readonly prefix?: { readonly since: number; readonly strip: boolean };
  /** What the doctor found when it was asked last. */
  readonly diagnosis?: Diagnosis;
  readonly overlay?: Overlay;
  readonly notice?: Notice;
  readonly mouseCaptured: boolean;
  readonly quitting: boolean;
};

/** What outlives the program, per project. */
export type Saved = {
  readonly sessions: Readonly<Partial<Record<AgentMode, string>>>;
  readonly focus: AgentMode;
  readonly layout: LayoutChoice;
  readonly panel: "auto" | "shown" | "hidden";
};

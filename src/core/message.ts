/** Everything that can happen to the program. `update` is the only reader. */
import type { Action } from "./action.ts";
import type { AgentReport, Exit } from "./agent.ts";
import type { ToldModel } from "./agent-model.ts";
import type { DiagnosedCheck, Mended } from "./diagnosis.ts";
import type { EnvironmentProgress, EnvironmentSummary } from "./environment.ts";
import type { Problem } from "./error.ts";
import type { AgentMode } from "./mode.ts";
import type { ModelsSetup, SavedPicks } from "./models.ts";
import type { InstalledModel, MemoryState, RuntimeState } from "./runtime.ts";
import type { Settings } from "./settings.ts";
import type { Notice } from "./state.ts";

/** `now`: ms since the epoch, put in by the runtime; `update` has no clock. */
export type Message = { readonly now: number } & Happening;

export type Happening =
  | { readonly type: "started" }
  | { readonly type: "resized"; readonly cols: number; readonly rows: number }
  /** Once a second while something on the screen shows an age. */
  | { readonly type: "tick" }
  // keys
  | { readonly type: "prefix-pressed" }
  | { readonly type: "prefix-waited" }
  | { readonly type: "prefix-ended" }
  | { readonly type: "action"; readonly action: Action }
  /** A key while an overlay is open: its chord ("j", "enter", "ctrl+c") and the text it types. */
  | {
      readonly type: "overlay-key";
      readonly chord: string;
      readonly text: string;
      /** The line at which an open reader really stands: its `top` can lie beyond the end. */
      readonly shownTop?: number;
    }
  | { readonly type: "pane-clicked"; readonly mode: AgentMode }
  // environment
  | { readonly type: "environment-progress"; readonly progress: EnvironmentProgress }
  | { readonly type: "environment-ready"; readonly summary: EnvironmentSummary }
  | { readonly type: "environment-failed"; readonly problem: Problem; readonly lastGoodAt?: number }
  | { readonly type: "environment-reloading" }
  /** Another environment than the one before is ready for what starts from now on. */
  | { readonly type: "environment-changed"; readonly summary: EnvironmentSummary }
  /** It was loaded again and is the same; what is said of it may differ. */
  | { readonly type: "environment-unchanged"; readonly summary: EnvironmentSummary }
  | { readonly type: "environment-broken"; readonly problem: Problem }
  // panes
  | { readonly type: "pane-spawned"; readonly mode: AgentMode; readonly pid: number }
  | { readonly type: "pane-first-output"; readonly mode: AgentMode }
  | { readonly type: "pane-failed"; readonly mode: AgentMode; readonly problem: Problem }
  | {
      readonly type: "pane-exited";
      readonly mode: AgentMode;
      readonly exit: Exit;
      /** The agent said that it does not know the session it was started with. */
      readonly sessionLost: boolean;
    }
  | { readonly type: "pane-stopped"; readonly mode: AgentMode }
  | { readonly type: "pane-restart-due"; readonly mode: AgentMode }
  | { readonly type: "pane-title"; readonly mode: AgentMode; readonly title: string }
  | { readonly type: "pane-bell"; readonly mode: AgentMode }
  | { readonly type: "pane-memory"; readonly mode: AgentMode; readonly bytes: number }
  | { readonly type: "pane-scrolled"; readonly mode: AgentMode; readonly lines: number }
  | { readonly type: "pane-typed"; readonly mode: AgentMode }
  | { readonly type: "agent-report"; readonly mode: AgentMode; readonly report: AgentReport }
  /** What the agent knows of its model now; nothing where no runtime of ours serves it. */
  | { readonly type: "agent-told"; readonly mode: AgentMode; readonly told?: ToldModel }
  // models
  | { readonly type: "models-set-up"; readonly setup: ModelsSetup }
  | { readonly type: "runtime-changed"; readonly runtime: RuntimeState }
  /** Each runtime has answered once, or has had its time. */
  | { readonly type: "runtimes-surveyed" }
  | { readonly type: "memory-measured"; readonly memory: MemoryState }
  | { readonly type: "model-described"; readonly runtime: string; readonly model: InstalledModel }
  /** A runtime was asked for the details of its models, whatever it told. */
  | { readonly type: "models-described"; readonly runtime: string }
  | { readonly type: "job-progressed"; readonly id: string; readonly progress: number }
  | {
      readonly type: "job-ended";
      readonly id: string;
      readonly end: "done" | "cancelled" | "failed";
      readonly problem?: Problem;
    }
  /** The conversation of a mode has its new model; `live`: the agent uses it without a restart. */
  | {
      readonly type: "model-applied";
      readonly mode: AgentMode;
      readonly model: string;
      readonly live: boolean;
      readonly problem?: Problem;
    }
  /** `esc` in a pane whose model is being loaded. */
  | { readonly type: "switch-cancelled"; readonly mode: AgentMode }
  /** The selection of the picker has not moved for a while. */
  | { readonly type: "picker-rested" }
  /** Something else than the keyboard picked models: `ai-rules models use`. */
  | {
      readonly type: "picks-changed";
      readonly saved: SavedPicks;
    }
  | { readonly type: "models-used-elsewhere"; readonly models: readonly string[] }
  // doctor
  | { readonly type: "doctor-began"; readonly ids: readonly string[] }
  | { readonly type: "doctor-checked"; readonly check: DiagnosedCheck }
  /** `again`: the checks that are made once more. */
  | {
      readonly type: "doctor-mended";
      readonly mended: readonly Mended[];
      readonly again: readonly string[];
    }
  | { readonly type: "doctor-ended" }
  // the rest
  | { readonly type: "settings-changed"; readonly settings: Settings }
  | { readonly type: "notice"; readonly notice: Omit<Notice, "until"> }
  | { readonly type: "notice-over" }
  | { readonly type: "log-read"; readonly lines: readonly string[] }
  /** A signal ended us; `exitCode` is 128 and its number. */
  | { readonly type: "terminated"; readonly exitCode: number };

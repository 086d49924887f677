/** What is to be done, as data. `tui/effects.ts` is the only one who does it. */
import type { Happening } from "./message.ts";
import type { AgentMode } from "./mode.ts";
import type { ModelJob, SavedPicks } from "./models.ts";
import type { Saved } from "./state.ts";

export type Effect =
  | { readonly type: "load-environment"; readonly refresh: boolean }
  | { readonly type: "cancel-environment" }
  | { readonly type: "use-environment"; readonly which: "last-good" | "plain" }
  /** Starts the modes one after the other, the first at once. */
  | { readonly type: "start-agents"; readonly modes: readonly AgentMode[] }
  /** Stops a mode's process and all that it started, then reports `pane-stopped`. */
  | { readonly type: "stop-agent"; readonly mode: AgentMode }
  /** Finds out where the runtimes are, and watches them from then on. */
  | { readonly type: "set-up-models" }
  /** Asks all runtimes at once instead of when it is their time. */
  | { readonly type: "refresh-runtimes" }
  | { readonly type: "describe-model"; readonly runtime: string; readonly model: string }
  /** Asks for the details of many models, then reports `models-described`. */
  | {
      readonly type: "describe-models";
      readonly runtime: string;
      readonly models: readonly string[];
    }
  | { readonly type: "run-job"; readonly job: ModelJob }
  | { readonly type: "cancel-job"; readonly id: string }
  /** Gives the conversation of a mode its new model, then reports `model-applied`. */
  | { readonly type: "apply-model"; readonly mode: AgentMode }
  /** Tells a resting agent what was found out of its model, then reports `agent-told`. */
  | { readonly type: "tell-agent"; readonly mode: AgentMode }
  | { readonly type: "copy"; readonly text: string }
  /** Copies the command that does by hand what a job would do. */
  | { readonly type: "copy-by-hand"; readonly job: Omit<ModelJob, "id"> }
  | { readonly type: "send-prefix"; readonly mode: AgentMode }
  | { readonly type: "scroll"; readonly mode: AgentMode; readonly pages: number }
  | { readonly type: "capture-mouse"; readonly on: boolean }
  /** Makes all checks of the doctor, then reports `doctor-ended`. */
  | { readonly type: "examine" }
  /** Does what is safe about what was found last, and looks again. */
  | { readonly type: "mend" }
  | { readonly type: "read-log" }
  | { readonly type: "save-picks"; readonly saved: SavedPicks }
  | { readonly type: "save"; readonly saved: Saved }
  /** Sends a message later; a new timer of the same name replaces the old one. */
  | {
      readonly type: "start-timer";
      readonly name: string;
      readonly ms: number;
      readonly message: Happening;
    }
  | { readonly type: "stop-timer"; readonly name: string }
  | { readonly type: "quit"; readonly exitCode: number };

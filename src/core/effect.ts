/** What is to be done, as data. `tui/effects.ts` is the only one who does it. */
import type { Happening } from "./message.ts";
import type { AgentMode } from "./mode.ts";
import type { Saved } from "./state.ts";

export type Effect =
  | { readonly type: "load-environment"; readonly refresh: boolean }
  | { readonly type: "cancel-environment" }
  | { readonly type: "use-environment"; readonly which: "last-good" | "plain" }
  /** Starts the modes one after the other, the first at once. */
  | { readonly type: "start-agents"; readonly modes: readonly AgentMode[] }
  /** Stops a mode's process and all that it started, then reports `pane-stopped`. */
  | { readonly type: "stop-agent"; readonly mode: AgentMode }
  | { readonly type: "send-prefix"; readonly mode: AgentMode }
  | { readonly type: "scroll"; readonly mode: AgentMode; readonly pages: number }
  | { readonly type: "capture-mouse"; readonly on: boolean }
  | { readonly type: "read-log" }
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

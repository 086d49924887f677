/** What the main thread and the worker that draws the chrome say to each other. */
import type { State } from "../../core/state.ts";
import type { StateChanges } from "./state-changes.ts";
import type { SurfaceId, SurfacePlace } from "./surfaces.ts";
import type { Capabilities } from "./theme.ts";

/** The worker is started with this. */
export type ChromeWorkerData = Capabilities;

export type ToWorker =
  /** The state to draw and where. Send it when something changed, some ten times a second at most. */
  | { readonly type: "snapshot"; readonly state: State; readonly surfaces: readonly SurfacePlace[] }
  /** The same, of the state that was sent last: the first message is a snapshot. */
  | {
      readonly type: "changes";
      readonly changes: StateChanges;
      readonly surfaces: readonly SurfacePlace[];
    }
  /** The worker ends by itself then. */
  | { readonly type: "stop" };

export type FromWorker =
  /** Ink is loaded; snapshots sent before are not lost. */
  | { readonly type: "ready" }
  /**
   * Bytes for the emulator of one surface, which must have this size. The first output of a surface
   * and the first after a change of its size begin by clearing it; nothing is sent for a surface
   * whose frame did not change.
   */
  | {
      readonly type: "output";
      readonly surface: SurfaceId;
      readonly cols: number;
      readonly rows: number;
      readonly text: string;
    }
  /** A component threw: its surface says so; the others live on. */
  | { readonly type: "failed"; readonly message: string }
  /** The thread itself is gone. Sent by whoever started it. */
  | { readonly type: "ended"; readonly message: string };

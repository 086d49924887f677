/**
 * What is known of the agent in a pane. The process (does it live?) and the activity (what does it
 * do?) are two things: a live process can wait for the user, a dead one has no activity.
 * All times are milliseconds since the epoch.
 */
import type { Problem } from "./error.ts";

export type ProcessState =
  /** Not started yet: the environment is still evaluated, or it is another mode's turn. */
  | { readonly type: "waiting" }
  | { readonly type: "starting"; readonly since: number; readonly pid?: number }
  | { readonly type: "running"; readonly since: number; readonly pid: number }
  | {
      readonly type: "stopping";
      readonly since: number;
      readonly pid: number;
      readonly restart: boolean;
    }
  | {
      readonly type: "exited";
      readonly at: number;
      readonly ranFor: number;
      readonly exit: Exit;
      readonly byHand: boolean;
      readonly retryAt?: number;
    }
  /** It could not be started at all. */
  | { readonly type: "failed"; readonly at: number; readonly problem: Problem };

/** How a process ended: an exit code or the name of a signal. */
export type Exit = { readonly code?: number; readonly signal?: string };

export type Activity =
  /** Nothing is known: the agent has not answered yet, or the pane runs a plain command. */
  | { readonly type: "unknown" }
  | { readonly type: "idle"; readonly since: number; readonly unseen: boolean }
  | { readonly type: "busy"; readonly since: number }
  /** It waits for the user. `count`: how many requests are open, sub-agents' included. */
  | {
      readonly type: "permission" | "question";
      readonly since: number;
      readonly count: number;
      readonly detail: string;
    }
  | {
      readonly type: "retry";
      readonly since: number;
      readonly attempt: number;
      readonly message: string;
      readonly next: number;
    }
  | { readonly type: "error"; readonly since: number; readonly message: string };

/** What the watcher of one agent reports, as it learns it. */
export type AgentReport =
  /** The agent answers over HTTP. `agent` and `model` are what it says it runs. */
  | {
      readonly type: "ready";
      readonly version: string;
      readonly agent: string;
      readonly model?: string;
    }
  /** It runs something else than was asked for; the pane's title shows it. */
  | { readonly type: "mismatch"; readonly problem: Problem }
  | { readonly type: "activity"; readonly activity: Activity }
  /** The root session the pane shows. `model`: "provider/model" of its last message. */
  | {
      readonly type: "session";
      readonly id: string;
      readonly title: string;
      readonly model?: string;
    }
  /** The event stream broke and is being opened again; the process may still live. */
  | { readonly type: "lost" };

/**
 * Questions about the state that several places ask: what a pane is doing, in a glyph and a word;
 * who waits for the user; whether a clock has to tick.
 *
 * Words: a **status** is what a pane does, told from its process and its activity together. A
 * **clock** of a status is a time that is shown as it runs; only few statuses have one, so that
 * nothing is redrawn while nothing happens.
 */
import type { Activity, Exit, ProcessState } from "./agent.ts";
import { clock, roughly } from "./format.ts";
import { type AgentMode, agentModes } from "./mode.ts";
import { shownModelName } from "./model-ref.ts";
import type { PaneState, State } from "./state.ts";

/** The kinds of status; the theme has one glyph and one colour for each. */
export type Glyph = "busy" | "waiting" | "idle" | "finished" | "error" | "starting" | "stopped";

export type PaneStatus = {
  readonly glyph: Glyph;
  /** "busy", "permission", "exited 1 after 3m": a few words. */
  readonly word: string;
  /** Counts up from a moment, or down to it (ms since the epoch). */
  readonly clock?: { readonly since: number } | { readonly until: number };
};

/** What a pane does, from its process and its activity. */
export function paneStatus(pane: PaneState): PaneStatus {
  const { process } = pane;
  return process.type === "running" ? activityStatus(pane.activity) : processStatus(process);
}

/** The kind of what a pane does. */
export function paneGlyph(pane: PaneState): Glyph {
  return paneStatus(pane).glyph;
}

function processStatus(process: Exclude<ProcessState, { type: "running" }>): PaneStatus {
  switch (process.type) {
    case "waiting":
      return { glyph: "stopped", word: "not started" };
    case "starting":
      return { glyph: "starting", word: "starting", clock: { since: process.since } };
    case "stopping": {
      const word = process.restart ? "restarting" : "stopping";
      return { glyph: "starting", word, clock: { since: process.since } };
    }
    case "exited":
      return exitedStatus(process);
    case "failed":
      return { glyph: "error", word: "cannot start" };
    default:
      return process satisfies never;
  }
}

function exitedStatus(process: Extract<ProcessState, { type: "exited" }>): PaneStatus {
  if (process.retryAt !== undefined)
    return { glyph: "starting", word: "restarts in", clock: { until: process.retryAt } };
  if (process.byHand) return { glyph: "stopped", word: "stopped" };
  const word = `${exitWords(process.exit)} after ${roughly(process.ranFor)}`;
  return { glyph: process.exit.code === 0 ? "stopped" : "error", word };
}

/** How a process ended, in words: "exited 1", "killed by SIGKILL". */
export function exitWords(exit: Exit): string {
  if (exit.signal !== undefined) return `killed by ${exit.signal}`;
  return exit.code === undefined ? "ended" : `exited ${exit.code}`;
}

function activityStatus(activity: Activity): PaneStatus {
  switch (activity.type) {
    case "unknown":
      return { glyph: "idle", word: "running" };
    case "idle":
      return activity.unseen
        ? { glyph: "finished", word: "finished" }
        : { glyph: "idle", word: "idle" };
    case "busy":
      return { glyph: "busy", word: "busy", clock: { since: activity.since } };
    case "permission":
    case "question": {
      const word = activity.count > 1 ? `${activity.count} ${activity.type}s` : activity.type;
      return { glyph: "waiting", word, clock: { since: activity.since } };
    }
    case "retry":
      return {
        glyph: "busy",
        word: `retry ${activity.attempt} in`,
        clock: { until: activity.next },
      };
    case "error":
      return { glyph: "error", word: "error" };
    default:
      return activity satisfies never;
  }
}

/** What the clock of a status shows now: "0:42"; nothing for a status without one. */
export function clockText(status: PaneStatus, now: number): string | undefined {
  if (status.clock === undefined) return undefined;
  return clock("since" in status.clock ? now - status.clock.since : status.clock.until - now);
}

/**
 * What the pane is about: the title of the conversation, or the one a plain command set. OpenCode
 * names a conversation after the time it began until it has a title (measured on 1.18.33): no news.
 */
export function paneTopic({ kind, session, terminalTitle }: PaneState): string | undefined {
  if (kind === "command") return terminalTitle;
  return session && /^(New|Child) session - [\d:.TZ-]+$/.test(session.title)
    ? undefined
    : session?.title;
}

/** A model as it is shown, without its provider: "ollama/qwen3-coder:30b" is "qwen3-coder:30b". */
export function modelName(model: string | undefined): string | undefined {
  return model === undefined ? undefined : shownModelName(model.slice(model.indexOf("/") + 1));
}

/** Whether the agent in the pane cannot change files: plan and review, unless they run a command. */
export function isReadOnly(pane: PaneState): boolean {
  return pane.kind === "opencode" && pane.mode !== "build";
}

/** The number with which a mode is focused, from 1. */
export function modeNumber(mode: AgentMode): number {
  return agentModes.indexOf(mode) + 1;
}

/** Whether the pane has a process, also one that is just starting or stopping. */
export function isAlive(pane: PaneState): boolean {
  const { type } = pane.process;
  return type === "running" || type === "starting" || type === "stopping";
}

/** Whether the agent has stopped to ask the user something. */
export function isWaiting(pane: PaneState): boolean {
  return pane.process.type === "running" && paneGlyph(pane) === "waiting";
}

/** Whether a restart would break off work; an agent that asks for a permission is in the midst of it. */
export function isBusy(pane: PaneState): boolean {
  return pane.process.type === "running" && (paneGlyph(pane) === "busy" || isWaiting(pane));
}

/**
 * The mode after the focused one that waits for the user; when none does, the next that has finished
 * or failed unseen. Undefined when there is none but the focused one.
 */
export function nextWaiting(state: Pick<State, "panes" | "focus">): AgentMode | undefined {
  const from = agentModes.indexOf(state.focus);
  const others = [...agentModes.slice(from + 1), ...agentModes.slice(0, from)];
  const glyphs: readonly Glyph[] = ["waiting", "finished", "error"];
  return glyphs
    .map((glyph) => others.find((mode) => paneGlyph(state.panes[mode]) === glyph))
    .find((mode) => mode !== undefined);
}

/** Whether something on the screen shows a time that runs, so that a clock has to tick at 1 Hz. */
export function showsAge(state: Pick<State, "environment" | "panes" | "models">): boolean {
  if (state.environment.type === "loading") return true;
  if (state.environment.type === "failed") return false;
  if (state.models.jobs.some(({ deed }) => deed.type === "load" || deed.type === "derive")) {
    return true;
  }
  return agentModes.some((mode) => paneStatus(state.panes[mode]).clock !== undefined);
}

/** What each action does, once a key or the palette has named it. */
import type { Action } from "../action.ts";
import { arrange } from "../layout.ts";
import { type AgentMode, agentModes } from "../mode.ts";
import { isBusy, modelName, nextWaiting } from "../select.ts";
import type { LayoutChoice } from "../settings.ts";
import type { Confirm, State } from "../state.ts";
import { openDoctor } from "./doctor.ts";
import { neighbour } from "./focus.ts";
import { beginJob } from "./jobs.ts";
import { endPrefix } from "./keys.ts";
import { openModels, openPicker } from "./models-overlays.ts";
import { briefMs, notify } from "./notice.ts";
import { restart } from "./panes.ts";
import { andThen, closeOverlay, type Step, step, withPane } from "./step.ts";
import { adoptWaiting, beginSwitch, goalOf } from "./switching.ts";

/** Carries out an action; a pending prefix ends with it, and what covers the panes is closed. */
export function runAction(state: State, action: Action, now: number): Step {
  return andThen(endPrefix(state), (free) => act(withoutOverlay(free), action, now));
}

function withoutOverlay(state: State): State {
  return state.overlay ? closeOverlay(state) : state;
}

function act(state: State, action: Action, now: number): Step {
  switch (action) {
    case "focus-plan":
    case "focus-build":
    case "focus-review":
      return focus(state, focusedBy[action]);
    case "focus-left":
    case "focus-down":
    case "focus-up":
    case "focus-right":
      return focus(state, neighbour(arrange(state), state.focus, movedBy[action]));
    case "focus-next":
      return focus(state, following(state.focus));
    case "next-waiting":
      return focusWaiting(state, now);
    case "restart":
      return restartAsked(state, now);
    case "restart-all":
      return restartAllAsked(state, now);
    case "pick-model":
      return openPicker(state, state.focus, now);
    case "models":
      return openModels(state);
    case "zoom":
      return step({ ...state, zoomed: !state.zoomed });
    case "next-layout":
      return step({ ...state, layout: nextLayout(state), zoomed: false });
    case "toggle-panel":
      return step({ ...state, panel: arrange(state).panel ? "hidden" : "shown" });
    case "scroll-up":
      return step(state, { type: "scroll", mode: state.focus, pages: -1 });
    case "scroll-down":
      return step(state, { type: "scroll", mode: state.focus, pages: 1 });
    case "toggle-mouse":
      return toggleMouse(state, now);
    case "send-prefix":
      return step(state, { type: "send-prefix", mode: state.focus });
    case "environment":
      return step({ ...state, overlay: { type: "environment", top: 0 } });
    case "doctor":
      return openDoctor(state);
    case "log":
      return step({ ...state, overlay: { type: "log", lines: [], top: 0 } }, { type: "read-log" });
    case "palette":
      return step({ ...state, overlay: { type: "palette", query: "", selected: 0 } });
    case "help":
      return step({ ...state, overlay: { type: "help", filter: "", typing: false, top: 0 } });
    case "quit":
      return quitAsked(state);
    default:
      return action satisfies never;
  }
}

const focusedBy = {
  "focus-plan": "plan",
  "focus-build": "build",
  "focus-review": "review",
} as const;

const movedBy = {
  "focus-left": "left",
  "focus-down": "down",
  "focus-up": "up",
  "focus-right": "right",
} as const;

function focus(state: State, mode: AgentMode): Step {
  const { activity, bell } = state.panes[mode];
  const seen = activity.type === "idle" && activity.unseen;
  if (mode === state.focus && !seen && !bell) return step(state);
  const focused = { ...state, focus: mode };
  if (!seen && !bell) return step(focused);
  const change = seen ? { activity: { ...activity, unseen: false }, bell: false } : { bell: false };
  return step(withPane(focused, mode, change));
}

function following(mode: AgentMode): AgentMode {
  return agentModes[(agentModes.indexOf(mode) + 1) % agentModes.length] ?? mode;
}

function focusWaiting(state: State, now: number): Step {
  const mode = nextWaiting(state);
  if (mode) return focus(state, mode);
  return notice(state, "no pane waits for you", now);
}

function toggleMouse(state: State, now: number): Step {
  const on = !state.mouseCaptured;
  const text = on
    ? "mouse goes to the panes"
    : "mouse is the terminal's again: select and copy as usual";
  return andThen(step({ ...state, mouseCaptured: on }, { type: "capture-mouse", on }), (next) =>
    notice(next, text, now),
  );
}

function notice(state: State, text: string, now: number): Step {
  return notify(state, { level: "info", text, now, ms: briefMs });
}

/** Columns, main + stack, rows, and round again; the first press leaves what the size chose. */
function nextLayout(state: State): LayoutChoice {
  const order: readonly LayoutChoice[] = ["columns", "main-stack", "rows"];
  const shown =
    state.layout === "auto" ? arrange({ ...state, zoomed: false }).arrangement : state.layout;
  const index = order.findIndex((choice) => choice === shown);
  return order[(index + 1) % order.length] ?? "columns";
}

function restartAsked(state: State, now: number): Step {
  const pane = state.panes[state.focus];
  if (!isBusy(pane)) return restartWithWaiting(state, state.focus, now);
  const change = state.models.switches[state.focus];
  const next = change?.step.type === "waiting" ? modelName(goalOf(change.plan)) : undefined;
  return confirm(state, {
    deed: "restart",
    mode: state.focus,
    question: `Restart ${state.focus} while its agent is busy?`,
    details: [
      "The conversation is kept; the answer it is writing is lost.",
      ...(next === undefined ? [] : [`It goes on with ${next}.`]),
    ],
  });
}

/** A model that waits for the agent to rest is its model from this start on. */
function restartWithWaiting(state: State, mode: AgentMode, now: number): Step {
  return andThen(adoptWaiting(state, mode, now), (next) => restart(next, mode));
}

function restartAllAsked(state: State, now: number): Step {
  const busy = busyModes(state);
  if (busy.length === 0) return restartAll(state, now);
  return confirm(state, {
    deed: "restart-all",
    mode: state.focus,
    question: "Restart all modes while an agent is busy?",
    details: [`Busy: ${busy.join(", ")}.`, "Conversations are kept; unfinished answers are lost."],
  });
}

function restartAll(state: State, now: number): Step {
  return agentModes.reduce<Step>(
    (done, mode) => andThen(done, (next) => restartWithWaiting(next, mode, now)),
    step(state),
  );
}

function quitAsked(state: State): Step {
  const busy = busyModes(state);
  if (busy.length === 0) return quit(state);
  return confirm(state, {
    deed: "quit",
    mode: state.focus,
    question: "Quit while an agent is busy?",
    details: [
      `Busy: ${busy.join(", ")}.`,
      `Stops: ${stopping(state).join(", ")}. Conversations are kept.`,
    ],
  });
}

function quit(state: State): Step {
  return step({ ...state, quitting: true }, { type: "quit", exitCode: 0 });
}

function busyModes(state: State): readonly AgentMode[] {
  return agentModes.filter((mode) => isBusy(state.panes[mode]));
}

function stopping(state: State): readonly string[] {
  return agentModes.flatMap((mode) => {
    const { process } = state.panes[mode];
    return process.type === "running" ? [`${mode} (pid ${process.pid})`] : [];
  });
}

function confirm(state: State, asked: Confirm): Step {
  return step({ ...state, overlay: { type: "confirm", confirm: asked } });
}

/** The deed of a confirmed question. */
export function confirmed(state: State, { deed, mode, plan, job }: Confirm, now: number): Step {
  switch (deed) {
    case "restart":
      return restartWithWaiting(state, mode, now);
    case "restart-all":
      return restartAll(state, now);
    case "quit":
      return quit(state);
    case "switch-model":
      return plan ? beginSwitch(state, { mode, plan, now }) : step(state);
    case "run-job":
      return job ? beginJob(state, job, now).done : step(state);
    default:
      return deed satisfies never;
  }
}

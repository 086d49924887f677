/** A pane's process and its agent: starting, ending, restarting, and what the agent reports. */
import type { Activity, AgentReport, Exit } from "../agent.ts";
import type { ToldModel } from "../agent-model.ts";
import type { Effect } from "../effect.ts";
import type { Message } from "../message.ts";
import type { AgentMode } from "../mode.ts";
import type { PaneState, State } from "../state.ts";
import { withoutOlder } from "./environment.ts";
import { notify } from "./notice.ts";
import { savePicks } from "./picks.ts";
import { andThen, type Step, step, withPane } from "./step.ts";

type PaneMessage = Extract<
  Message,
  { mode: AgentMode; type: `pane-${string}` | `agent-${string}` }
>;

/** A process that lived shorter than this is not restarted: it would only fail again. */
const shortLifeMs = 2000;
/** After a life this long, earlier crashes no longer count. */
const longLifeMs = 10 * 60_000;
/** How long to wait before each automatic restart. */
const restartDelaysMs = [1000, 5000, 15_000] as const;

export function updatePane(
  state: State,
  message: Exclude<PaneMessage, { type: "pane-clicked" }>,
): Step {
  const { mode, now } = message;
  const pane = state.panes[mode];
  switch (message.type) {
    case "pane-spawned":
      return step(
        withPane(state, mode, {
          // A plain command may have nothing to say for hours; an agent draws its screen.
          process: {
            type: pane.kind === "command" ? "running" : "starting",
            since: now,
            pid: message.pid,
          },
          activity: { type: "unknown" },
          lost: false,
          bell: false,
        }),
      );
    case "pane-first-output":
      if (pane.process.type !== "starting" || pane.process.pid === undefined) return step(state);
      return step(
        withPane(state, mode, {
          process: { type: "running", since: pane.process.since, pid: pane.process.pid },
        }),
      );
    case "pane-failed":
      return step(
        withPane(state, mode, { process: { type: "failed", at: now, problem: message.problem } }),
      );
    case "pane-exited":
      return exited(state, mode, message);
    case "pane-stopped":
      return stopped(state, mode, now);
    case "pane-restart-due":
      return pane.process.type === "exited" ? start(state, mode) : step(state);
    case "pane-title":
      return step(withPane(state, mode, { terminalTitle: message.title }));
    case "pane-bell":
      return state.focus === mode ? step(state) : step(withPane(state, mode, { bell: true }));
    case "pane-memory":
      return step(withPane(state, mode, { memoryBytes: message.bytes }));
    case "pane-scrolled":
      return step(withPane(state, mode, { scrolledBack: message.lines }));
    case "pane-typed":
      return typed(state, mode);
    case "agent-report":
      return reported(state, mode, message.report);
    case "agent-told":
      return agentTold(state, mode, message.told);
    default:
      return message satisfies never;
  }
}

function agentTold(state: State, mode: AgentMode, told: ToldModel | undefined): Step {
  const { told: _, telling: __, ...pane } = state.panes[mode];
  return step({
    ...state,
    panes: { ...state.panes, [mode]: { ...pane, ...(told ? { told } : {}) } },
  });
}

/** Ends what runs in a pane and starts it again in the same session. */
export function restart(state: State, mode: AgentMode): Step {
  const { process } = state.panes[mode];
  switch (process.type) {
    case "starting":
    case "running":
      if (process.pid === undefined) return step(state);
      return step(
        withPane(state, mode, {
          process: { type: "stopping", since: state.now, pid: process.pid, restart: true },
          restarts: 0,
        }),
        { type: "stop-agent", mode },
      );
    case "stopping":
      return step(withPane(state, mode, { process: { ...process, restart: true } }));
    case "exited":
    case "failed":
      return start(withPane(state, mode, { restarts: 0 }), mode);
    case "waiting":
      return step(state);
    default:
      return process satisfies never;
  }
}

function start(state: State, mode: AgentMode): Step {
  const ready = withPane(state, mode, { process: { type: "waiting" }, ...ran(state, mode) });
  return step(withoutOlder(ready), { type: "start-agents", modes: [mode] }, stopTimer(mode));
}

/** What the settings want to run now: it may have changed since the last start. */
function ran(state: State, mode: AgentMode): Pick<PaneState, "kind" | "label" | "terminalTitle"> {
  const { command } = state.settings.modes[mode];
  return {
    kind: command ? "command" : "opencode",
    label: command ? (command[0]?.split("/").at(-1) ?? "") : "opencode",
    terminalTitle: "",
  };
}

function exited(
  state: State,
  mode: AgentMode,
  { exit, sessionLost, now }: { exit: Exit; sessionLost: boolean; now: number },
): Step {
  const pane = state.panes[mode];
  const { process } = pane;
  // While it is being stopped, `pane-stopped` is the end: its descendants may still live.
  if (process.type !== "starting" && process.type !== "running") return step(state);
  const ranFor = now - process.since;
  const gone = withPane(state, mode, {
    process: { type: "exited", at: now, ranFor, exit, byHand: false },
    activity: { type: "unknown" },
  });
  if (sessionLost) return forgetSession(gone, mode);
  return restartByItself(gone, mode, { exit, ranFor, now });
}

/** The recorded conversation is gone: better a new one than a pane that cannot start. */
function forgetSession(state: State, mode: AgentMode): Step {
  const { session: _, ...rest } = state.panes[mode];
  const forgotten = { ...state, panes: { ...state.panes, [mode]: rest } };
  const text = `the recorded conversation of ${mode} no longer exists: a new one begins`;
  return andThen(start(forgotten, mode), (next) =>
    notify(next, { level: "warning", text, now: state.now }),
  );
}

type Crash = { readonly exit: Exit; readonly ranFor: number; readonly now: number };

/** A crashed agent comes back by itself, a few times; what the user ended does not. */
function restartByItself(state: State, mode: AgentMode, { exit, ranFor, now }: Crash): Step {
  const pane = state.panes[mode];
  const restarts = ranFor >= longLifeMs ? 0 : pane.restarts;
  const delay = restartDelaysMs[restarts];
  const crashed = exit.signal !== undefined || exit.code !== 0;
  if (pane.kind !== "opencode" || !crashed || ranFor < shortLifeMs || delay === undefined) {
    return step(state);
  }
  if (pane.process.type !== "exited") return step(state);
  const process = { ...pane.process, retryAt: now + delay };
  return step(withPane(state, mode, { process, restarts: restarts + 1 }), {
    type: "start-timer",
    name: timerName(mode),
    ms: delay,
    message: { type: "pane-restart-due", mode },
  });
}

function timerName(mode: AgentMode): string {
  return `restart-${mode}`;
}

function stopTimer(mode: AgentMode): Effect {
  return { type: "stop-timer", name: timerName(mode) };
}

function stopped(state: State, mode: AgentMode, now: number): Step {
  const { process } = state.panes[mode];
  if (process.type !== "stopping") return step(state);
  const ended = withPane(state, mode, {
    process: { type: "exited", at: now, ranFor: now - process.since, exit: {}, byHand: true },
    activity: { type: "unknown" },
  });
  return process.restart ? start(ended, mode) : step(ended);
}

function typed(state: State, mode: AgentMode): Step {
  const { activity } = state.panes[mode];
  if (activity.type !== "idle" || !activity.unseen) return step(state);
  return step(withPane(state, mode, { activity: { ...activity, unseen: false } }));
}

function reported(state: State, mode: AgentMode, report: AgentReport): Step {
  switch (report.type) {
    case "ready": {
      const { mismatch: _, adopts, ...rest } = state.panes[mode];
      const model = report.model ?? rest.model;
      const pane = { ...rest, version: report.version, lost: false, ...(model ? { model } : {}) };
      const next = { ...state, panes: { ...state.panes, [mode]: pane } };
      return adopts ? step(next, savePicks(next)) : step(next);
    }
    case "mismatch":
      return step(withPane(state, mode, { mismatch: report.problem }));
    case "activity":
      return step(
        withPane(state, mode, {
          activity: seenIfFocused(state, mode, report.activity),
          lost: false,
        }),
      );
    case "session":
      return step(
        withPane(state, mode, {
          session: { id: report.id, title: report.title },
          lost: false,
          ...(report.model ? { model: report.model } : {}),
        }),
      );
    case "lost":
      return step(withPane(state, mode, { lost: true }));
    default:
      return report satisfies never;
  }
}

function seenIfFocused(state: State, mode: AgentMode, activity: Activity): Activity {
  if (activity.type !== "idle" || state.focus !== mode) return activity;
  return { ...activity, unseen: false };
}

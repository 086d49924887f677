/** The development environment: loading at start, and reloading while the panes run. */
import type {
  EnvironmentState,
  EnvironmentSummary,
  NewerEnvironment,
  ReloadState,
} from "../environment.ts";
import type { Message } from "../message.ts";
import { agentModes } from "../mode.ts";
import type { PaneState, State } from "../state.ts";
import { openDoctor } from "./doctor.ts";
import { type Step, step } from "./step.ts";

type EnvironmentMessage = Extract<Message, { type: `environment-${string}` }>;

export function updateEnvironment(state: State, message: EnvironmentMessage): Step {
  const { environment } = state;
  switch (message.type) {
    case "environment-progress":
      if (environment.type !== "loading") return step(state);
      return step(withEnvironment(state, { ...environment, progress: message.progress }));
    case "environment-ready":
      return step(
        withEnvironment(state, {
          type: "ready",
          summary: message.summary,
          reload: { type: "none" },
        }),
        { type: "set-up-models" },
        { type: "start-agents", modes: startOrder(state) },
      );
    case "environment-failed":
      return step(
        withEnvironment(state, {
          type: "failed",
          problem: message.problem,
          ...(message.lastGoodAt === undefined ? {} : { lastGoodAt: message.lastGoodAt }),
        }),
      );
    case "environment-reloading":
      return step(withReload(state, { type: "loading", since: message.now, ...pending(state) }));
    case "environment-changed": {
      const newer = { at: message.now, summary: message.summary };
      return step(withReload(state, { type: "changed", newer }), { type: "set-up-models" });
    }
    case "environment-unchanged":
      return step(unchanged(state, message.summary));
    case "environment-broken":
      return step(
        withReload(state, { type: "broken", problem: message.problem, ...pending(state) }),
      );
    default:
      return message satisfies never;
  }
}

/** A key on the start screen, while the environment is loaded or could not be. */
export function startScreenKey(state: State, chord: string, now: number): Step {
  const { environment } = state;
  if (chord === "q" || chord === "ctrl+c")
    return step({ ...state, quitting: true }, { type: "quit", exitCode: 0 });
  if (environment.type === "loading") {
    return chord === "esc" ? step(state, { type: "cancel-environment" }) : step(state);
  }
  if (environment.type !== "failed") return step(state);
  if (chord === "r" || chord === "enter") {
    return step(loading(state, now), { type: "load-environment", refresh: true });
  }
  if (chord === "d") return openDoctor(state);
  if (chord === "p") return step(state, { type: "use-environment", which: "plain" });
  if (chord === "l" && environment.lastGoodAt !== undefined) {
    return step(loading(state, now), { type: "use-environment", which: "last-good" });
  }
  return step(state);
}

/** The focused mode first: it shall be usable as soon as a lone agent would be. */
function startOrder(state: State) {
  return [state.focus, ...agentModes.filter((mode) => mode !== state.focus)];
}

function loading(state: State, now: number): State {
  const none = { done: 0, expected: 0 };
  const progress = { activity: "", builds: none, fetches: none, bytes: none };
  return withEnvironment(state, { type: "loading", since: now, progress });
}

function withEnvironment(state: State, environment: EnvironmentState): State {
  return { ...state, environment };
}

/** Sets how the reload stands; before the first environment there is nothing to reload. */
function withReload(state: State, reload: ReloadState): State {
  if (state.environment.type !== "ready") return state;
  return withEnvironment(state, { ...state.environment, reload });
}

/** A newer environment that some pane does not have yet: a further reload does not undo it. */
function pending({ environment }: State): { readonly newer?: NewerEnvironment } {
  if (environment.type !== "ready" || environment.reload.type === "none") return {};
  const { newer } = environment.reload;
  return newer ? { newer } : {};
}

function unchanged(state: State, summary: EnvironmentSummary): State {
  if (state.environment.type !== "ready") return state;
  const { newer } = pending(state);
  return newer
    ? withReload(state, { type: "changed", newer: { ...newer, summary } })
    : withEnvironment(state, { ...state.environment, summary, reload: { type: "none" } });
}

/** Once no pane is left with the older environment, the newer one is the environment. */
export function withoutOlder(state: State): State {
  const { newer } = pending(state);
  if (state.environment.type !== "ready" || !newer) return state;
  if (Object.values(state.panes).some((pane) => runsSince(pane, newer.at))) return state;
  const { reload } = state.environment;
  const { summary } = newer;
  switch (reload.type) {
    case "none":
    case "changed":
      return withEnvironment(state, { ...state.environment, summary, reload: { type: "none" } });
    case "loading":
    case "broken": {
      const { newer: _, ...rest } = reload;
      return withEnvironment(state, { ...state.environment, summary, reload: rest });
    }
    default:
      return reload satisfies never;
  }
}

/** Whether a pane has a process from before a time. */
function runsSince({ process }: PaneState, at: number): boolean {
  if (process.type === "stopping") return true;
  return (process.type === "starting" || process.type === "running") && process.since < at;
}

/** The development environment: loading at start, and reloading while the panes run. */
import type { EnvironmentState, ReloadState } from "../environment.ts";
import type { Message } from "../message.ts";
import { agentModes } from "../mode.ts";
import type { State } from "../state.ts";
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
      return step(withReload(state, { type: "loading", since: message.now }));
    case "environment-changed":
      return step(withReload(state, { type: "changed", at: message.now }));
    case "environment-unchanged":
      return step(withReload(state, { type: "none" }));
    case "environment-broken":
      return step(withReload(state, { type: "broken", problem: message.problem }));
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
  if (chord === "p") return step(state, { type: "use-environment", which: "plain" });
  if (chord === "l" && environment.lastGoodAt !== undefined) {
    return step(state, { type: "use-environment", which: "last-good" });
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
export function withReload(state: State, reload: ReloadState): State {
  if (state.environment.type !== "ready") return state;
  return withEnvironment(state, { ...state.environment, reload });
}

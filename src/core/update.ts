/**
 * The one place where the state changes: `update(state, message)` gives the next state and what is
 * to be done about it, as data. It is pure; `tui/effects.ts` does the deeds and reports back with
 * more messages. Each subject has its file in `update/`.
 */
import type { Effect } from "./effect.ts";
import type { Message } from "./message.ts";
import type { Saved, State } from "./state.ts";
import { runAction } from "./update/actions.ts";
import { updateDoctor } from "./update/doctor.ts";
import { updateEnvironment } from "./update/environment.ts";
import { updateKeys } from "./update/keys.ts";
import { updateModels } from "./update/models.ts";
import { notify } from "./update/notice.ts";
import { overlayKey } from "./update/overlays.ts";
import { updatePane } from "./update/panes.ts";
import { changeSettings } from "./update/settings.ts";
import { andThen, type Step, step } from "./update/step.ts";
import { forgetFailures, resumeSwitch } from "./update/switching.ts";
import { tellAgents } from "./update/telling.ts";

/** The next state and the effects of a message. The same state comes back when nothing changed. */
export function update(state: State, message: Message): Step {
  const [next, effects] = andThen(respond(state, message), (done) =>
    done.models === state.models && done.panes === state.panes ? step(done) : tellAgents(done),
  );
  if (next === state) return [state, effects];
  const saved = savedOf(next);
  const unsaved = !sameSaved(saved, savedOf(state));
  return [
    { ...next, now: message.now },
    unsaved ? [...effects, { type: "save", saved } satisfies Effect] : effects,
  ];
}

function respond(state: State, message: Message): Step {
  switch (message.type) {
    case "started":
      return step(state, { type: "load-environment", refresh: false });
    case "resized":
      return step({ ...state, screen: { cols: message.cols, rows: message.rows } });
    case "tick":
      return step({ ...state });
    case "prefix-pressed":
    case "prefix-waited":
    case "prefix-ended":
      return updateKeys(state, message);
    case "action":
      return runAction(state, message.action, message.now);
    case "overlay-key":
      return overlayKey(state, message);
    case "pane-clicked":
      return runAction(state, `focus-${message.mode}`, message.now);
    case "environment-progress":
    case "environment-ready":
    case "environment-failed":
    case "environment-reloading":
    case "environment-changed":
    case "environment-unchanged":
    case "environment-broken":
      return updateEnvironment(state, message);
    case "pane-spawned":
    case "pane-first-output":
    case "pane-failed":
    case "pane-exited":
    case "pane-stopped":
    case "pane-restart-due":
    case "pane-title":
    case "pane-bell":
    case "pane-memory":
    case "pane-scrolled":
    case "pane-typed":
    case "agent-report":
    case "agent-told":
      return andThen(updatePane(state, message), (next) =>
        resumeSwitch(next, message.mode, message.now),
      );
    case "models-set-up":
    case "models-described":
    case "runtime-changed":
    case "runtimes-surveyed":
    case "memory-measured":
    case "model-described":
    case "job-progressed":
    case "job-ended":
    case "model-applied":
    case "picks-changed":
    case "models-used-elsewhere":
    case "switch-cancelled":
    case "picker-rested":
      return updateModels(state, message);
    case "doctor-began":
    case "doctor-checked":
    case "doctor-mended":
    case "doctor-ended":
      return updateDoctor(state, message);
    case "settings-changed":
      return changeSettings(state, message.settings, message.now);
    case "notice":
      return notify(state, { ...message.notice, now: message.now });
    case "notice-over":
      return step(forgetFailures(without(state, "notice")));
    case "log-read":
      return state.overlay?.type === "log"
        ? step({ ...state, overlay: { ...state.overlay, lines: message.lines } })
        : step(state);
    case "terminated":
      return step({ ...state, quitting: true }, { type: "quit", exitCode: message.exitCode });
    default:
      return message satisfies never;
  }
}

function without(state: State, key: "notice"): State {
  const { [key]: _, ...rest } = state;
  return rest;
}

/** What of a state outlives the program. */
export function savedOf(state: State): Saved {
  const { plan, build, review } = state.panes;
  const sessions = Object.fromEntries(
    [plan, build, review].flatMap(({ mode, session }) => (session ? [[mode, session.id]] : [])),
  );
  return { sessions, focus: state.focus, layout: state.layout, panel: state.panel };
}

function sameSaved(a: Saved, b: Saved): boolean {
  return (
    a.focus === b.focus &&
    a.layout === b.layout &&
    a.panel === b.panel &&
    a.sessions.plan === b.sessions.plan &&
    a.sessions.build === b.sessions.build &&
    a.sessions.review === b.sessions.review
  );
}

/** Runtimes, memory and jobs as they are reported, and what opens the overlays for models. */
import { findInstalled, namesOneModel } from "../installed-models.ts";
import type { Message } from "../message.ts";
import { type AgentMode, agentModes } from "../mode.ts";
import { formatModelRef } from "../model-ref.ts";
import type { ModelsSetup, ModelsState, SavedPicks } from "../models.ts";
import type { RuntimeState } from "../runtime.ts";
import type { State } from "../state.ts";
import { askDetails, withDescribed } from "./details.ts";
import { tellDone, withoutJob, withProgress } from "./jobs.ts";
import { pickerRested } from "./models-keys.ts";
import { notify } from "./notice.ts";
import { keepSelection } from "./selection.ts";
import { andThen, type Step, step } from "./step.ts";
import {
  beginSwitch,
  cancelSwitch,
  followWish,
  goalOf,
  type JobEnd,
  jobEnded,
  modelApplied,
  modesAwaiting,
} from "./switching.ts";
import { rewish } from "./wishes.ts";

type ModelsMessage = Extract<
  Message,
  {
    type:
      | `models-${string}`
      | `model-${string}`
      | `runtime${string}`
      | `job-${string}`
      | "memory-measured"
      | "picks-changed"
      | "switch-cancelled"
      | "picker-rested";
  }
>;

export function updateModels(state: State, message: ModelsMessage): Step {
  return andThen(respond(state, message), (next) =>
    andThen(tellLate(keepSelection(next, state), state, message.now), (done) =>
      askDetails(done, state),
    ),
  );
}

/** An agent that started before anybody knew its model is told of it. */
function tellLate(state: State, before: State, now: number): Step {
  const late = agentModes.filter((mode) => {
    const { kind, process, model, wantedModel } = state.panes[mode];
    const runs = process.type === "starting" || process.type === "running";
    const isNew = wantedModel !== undefined && before.panes[mode].wantedModel === undefined;
    // What OpenCode's own configuration says it uses without being told.
    const isOwn = state.models.wishes[mode]?.source.from === "opencode" || model === wantedModel;
    return kind === "opencode" && runs && isNew && !isOwn;
  });
  return late.reduce<Step>(
    (done, mode) => andThen(done, (next) => followWish(next, mode, now)),
    step(state),
  );
}

function respond(state: State, message: ModelsMessage): Step {
  const { now } = message;
  switch (message.type) {
    case "models-set-up":
      return setUp(state, message.setup, now);
    case "runtime-changed":
      return rewish(withMeasured(withRuntime(state, message.runtime), message.runtime), now);
    case "runtimes-surveyed":
      return rewish(withModels(state, { surveyed: true }), now);
    case "memory-measured":
      return rewish(withModels(state, { memory: message.memory }), now);
    case "models-used-elsewhere":
      return step(withModels(state, { usedElsewhere: message.models }));
    case "models-described":
      return rewish(withDescribed(state, message.runtime), now);
    case "model-described":
      return described(state, message, now);
    case "job-progressed":
      return step(withProgress(state, message.id, message.progress));
    case "job-ended":
      return ended(state, message);
    case "model-applied":
      return modelApplied(state, message);
    case "picks-changed":
      return picksChanged(state, message.saved, now);
    case "switch-cancelled":
      return cancelSwitch(state, message.mode, now);
    case "picker-rested":
      return pickerRested(state, now);
    default:
      return message satisfies never;
  }
}

/** The state with something changed of what is known of models. */
function withModels(state: State, change: Partial<ModelsState>): State {
  return { ...state, models: { ...state.models, ...change } };
}

/** What was known of a runtime at an address that is still asked is kept. */
function setUp(state: State, setup: ModelsSetup, now: number): Step {
  const { addresses, guide, opencodeModels, opencodeDefaults } = setup;
  const runtimes = state.models.runtimes.flatMap((runtime) => {
    const { id, url } = runtime.address;
    const address = addresses.find((each) => each.id === id && each.url === url);
    return address ? [{ ...runtime, address }] : [];
  });
  const known = { addresses, guide, opencodeModels, opencodeDefaults, runtimes };
  return rewish(withModels(state, known), now);
}

/** Puts a runtime into its place: in the order of the addresses. */
function withRuntime(state: State, changed: RuntimeState): State {
  const { addresses, runtimes } = state.models;
  const before = runtimes.find(({ address }) => address.id === changed.address.id);
  if (before) {
    return withModels(state, {
      runtimes: runtimes.map((each) => (each === before ? changed : each)),
    });
  }
  const place = ({ address }: RuntimeState) => addresses.findIndex(({ id }) => id === address.id);
  const all = [...runtimes, changed].sort((a, b) => place(a) - place(b));
  return withModels(state, { runtimes: all });
}

/** Keeps what contexts loaded models have, for when they are not loaded any more. */
function withMeasured(state: State, { address, kind, installed, loaded }: RuntimeState): State {
  const measured = { ...state.models.measured };
  let isNew = false;
  for (const { name, state: is, context } of loaded) {
    const known = installed.find((model) => namesOneModel({ kind }, model.name, name));
    const ref = formatModelRef({ runtime: address.id, name: known?.name ?? name });
    if (is !== "loaded" || context === undefined || measured[ref] === context) continue;
    measured[ref] = context;
    isNew = true;
  }
  return isNew ? withModels(state, { measured }) : state;
}

function described(
  state: State,
  { runtime: id, model }: Extract<ModelsMessage, { type: "model-described" }>,
  now: number,
): Step {
  const runtime = state.models.runtimes.find(({ address }) => address.id === id);
  const known = runtime && findInstalled(runtime, model.name);
  if (!runtime || !known) return step(state);
  const installed = runtime.installed.map((each) => (each === known ? model : each));
  const next = withRuntime(state, { ...runtime, installed });
  const { overlay } = state;
  const isAwaited =
    (overlay?.type === "model-picker" || overlay?.type === "models") &&
    overlay.entered === formatModelRef({ runtime: id, name: known.name });
  return andThen(rewish(next, now), (done) => (isAwaited ? pickerRested(done, now) : step(done)));
}

function ended(state: State, message: Extract<ModelsMessage, { type: "job-ended" }>): Step {
  const { id, end, problem, now } = message;
  const job = state.models.jobs.find((each) => each.id === id);
  if (!job) return step(state);
  const modes = modesAwaiting(state, id);
  const free = withoutJob(state, id);
  const told: JobEnd = { job, end, now, ...(problem ? { problem } : {}) };
  if (modes.length > 0) {
    return modes.reduce<Step>(
      (done, mode) => andThen(done, (next) => jobEnded(next, mode, told)),
      step(free),
    );
  }
  if (end === "done") return tellDone(free, job, now);
  if (end === "cancelled" || !problem) return step(free);
  const { message: text, remedy } = problem;
  return notify(free, { level: "error", text, remedy, now });
}

/** Something else than the keyboard picked: modes with another pick than before switch to it. */
function picksChanged(state: State, saved: SavedPicks, now: number): Step {
  const known = withModels(state, { recent: saved.recent });
  return agentModes.reduce<Step>(
    (done, mode) =>
      andThen(done, (next) => followPick(next, { mode, picked: saved.picks[mode]?.model, now })),
    step(known),
  );
}

type Followed = {
  readonly mode: AgentMode;
  readonly picked: string | undefined;
  readonly now: number;
};

function followPick(state: State, { mode, picked, now }: Followed): Step {
  const { picks, switches } = state.models;
  const change = switches[mode];
  const underWay = change && change.step.type !== "failed" ? goalOf(change.plan) : undefined;
  if (picked === (underWay ?? picks[mode]?.model)) return step(state);
  if (picked !== undefined) {
    return beginSwitch(state, { mode, plan: { model: picked, unloadFirst: [] }, now });
  }
  return picks[mode] ? forgetPick(state, mode, now) : step(state);
}

/** Without its pick a mode wants something else: it is given that. */
function forgetPick(state: State, mode: AgentMode, now: number): Step {
  const { [mode]: _, ...picks } = state.models.picks;
  return andThen(rewish(withModels(state, { picks }), now), (next) => {
    const model = next.models.wishes[mode]?.model;
    if (model === undefined || model === state.models.wishes[mode]?.model) return step(next);
    return beginSwitch(next, { mode, plan: { model, unloadFirst: [] }, now, forWish: true });
  });
}

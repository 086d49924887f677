/**
 * A mode's way from one model to another, the **switch**: what is in the way is unloaded, a variant
 * is made, the model is loaded, and once the agent rests its conversation is given the model. Only
 * then the model is the mode's: when something fails, or is cancelled, the mode keeps what it has.
 */
import type { Problem } from "../error.ts";
import { findInstalled, findLoaded, runtimeOf } from "../installed-models.ts";
import type { AgentMode } from "../mode.ts";
import { agentModes } from "../mode.ts";
import { resolveWishes } from "../model-choice.ts";
import { formatModelRef } from "../model-ref.ts";
import type { ModelsState, RunningJob, Switch, SwitchPlan } from "../models.ts";
import type { RuntimeState } from "../runtime.ts";
import { isBusy, modelName } from "../select.ts";
import { shortName } from "../short-name.ts";
import type { PaneState, State } from "../state.ts";
import { awaitedJob, beginJob, giveUpJob, loadJob, type NewJob, withVariant } from "./jobs.ts";
import { briefMs, notify } from "./notice.ts";
import { restart } from "./panes.ts";
import { savePicks, withPick } from "./picks.ts";
import { andThen, type Step, step } from "./step.ts";
import { rewish } from "./wishes.ts";

export type SwitchRequest = {
  readonly mode: AgentMode;
  readonly plan: SwitchPlan;
  readonly now: number;
  /** The wish of the mode is followed, nothing was picked. */
  readonly forWish?: true;
};

/** Sets out for another model; a switch of the mode that is under way is given up for it. */
export function beginSwitch(state: State, request: SwitchRequest): Step {
  const { mode, plan, now, forWish } = request;
  if (runsCommand(state, mode)) return notify(state, { ...noModel(state, mode), now });
  const running = state.models.switches[mode];
  if (running && running.step.type !== "failed" && goalOf(running.plan) === goalOf(plan)) {
    return step(state);
  }
  return andThen(dropSwitch(state, mode), (free) =>
    unloadNext(free, { mode, plan, now, since: now, ...(forWish ? { forWish } : {}) }),
  );
}

/**
 * Gives an agent that runs already the model its mode turns out to be meant to use. Nothing is
 * loaded for it: nobody has asked for that.
 */
export function followWish(state: State, mode: AgentMode, now: number): Step {
  const model = state.models.wishes[mode]?.model;
  if (model === undefined || state.models.switches[mode]) return step(state);
  const plan = { model, unloadFirst: [] };
  return settle(state, { mode, plan, now, since: now, forWish: true });
}

/** The full name of the model that a mode has at the end of a switch. */
export function goalOf({ model, derive }: SwitchPlan): string {
  if (!derive) return model;
  const runtime = model.slice(0, model.indexOf("/"));
  return formatModelRef({ runtime, name: derive.model });
}

/** Whether `esc` in a pane gives its switch up; a working agent has its own use for that key. */
export function escCancels({ models, panes }: State, mode: AgentMode): boolean {
  const type = models.switches[mode]?.step.type;
  return (type === "warming" || type === "deriving") && !isBusy(panes[mode]);
}

/** Whether a mode runs a plain command, now and at its next start. */
export function runsCommand({ panes, settings }: State, mode: AgentMode): boolean {
  return panes[mode].kind === "command" && settings.modes[mode].command !== undefined;
}

/** Why nothing can be picked for a mode. */
export function noModel({ panes }: State, mode: AgentMode) {
  return {
    level: "info",
    text: `${mode} runs ${panes[mode].label}, which has no model`,
    remedy: `take modes.${mode}.command out of ai-rules.json or config.json to run OpenCode in it`,
  } as const;
}

/** A switch on its way: what of it does not depend on the step it is at. */
type Course = Omit<Switch, "step"> & { readonly mode: AgentMode; readonly now: number };

function at(state: State, course: Course, now: Switch["step"]): State {
  const { mode, plan, since, forWish } = course;
  const change: Switch = { plan, since, step: now, ...(forWish ? { forWish } : {}) };
  return withSwitches(state, { ...state.models.switches, [mode]: change });
}

function withSwitches(state: State, switches: ModelsState["switches"]): State {
  return { ...state, models: { ...state.models, switches } };
}

function withoutSwitch(state: State, mode: AgentMode): State {
  const { [mode]: _, ...others } = state.models.switches;
  return withSwitches(state, others);
}

function unloadNext(state: State, course: Course, left = course.plan.unloadFirst): Step {
  const [next, ...rest] = left.filter((each) => isLoaded(state, each));
  if (!next) return makeVariant(state, course);
  const { runtime, model, instance } = next;
  const job: NewJob = { runtime, deed: { type: "unload", model, instance } };
  return awaitJob(state, { course, job, at: (id) => ({ type: "unloading", job: id, left: rest }) });
}

function isLoaded({ models }: State, wanted: SwitchPlan["unloadFirst"][number]): boolean {
  const runtime = models.runtimes.find(({ address }) => address.id === wanted.runtime);
  return runtime?.loaded.some(({ instance }) => instance === wanted.instance) ?? false;
}

type Awaited = {
  readonly course: Course;
  readonly job: NewJob;
  /** The step that waits for the job of this id. */
  readonly at: (id: string) => Switch["step"];
};

function awaitJob(state: State, { course, job, at: stepOf }: Awaited): Step {
  const { done, id } = beginJob(state, job, course.now);
  return andThen(done, (next) => step(at(next, course, stepOf(id))));
}

function makeVariant(state: State, course: Course): Step {
  const { derive: variant, model } = course.plan;
  const found = runtimeOf(state.models.runtimes, model);
  if (!variant || !found || findInstalled(found.runtime, variant.model)) return warm(state, course);
  const job: NewJob = {
    runtime: found.runtime.address.id,
    deed: { type: "derive", from: found.name, ...variant },
  };
  return awaitJob(state, { course, job, at: (id) => ({ type: "deriving", job: id }) });
}

/** Loads the model, so that the first answer does not wait for that. */
function warm(state: State, course: Course): Step {
  const found = runtimeOf(state.models.runtimes, goalOf(course.plan));
  if (!found || !hasToLoad(found, course.plan)) return settle(state, course);
  const { mode, plan } = course;
  const job = loadJob(state, found.runtime, { name: found.name, context: plan.context, mode });
  return awaitJob(state, { course, job, at: (id) => ({ type: "warming", job: id }) });
}

/** A model that is loaded is loaded again only where that does no more than say for how long. */
function hasToLoad(
  { runtime, name }: { readonly runtime: RuntimeState; readonly name: string },
  { context }: SwitchPlan,
): boolean {
  if (!runtime.abilities.load || findInstalled(runtime, name)?.cloud) return false;
  const loaded = findLoaded(runtime, name);
  if (!loaded || loaded.state !== "loaded" || runtime.abilities.keepAlive) return true;
  return context !== undefined && (loaded.context ?? context) < context;
}

/** Everything is there but the agent: it gets the model now, when it rests, or when it starts. */
function settle(state: State, course: Course): Step {
  const { mode } = course;
  const pane = state.panes[mode];
  switch (pane.process.type) {
    case "starting":
      return step(at(state, course, { type: "waiting" }));
    case "running":
      return isOccupied(pane)
        ? step(at(state, course, { type: "waiting" }))
        : step(at(state, course, { type: "applying" }), { type: "apply-model", mode });
    case "failed":
      return andThen(adopt(state, course), (next) => restart(next, mode));
    case "waiting":
    case "stopping":
    case "exited":
      return adopt(state, course);
    default:
      return pane.process satisfies never;
  }
}

/** Whether an agent works, or has not answered yet: it cannot be given a model now. */
export function isOccupied(pane: PaneState): boolean {
  return isBusy(pane) || (pane.process.type === "running" && pane.activity.type === "unknown");
}

/** The model is the mode's from now on, and its conversation gets it when its agent starts. */
function adopt(state: State, course: Course): Step {
  const { model: _, mismatch: __, ...pane } = state.panes[course.mode];
  const panes = { ...state.panes, [course.mode]: { ...pane, adopts: true as const } };
  return settled({ ...state, panes }, course);
}

/** The switch is over and has worked. */
function settled(state: State, { mode, plan, forWish, now }: Course): Step {
  const free = withReleased(withoutSwitch(state, mode), mode, goalOf(plan));
  const next = forWish ? free : withPick(free, mode, goalOf(plan));
  return andThen(rewish(next, now), (done) => step(done, savePicks(done)));
}

/** Remembers the model that a mode gives up for another one. */
function withReleased(state: State, mode: AgentMode, goal: string): State {
  const old = state.models.wishes[mode]?.model;
  const others = state.models.released.filter((ref) => ref !== old && ref !== goal);
  if (old === undefined || old === goal) return state;
  return { ...state, models: { ...state.models, released: [old, ...others] } };
}

function courseOf(state: State, mode: AgentMode, now: number): Course | undefined {
  const change = state.models.switches[mode];
  return change && { ...change, mode, now };
}

export type JobEnd = {
  readonly job: RunningJob;
  readonly end: "done" | "cancelled" | "failed";
  readonly problem?: Problem;
  readonly now: number;
};

/** The modes whose switch waits for a job. */
export function modesAwaiting(state: State, id: string): readonly AgentMode[] {
  return agentModes.filter((mode) => awaitedJob(state, mode) === id);
}

/** A job that a switch waited for is over: the switch goes on, or ends. */
export function jobEnded(state: State, mode: AgentMode, ended: JobEnd): Step {
  const { job, end, problem, now } = ended;
  const course = courseOf(state, mode, now);
  const reached = state.models.switches[mode]?.step;
  if (!course || !reached) return step(state);
  if (end === "cancelled") return cancelSwitch(state, mode, now);
  if (end === "failed") return failSwitch(state, course, problem ?? unknownProblem);
  switch (reached.type) {
    case "unloading":
      return unloadNext(state, course, reached.left);
    case "deriving":
      return warm(withVariant(state, job), course);
    case "warming":
      return settle(state, course);
    case "waiting":
    case "applying":
    case "failed":
      return step(state);
    default:
      return reached satisfies never;
  }
}

const unknownProblem: Problem = {
  code: "model/unexplained",
  message: "the runtime did not say why it failed",
  remedy: "look into the log of the runtime",
};

/** The agent of a mode may rest now: a switch that waits for it goes on. */
export function resumeSwitch(state: State, mode: AgentMode, now: number): Step {
  const course = courseOf(state, mode, now);
  if (!course || state.models.switches[mode]?.step.type !== "waiting") return step(state);
  const { process } = state.panes[mode];
  if (process.type === "starting" || isOccupied(state.panes[mode])) return step(state);
  return settle(state, course);
}

/** A mode that starts again anyway uses the model that it waits for. */
export function adoptWaiting(state: State, mode: AgentMode, now: number): Step {
  const course = courseOf(state, mode, now);
  const waits = state.models.switches[mode]?.step.type === "waiting";
  return course && waits ? adopt(state, course) : step(state);
}

export type Applied = {
  readonly mode: AgentMode;
  readonly model: string;
  readonly live: boolean;
  readonly problem?: Problem;
  readonly now: number;
};

/** The agent was given its model, or could not be. */
export function modelApplied(state: State, applied: Applied): Step {
  const { mode, model, live, problem, now } = applied;
  const course = courseOf(state, mode, now);
  const isOurs = state.models.switches[mode]?.step.type === "applying";
  if (!course || !isOurs || goalOf(course.plan) !== model) return step(state);
  const runs = state.panes[mode].process.type === "running";
  if (!runs) return settle(state, course);
  if (problem) return failSwitch(state, course, problem);
  // What was asked in the meantime is answered first: a restart would break it off.
  if (!live && isBusy(state.panes[mode])) return step(at(state, course, { type: "waiting" }));
  if (!live) return andThen(adopt(state, course), (next) => restart(next, mode));
  const { mismatch: _, ...pane } = state.panes[mode];
  return settled({ ...state, panes: { ...state.panes, [mode]: { ...pane, model } } }, course);
}

function failSwitch(state: State, course: Course, problem: Problem): Step {
  const { mode, now } = course;
  const failed = at(state, course, { type: "failed", at: now, problem });
  const { message, remedy } = problem;
  return andThen(
    notify(failed, { level: "error", text: `${keeps(state, mode)}: ${message}`, remedy, now }),
    (next) => step(next, savePicks(next)),
  );
}

/** Gives a mode's switch up, with the load it waits for; the mode keeps the model it has. */
export function cancelSwitch(state: State, mode: AgentMode, now: number): Step {
  if (!state.models.switches[mode]) return step(state);
  return andThen(dropSwitch(state, mode), (free) =>
    andThen(notify(free, { level: "info", text: keeps(free, mode), now, ms: briefMs }), (next) =>
      step(next, savePicks(next)),
    ),
  );
}

function keeps({ panes }: State, mode: AgentMode): string {
  const { model, wantedModel } = panes[mode];
  const name = modelName(model ?? wantedModel);
  return name === undefined ? `${mode} keeps its model` : `${mode} stays with ${shortName(name)}`;
}

/** An unload is not broken off: it is done in a moment, or hangs whatever one does. */
function dropSwitch(state: State, mode: AgentMode): Step {
  const running = state.models.switches[mode]?.step;
  if (!running) return step(state);
  const free = withoutSwitch(state, mode);
  return running.type === "deriving" || running.type === "warming"
    ? giveUpJob(free, running.job)
    : step(free);
}

/** Nobody has to be told of a failure for ever. */
export function forgetFailures(state: State): State {
  const { switches } = state.models;
  const failed = agentModes.filter((mode) => switches[mode]?.step.type === "failed");
  return failed.reduce(withoutSwitch, state);
}

/** The models as they are once the switch of a mode is done: its agent is given what they say. */
export function modelsAfterSwitch(state: State, mode: AgentMode): ModelsState {
  const change = state.models.switches[mode];
  if (!change) return state.models;
  const { models } = change.forWish ? state : withPick(state, mode, goalOf(change.plan));
  return { ...models, wishes: resolveWishes({ ...state, models }) };
}

/** What the runtimes are asked to do: begun, joined, given up, and what is said at the end. */
import { findInstalled, modesUsing } from "../installed-models.ts";
import { type AgentMode, agentModes } from "../mode.ts";
import type { ModelJob, RunningJob } from "../models.ts";
import type { RuntimeState } from "../runtime.ts";
import { shortName } from "../short-name.ts";
import type { State } from "../state.ts";
import { wishedContext } from "../wished-context.ts";
import { briefMs, notify } from "./notice.ts";
import { type Step, step } from "./step.ts";

export type NewJob = Omit<ModelJob, "id">;

/** A job that runs now, under this id. */
export type Begun = { readonly done: Step; readonly id: string };

/** Begins a job; one that is under way already is joined, so that nothing is loaded twice. */
export function beginJob(state: State, job: NewJob, now: number): Begun {
  const running = state.models.jobs.find((other) => isSameJob(other, job));
  if (running) return { done: step(state), id: running.id };
  const id = `${job.deed.type} ${job.runtime}/${job.deed.model} ${now}`;
  const jobs: readonly RunningJob[] = [...state.models.jobs, { ...job, id, since: now }];
  return { done: step(withJobs(state, jobs), { type: "run-job", job: { ...job, id } }), id };
}

function isSameJob(a: NewJob, b: NewJob): boolean {
  return a.runtime === b.runtime && JSON.stringify(a.deed) === JSON.stringify(b.deed);
}

/** Gives a job up, unless a switch still waits for it. */
export function giveUpJob(state: State, id: string): Step {
  const awaited = agentModes.some((mode) => awaitedJob(state, mode) === id);
  if (awaited || !state.models.jobs.some((job) => job.id === id)) return step(state);
  return step(withoutJob(state, id), { type: "cancel-job", id });
}

/** The job that the switch of a mode waits for. */
export function awaitedJob({ models }: State, mode: (typeof agentModes)[number]) {
  const running = models.switches[mode]?.step;
  return running && "job" in running ? running.job : undefined;
}

export function withoutJob(state: State, id: string): State {
  return withJobs(
    state,
    state.models.jobs.filter((job) => job.id !== id),
  );
}

/** Notes how far a job is. */
export function withProgress(state: State, id: string, progress: number): State {
  const { jobs } = state.models;
  if (!jobs.some((job) => job.id === id && job.progress !== progress)) return state;
  return withJobs(
    state,
    jobs.map((job) => (job.id === id ? { ...job, progress } : job)),
  );
}

function withJobs(state: State, jobs: readonly RunningJob[]): State {
  return { ...state, models: { ...state.models, jobs } };
}

/** Says that a job which no switch waits for is done. */
export function tellDone(state: State, { deed, runtime }: ModelJob, now: number): Step {
  const name = shortName(deed.model);
  switch (deed.type) {
    case "load":
      return tell(state, `${name} is loaded`, now);
    case "unload":
      return tell(state, `${name} is unloaded`, now);
    case "derive":
      return tell(state, `${name} is made`, now);
    case "keep-alive":
      return tell(state, `${name} ${keptWords(deed.keepAlive)}${forWhom(state, runtime)}`, now);
    default:
      return deed satisfies never;
  }
}

function keptWords(keepAlive: string): string {
  return keepAlive.startsWith("-")
    ? "stays loaded"
    : `stays loaded for ${keepAlive} after each request`;
}

/** On another machine the time is not ours alone. */
function forWhom({ models }: State, runtime: string): string {
  const found = models.runtimes.find(({ address }) => address.id === runtime);
  return found && !found.address.local ? ", for all who use that machine" : "";
}

function tell(state: State, text: string, now: number): Step {
  return notify(state, { level: "info", text, now, ms: briefMs });
}

/** How long a model of a runtime shall stay loaded: the project, its shell, then the user say so. */
export function keepAliveOf(state: KeepAliveSettings, { address, abilities }: RuntimeState) {
  if (!abilities.keepAlive) return undefined;
  const set = state.settings.runtimes[address.id];
  const own = set?.keepAlive;
  const { keepAlive: guided } = state.models.guide;
  return set?.from === "project" ? (own ?? guided) : (guided ?? own);
}

type KeepAliveSettings = {
  readonly settings: Pick<State["settings"], "runtimes">;
  readonly models: Pick<State["models"], "guide">;
};

/** The job that loads a model, as the settings want it loaded. */
export function loadJob(state: State, runtime: RuntimeState, model: LoadedFor): NewJob {
  const keepAlive = keepAliveOf(state, runtime);
  const context = contextToLoad(state, runtime, model);
  return {
    runtime: runtime.address.id,
    deed: {
      type: "load",
      model: model.name,
      ...(context === undefined ? {} : { context }),
      ...(keepAlive === undefined ? {} : { keepAlive }),
    },
  };
}

type LoadedFor = {
  readonly name: string;
  /** That of the settings unless set. */
  readonly context?: number | undefined;
  /** It is loaded for this one, and for those that use it already. */
  readonly mode?: AgentMode;
};

function contextToLoad(
  state: State,
  runtime: RuntimeState,
  { name, context, mode }: LoadedFor,
): number | undefined {
  if (!runtime.abilities.loadContext) return undefined;
  const modes = [...modesUsing(state, runtime, name), ...(mode ? [mode] : [])];
  return context ?? wishedContext({ runtime, model: findInstalled(runtime, name), modes });
}

/** Adds the variant that was just made: the runtime's own list tells of it only a moment later. */
export function withVariant(state: State, { runtime: id, deed }: ModelJob): State {
  if (deed.type !== "derive") return state;
  const runtimes = state.models.runtimes.map((runtime) => {
    if (runtime.address.id !== id || findInstalled(runtime, deed.model)) return runtime;
    const base = findInstalled(runtime, deed.from);
    if (!base) return runtime;
    const { digest: _, ...same } = base;
    const made = { name: deed.model, ownContext: deed.context, derivedFrom: deed.from };
    return { ...runtime, installed: [...runtime.installed, { ...same, ...made }] };
  });
  return { ...state, models: { ...state.models, runtimes } };
}

/** A mode's way to another model in words, for titles and the side panel. */
import { clock, percent } from "./format.ts";
import type { AgentMode } from "./mode.ts";
import { parseModelRef } from "./model-ref.ts";
import type { ModelsState, RunningJob, Switch } from "./models.ts";
import { modelName } from "./select.ts";
import { printable } from "./text.ts";

export type SwitchText = {
  /** "loading", "switches to". */
  readonly word: string;
  /** The model's name; of the one that goes while it is unloaded. */
  readonly model: string;
  /** What follows the model: "when idle". */
  readonly after?: string;
  /** How long it has taken and how far it is: "0:12 40%". */
  readonly clock?: string;
  /** It can be cancelled with esc, as long as the agent has no use for that key. */
  readonly cancellable: boolean;
  /** Nothing runs: it waits for the agent, or it has failed. */
  readonly rests: boolean;
};

/** What a mode's switch does now; nothing while there is none. */
export function switchText(
  models: Pick<ModelsState, "switches" | "jobs">,
  mode: AgentMode,
  now: number,
): SwitchText | undefined {
  const change = models.switches[mode];
  return change && stepText(change, models.jobs, now);
}

/** The whole of it: "loading qwen3-coder:30b 0:12 40%". */
export function switchLine({ word, model, after, clock: time }: SwitchText): string {
  return [word, model, after, time].filter((each) => each !== undefined).join(" ");
}

function stepText(change: Switch, jobs: readonly RunningJob[], now: number): SwitchText {
  const { step } = change;
  const model = goalOf(change);
  switch (step.type) {
    case "unloading": {
      const job = jobs.find(({ id }) => id === step.job);
      const leaves = job?.deed.type === "unload" ? printable(job.deed.model) : model;
      return { word: "unloading", model: leaves, cancellable: false, rests: false };
    }
    case "deriving":
      return { word: "making", model, cancellable: true, rests: false };
    case "warming": {
      const job = jobs.find(({ id }) => id === step.job);
      const time = elapsed(job ?? change, now);
      return { word: "loading", model, clock: time, cancellable: true, rests: false };
    }
    case "waiting":
      return {
        word: "switches to",
        model,
        after: "when idle",
        cancellable: false,
        rests: true,
      };
    case "applying":
      return { word: "switching to", model, cancellable: false, rests: false };
    case "failed":
      return { word: "switch to", model, after: "failed", cancellable: false, rests: true };
    default:
      return step satisfies never;
  }
}

/** The name of the model that the mode has at the end. */
function goalOf({ plan }: Switch): string {
  const { model, derive } = plan;
  if (derive === undefined) return modelName(model) ?? "";
  const runtime = parseModelRef(model)?.runtime ?? "";
  const isFull = derive.model.startsWith(`${runtime}/`);
  return printable(isFull ? derive.model.slice(runtime.length + 1) : derive.model);
}

/** "0:12 40%": for how long something runs and, where it is known, how far it is. */
export function elapsed(
  { since, progress }: Pick<RunningJob, "since" | "progress">,
  now: number,
): string {
  const time = clock(now - since);
  return progress === undefined ? time : `${time} ${percent(progress)}`;
}

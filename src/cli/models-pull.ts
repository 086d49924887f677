/**
 * `ai-rules models pull`: downloads a model. How large it is, the first lines of the download tell:
 * what would not fit is stopped then, and asked about.
 */
import { AiRulesError } from "../core/error.ts";
import { percent } from "../core/format.ts";
import { findInstalled } from "../core/installed-models.ts";
import { printable } from "../core/text.ts";
import type { PullProgress } from "../runtimes/adapter.ts";
import type { OptionValues } from "./arguments.ts";
import { freeDiskBytes } from "./free-disk.ts";
import { type ModelsSurvey } from "./models-survey.ts";
import { createProgress } from "./progress.ts";
import { createDoubts, type Doubt, doubtOf } from "./pull-doubts.ts";
import { type Target, targetOf } from "./pull-target.ts";
import { exitCodeOfSignal, interruptible, type Tools } from "./run-job.ts";

type Request = {
  readonly name: string;
  readonly options: OptionValues;
};

/** Resolves to the exit code. */
export async function pullModel(
  tools: Tools,
  survey: ModelsSurvey,
  { name, options }: Request,
): Promise<number> {
  const target = targetOf(survey, { name, runtime: options.runtime });
  const free = target.runtime.address.local
    ? await freeDiskBytes(tools.ports, {
        kind: target.runtime.kind,
        variables: survey.environment.variables,
      })
    : undefined;
  // What is installed is only brought up to date.
  const isKnown = findInstalled(target.runtime, target.model) !== undefined;
  const doubt = (progress: PullProgress) => doubtOf(survey, { target, progress, free });
  const accepted = options.yes === true || isKnown;
  return download(tools, survey, { target, ...(accepted ? {} : { doubt }) });
}

type Download = {
  readonly target: Target;
  /** Says why not; without it everything is downloaded. */
  readonly doubt?: Doubt;
};

async function download(tools: Tools, survey: ModelsSurvey, request: Download): Promise<number> {
  const { console } = tools;
  const { ref } = request.target;
  const outcome = await attempt(tools, survey, request);
  switch (outcome.type) {
    case "done":
      console.out([`${ref} is installed`]);
      return 0;
    case "interrupted":
      console.note(`pulling ${ref}: cancelled; the same command goes on where it stopped`);
      return exitCodeOfSignal(outcome.signal);
    case "doubtful": {
      const answer = await confirmed(tools, outcome.why);
      if (answer === "yes") return download(tools, survey, { target: request.target });
      console.note("nothing more is downloaded");
      return answer === "no" ? 1 : 130;
    }
    default:
      return outcome satisfies never;
  }
}

type Outcome =
  | { readonly type: "done" }
  | { readonly type: "interrupted"; readonly signal: NodeJS.Signals | undefined }
  | { readonly type: "doubtful"; readonly why: string };

async function attempt(
  tools: Tools,
  survey: ModelsSurvey,
  { target, doubt }: Download,
): Promise<Outcome> {
  const { runtime, model, ref } = target;
  const speaker = survey.contextOf(runtime.address.id);
  if (!speaker?.adapter.pull) throw new AiRulesError(gone(ref));
  const { adapter, context } = speaker;
  const title = `pulling ${ref}`;
  const progress = createProgress(tools.console, { title, clock: tools.ports.clock });
  const doubts = createDoubts(doubt);
  const pull = async (interrupt: AbortSignal): Promise<Outcome | { readonly type: "broken" }> => {
    const abort = AbortSignal.any([interrupt, doubts.signal]);
    let share = 0;
    const onProgress = (step: PullProgress) => {
      doubts.hear(step);
      share = Math.max(share, stepOf(step).share ?? 0);
      if (!abort.aborted) progress.update(stepOf(step));
    };
    try {
      await adapter.pull?.(context, { model, onProgress, abort });
      return { type: "done" };
    } catch (error) {
      if (abort.aborted) return { type: "broken" };
      progress.end();
      if (share > 0)
        tools.console.note(
          `${title}: stopped at ${percent(share)}; the same command goes on from there`,
        );
      throw error;
    }
  };
  const outcome = await interruptible(tools, pull).finally(progress.end);
  if (outcome.type !== "broken") return outcome;
  const why = doubts.why();
  const { signal } = outcome;
  return signal === undefined && why !== undefined
    ? { type: "doubtful", why }
    : { type: "interrupted", signal };
}

function stepOf({ note, doneBytes, totalBytes }: PullProgress) {
  const isKnown = doneBytes !== undefined && totalBytes !== undefined && totalBytes > 0;
  const text = printable(note);
  return isKnown
    ? { note: text, doneBytes, totalBytes, share: doneBytes / totalBytes }
    : { note: text };
}

/** Asks; throws AiRulesError `model/too-large` where nobody can answer. */
async function confirmed(tools: Tools, why: string): Promise<"yes" | "no" | "interrupted"> {
  const { ask, note } = tools.console;
  if (!ask)
    throw new AiRulesError({
      code: "model/too-large",
      message: `the download was stopped: ${why}`,
      remedy:
        "take a smaller one or a smaller quantisation, or add --yes to download it all the same",
    });
  note(why);
  const { answer } = await interruptible(tools, async (abort) => ({
    answer: await ask("download it all the same?", abort).catch(() => undefined),
  }));
  if (answer === undefined) return "interrupted";
  return answer ? "yes" : "no";
}

function gone(ref: string) {
  return {
    code: "runtime/not-there",
    message: `nobody is there to download ${ref}`,
    remedy: "look which runtimes there are: `ai-rules models`",
  } as const;
}

/**
 * `ai-rules models pull`: downloads a model. How large it is, the first lines of the download tell:
 * what would not fit is stopped then, and asked about.
 */
import { AiRulesError } from "../core/error.ts";
import { memory as memoryText } from "../core/format.ts";
import { findInstalled } from "../core/installed-models.ts";
import { formatModelRef, parseModelRef } from "../core/model-ref.ts";
import type { RuntimeState } from "../core/runtime.ts";
import { printable } from "../core/text.ts";
import type { PullProgress } from "../runtimes/adapter.ts";
import { adapters } from "../runtimes/adapters.ts";
import type { OptionValues } from "./arguments.ts";
import { findRuntime } from "./find-model.ts";
import { freeDiskBytes } from "./free-disk.ts";
import { fitIn, type ModelsSurvey } from "./models-survey.ts";
import { createProgress } from "./progress.ts";
import { exitCodeOfSignal, interruptible, type Tools } from "./run-job.ts";

type Request = {
  readonly name: string;
  readonly options: OptionValues;
};

type Target = {
  readonly runtime: RuntimeState;
  /** What the runtime calls it. */
  readonly model: string;
  /** Printable. */
  readonly ref: string;
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

function targetOf(
  survey: ModelsSurvey,
  { name, runtime: id }: { readonly name: string; readonly runtime: string | undefined },
): Target {
  const { runtimes } = survey.models;
  const ref = parseModelRef(name);
  const named = runtimes.find(({ address }) => address.id === (id ?? ref?.runtime));
  const runtime = id === undefined ? (named ?? onlyOne(runtimes, name)) : findRuntime(runtimes, id);
  const model = ref?.runtime === runtime.address.id ? ref.name : name;
  refuseWhatCannotPull(runtime, model);
  return {
    runtime,
    model,
    ref: printable(formatModelRef({ runtime: runtime.address.id, name: model })),
  };
}

function onlyOne(runtimes: readonly RuntimeState[], name: string): RuntimeState {
  const able = runtimes.filter(({ abilities }) => abilities.pull);
  const up = able.filter(({ connection }) => connection.type === "up");
  const [first, ...others] = up;
  if (first && others.length === 0) return first;
  if (!first) {
    const [down] = able.filter(({ address }) => address.expected);
    if (down) return down;
    throw new AiRulesError({
      code: "runtime/none-pulls",
      message: `no runtime that can download ${printable(name)} is up`,
      remedy: "start one: `ollama serve`",
    });
  }
  const ids = up.map(({ address }) => `--runtime ${address.id}`);
  throw new AiRulesError({
    code: "model/ambiguous",
    message: `several runtimes could download ${printable(name)}`,
    remedy: `say which one: ${ids.join(" or ")}`,
  });
}

function refuseWhatCannotPull({ connection, kind, abilities }: RuntimeState, model: string): void {
  if ("problem" in connection && connection.type !== "stale")
    throw new AiRulesError(connection.problem);
  if (abilities.pull) return;
  throw new AiRulesError({
    code: "runtime/cannot",
    message: `${adapters[kind].title} cannot download models`,
    remedy: `download ${printable(model)} where it runs`,
  });
}

type Doubtful = {
  readonly target: Target;
  readonly progress: PullProgress;
  readonly free: number | undefined;
};

/** Why a download had better not be finished; undefined when all is well or nothing is known. */
function doubtOf(
  { models }: ModelsSurvey,
  { target, progress, free }: Doubtful,
): string | undefined {
  const { totalBytes, doneBytes = 0 } = progress;
  if (totalBytes === undefined || !target.runtime.address.local) return undefined;
  const left = totalBytes - doneBytes;
  const size = `${target.ref} is ${memoryText(totalBytes)}`;
  if (free !== undefined && left > free)
    return `${size}, and only ${memoryText(free)} of the disk are free`;
  const model = { name: target.model, sizeBytes: totalBytes, ...unknownModel };
  const {
    verdict,
    needBytes = 0,
    freeBytes = 0,
  } = fitIn(models, {
    runtime: target.runtime,
    model,
  });
  const memory = `it takes about ${memoryText(needBytes)} of memory, and ${memoryText(freeBytes)} are free`;
  if (verdict === "will-not-fit") return `${size} and will not fit: ${memory}`;
  if (verdict === "partly-on-cpu")
    return `${size} and will run partly on the CPU, slowly: ${memory}`;
  return undefined;
}

const unknownModel = { chat: true, cloud: false, described: false } as const;

type Download = {
  readonly target: Target;
  /** Says why not; without it everything is downloaded. */
  readonly doubt?: (progress: PullProgress) => string | undefined;
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
    const onProgress = (step: PullProgress) => {
      doubts.hear(step);
      if (!abort.aborted) progress.update(stepOf(step));
    };
    try {
      await adapter.pull?.(context, { model, onProgress, abort });
      return { type: "done" };
    } catch (error) {
      if (abort.aborted) return { type: "broken" };
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

/** A total that grows by more than this is looked at again: a model can come in several files. */
const growth = 1.1;

/** Hears how large a download is, and breaks it off when something speaks against it. */
function createDoubts(doubt: Download["doubt"]) {
  const controller = new AbortController();
  let why: string | undefined;
  let checkedBytes = 0;
  return {
    signal: controller.signal,
    why: () => why,
    hear(step: PullProgress) {
      const { totalBytes = 0 } = step;
      if (!doubt || totalBytes <= checkedBytes * growth) return;
      checkedBytes = totalBytes;
      why = doubt(step);
      if (why !== undefined) controller.abort(new DOMException("too large", "AbortError"));
    },
  };
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
      message: why,
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

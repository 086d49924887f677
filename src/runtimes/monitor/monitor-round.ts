/** One round of questions to the runtime at a URL, one after the other. It never rejects. */
import type { LoadedModel, RuntimeKind } from "../../core/runtime.ts";
import type { Cancel, Clock } from "../../platform/ports.ts";
import type { Adapter, AdapterContext } from "../adapter.ts";
import type { Identified } from "../identify.ts";
import type { Answer, Round } from "./monitor-knowledge.ts";
import type { Question } from "./pace.ts";

/** An adapter with what it needs to speak to one runtime. */
export type Speaker = { readonly adapter: Adapter; readonly context: AdapterContext };

export type RoundRequest = {
  readonly clock: Clock;
  readonly questions: ReadonlySet<Question>;
  /** What answered last. */
  readonly kind: RuntimeKind | undefined;
  /** What it told last of what is loaded. */
  readonly before?: readonly LoadedModel[];
  readonly identify: (abort: AbortSignal) => Promise<Identified>;
  /** The kind whose adapter is to speak with what was identified. */
  readonly kindOf: (identified: Identified) => RuntimeKind | undefined;
  readonly speakerOf: (kind: RuntimeKind) => Speaker;
  /** Times of a remote host are longer. */
  readonly patience: number;
  readonly abort: AbortSignal;
};

/** ms until an answer has to be there. What is loaded can stall while Ollama frees memory. */
const limits = { identify: 6000, loaded: 2500, version: 2000, installed: 10_000 };

/** Asks what is due. What was just identified is asked everything. */
export async function askRound(request: RoundRequest): Promise<Round> {
  const { questions, patience } = request;
  const ask = <T>(question: Question, deed: (abort: AbortSignal) => Promise<T>) =>
    answerWithin({ ...request, ms: limits[question] * patience, deed });
  let roundTripMs = Number.POSITIVE_INFINITY;
  /** For what is one short request: the quickest of a round says how far away the runtime is. */
  const askBriefly = async <T>(
    question: "loaded" | "version",
    deed: (abort: AbortSignal) => Promise<T>,
  ) => {
    const begun = request.clock.monotonic();
    const answer = await ask(question, deed);
    if (answer.ok) roundTripMs = Math.min(roundTripMs, request.clock.monotonic() - begun);
    return answer;
  };
  let { kind } = request;
  let identified: Answer<Identified> | undefined;
  if (kind === undefined || questions.has("identify")) {
    identified = await ask("identify", request.identify);
    kind = identified.ok ? request.kindOf(identified.value) : undefined;
    if (kind === undefined) return { identified };
  }
  const { adapter, context } = request.speakerOf(kind);
  const wants = (question: Question) => identified !== undefined || questions.has(question);
  let round: Round = { kind, ...(identified ? { identified } : {}) };

  // Where the models are read anew, nothing of them is taken from before.
  const before = wants("installed") ? [] : request.before;
  if (adapter.abilities.seesLoaded && wants("loaded")) {
    const loaded = await askBriefly("loaded", (abort) => adapter.loaded(context, abort, before));
    round = { ...round, loaded };
  }
  // Only who does not even tell its version is down.
  if (round.loaded?.ok === false || (wants("version") && !toldVersion(identified)))
    round = {
      ...round,
      version: await askBriefly("version", (abort) => adapter.version(context, abort)),
    };
  if (Number.isFinite(roundTripMs)) round = { ...round, roundTripMs };
  if (round.version?.ok === false || !wants("installed")) return round;
  const installed = await ask("installed", (abort) => adapter.installed(context, abort));
  return { ...round, installed };
}

function toldVersion(identified: Answer<Identified> | undefined): boolean {
  return (
    identified?.ok === true && "kind" in identified.value && identified.value.version !== undefined
  );
}

type Call<T> = {
  readonly clock: Clock;
  readonly ms: number;
  readonly abort: AbortSignal;
  readonly deed: (abort: AbortSignal) => Promise<T>;
};

/** Waits for an answer as long as it may take; who does not heed the abort is not waited for either. */
export async function answerWithin<T>({ clock, ms, abort, deed }: Call<T>): Promise<Answer<T>> {
  const controller = new AbortController();
  let cancelTimer: Cancel = () => {};
  const giveUp = (reason: unknown) => controller.abort(reason);
  const onAbort = () => giveUp(abort.reason);
  const givenUp = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(toError(controller.signal.reason)));
  });
  // Nobody may be left to hear of it.
  givenUp.catch(() => {});
  if (abort.aborted) onAbort();
  abort.addEventListener("abort", onAbort);
  cancelTimer = clock.after(ms, () =>
    giveUp(new DOMException("no answer in time", "TimeoutError")),
  );
  try {
    return { ok: true, value: await Promise.race([deed(controller.signal), givenUp]) };
  } catch (error) {
    return { ok: false, error };
  } finally {
    cancelTimer();
    abort.removeEventListener("abort", onAbort);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

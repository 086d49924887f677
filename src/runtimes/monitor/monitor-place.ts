/**
 * Watches what is at one URL: the thin shell around `pace.ts` (when to ask), `monitor-round.ts`
 * (asking), `monitor-knowledge.ts` (what follows) and `monitor-report.ts` (what is told). At most
 * one round is under way; the next is planned when it has ended.
 */
import type { Problem } from "../../core/error.ts";
import type { ModelJob } from "../../core/models.ts";
import type {
  InstalledModel,
  RuntimeAddress,
  RuntimeKind,
  RuntimeState,
} from "../../core/runtime.ts";
import type { Cancel, Clock } from "../../platform/ports.ts";
import type { Adapter, RuntimeEvent } from "../adapter.ts";
import type { Identified } from "../identify.ts";
import { createEventStream } from "./monitor-events.ts";
import { missingModels, withDescription } from "./monitor-installed.ts";
import { createJobNotes } from "./monitor-jobs.ts";
import { kindToSpeak } from "./monitor-kind.ts";
import {
  type Known,
  learn,
  noteLoading,
  noteWake,
  nothingKnown,
  type Round,
} from "./monitor-knowledge.ts";
import { matches } from "./monitor-report.ts";
import { askRound, type Speaker } from "./monitor-round.ts";
import { createTeller } from "./monitor-teller.ts";
import {
  type AskedAt,
  type Attention,
  answers,
  dueTimes,
  type Question,
  togetherMs,
  waitFor,
} from "./pace.ts";

export type PlaceOptions = {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  /** All that are at this URL. */
  readonly addresses: readonly RuntimeAddress[];
  readonly adapters: Readonly<Record<RuntimeKind, Adapter>>;
  readonly identify: (abort: AbortSignal) => Promise<Identified>;
  readonly speakerOf: (kind: RuntimeKind) => Speaker;
  readonly attention: Attention;
  readonly onChange: (state: RuntimeState) => void;
  /** A round has ended. */
  readonly onRound: () => void;
  /** A timer of `waitedMs` fired `lateMs` after its time. */
  readonly onTimer: (timer: { readonly lateMs: number; readonly waitedMs: number }) => void;
};

export type Place = {
  readonly attend: (attention: Attention) => void;
  readonly refresh: () => void;
  /** The machine slept: what is known may hold no more. */
  readonly wake: () => void;
  readonly speakerFor: (address: RuntimeAddress) => Speaker | undefined;
  readonly describe: (model: string) => Promise<InstalledModel | undefined>;
  readonly jobStarted: (job: ModelJob, onProgress: (progress: number) => void) => void;
  readonly jobEnded: (
    job: ModelJob,
    end: { readonly end: "done" | "cancelled" | "failed"; readonly problem?: Problem },
  ) => void;
  readonly stop: () => void;
};

const everything: readonly Question[] = ["version", "loaded", "installed"];
/** A load that takes longer than this, and the time its bytes take, does not come to an end, in ms. */
const hangMs = 60_000;
/** What a slow disk reads in a ms: 100 MB a second. */
const bytesPerMs = 100_000;

export function watchPlace(options: PlaceOptions): Place {
  const { clock, addresses, adapters } = options;
  const stopping = new AbortController();
  const jobs = createJobNotes(clock);
  const teller = createTeller(options);
  const wanted = new Set<Question>();
  const describing = new Map<string, Promise<InstalledModel | undefined>>();
  const isLocal = addresses.every(({ local }) => local);
  const isExpected = addresses.some(({ expected }) => expected);
  let known = nothingKnown;
  let { attention } = options;
  let asked: AskedAt = {};
  let jitter = options.random();
  let asking = false;
  let timer: Cancel | undefined;

  const stream = createEventStream({
    clock,
    open: (abort) => {
      const { adapter, context } = speaker();
      return adapter.events?.(context, abort) ?? noEvents();
    },
    onEvent: heard,
    onBroken: () => {
      known = { ...known, inUse: undefined };
      want([adapterNow().abilities.seesLoaded ? "loaded" : "version"]);
    },
  });

  function kindNow(): RuntimeKind {
    return known.kind ?? addresses.find(({ kind }) => kind)?.kind ?? "openai";
  }

  function adapterNow(): Adapter {
    return adapters[kindNow()];
  }

  function speaker(): Speaker {
    return options.speakerOf(kindNow());
  }

  function due() {
    const { abilities, installedEveryMs } = adapterNow();
    return dueTimes({
      attention,
      pending: jobs.pending(),
      connection: known.contact.type,
      expected: isExpected,
      wasUp: known.wasUp,
      failures: known.failures,
      jitter,
      streaming: stream.delivers(),
      seesLoaded: abilities.seesLoaded,
      installedEveryMs,
      installedFailed: known.installedError !== undefined,
      asked,
      wanted,
    });
  }

  function plan(): void {
    timer?.();
    timer = undefined;
    if (asking || stopping.signal.aborted) return;
    tendStream();
    const times = Object.values(due());
    if (times.length === 0) return;
    const start = clock.monotonic();
    const waitedMs = waitFor(Math.min(...times), start);
    timer = clock.after(waitedMs, () => {
      asking = true;
      options.onTimer({ lateMs: clock.monotonic() - start - waitedMs, waitedMs });
      void ask();
    });
  }

  async function ask(): Promise<void> {
    asking = true;
    const latest = clock.monotonic() + togetherMs;
    const questions = new Set(everyQuestion.filter((each) => (due()[each] ?? Infinity) <= latest));
    if (questions.has("identify")) wanted.clear();
    for (const question of questions) wanted.delete(question);
    const round = await askRound({
      clock,
      questions,
      kind: known.kind,
      before: known.loaded,
      identify: options.identify,
      kindOf: (identified) => kindToSpeak(identified, addresses),
      speakerOf: options.speakerOf,
      patience: isLocal ? 1 : 3,
      abort: stopping.signal,
    });
    asking = false;
    if (stopping.signal.aborted) return;
    noteAsked(round, questions);
    take(round);
    options.onRound();
    plan();
  }

  function noteAsked(round: Round, questions: ReadonlySet<Question>): void {
    const now = clock.monotonic();
    const done = round.identified?.ok ? everyQuestion : [...questions];
    asked = { ...asked, ...Object.fromEntries(done.map((each) => [each, now])), round: now };
  }

  function take(round: Round): void {
    const before = known;
    known = watchHang(learn(known, round, circumstances()));
    if (known.failures > before.failures) jitter = options.random();
    if (known.vanished && known.vanished !== before.vanished) wanted.add("version");
    const missing = adapterNow().abilities.seesLoaded ? missingModels(known) : [];
    if (missing.length > 0 && round.installed === undefined) wanted.add("installed");
    if (missing.length > 0) known = { ...known, lookedFor: [...known.lookedFor, ...missing] };
    for (const { name, state, progress } of known.loaded)
      if (state === "loading" && progress !== undefined) jobs.progressed(name, progress);
    tell();
  }

  function circumstances() {
    const { weLoad, weUnload } = jobs;
    return { now: clock.now(), weLoad, weUnload, pending: jobs.pending() };
  }

  /** Where nothing tells how a load goes on, only its time tells that it does not. */
  function watchHang(next: Known): Known {
    const load = jobs.oldestLoad();
    if (!load || next.hangs || adapterNow().abilities.seesLoaded || !answers(next.contact.type))
      return next;
    const size = next.installed.find(({ name }) => name === load.model)?.sizeBytes ?? 0;
    const limit = hangMs + size / bytesPerMs;
    if (clock.monotonic() - load.since < limit) return next;
    return { ...next, hangs: { model: load.model, since: clock.now() } };
  }

  function tell(): void {
    if (!stopping.signal.aborted) teller.tell(known);
  }

  function heard(event: RuntimeEvent): void {
    if (event.type === "changed") return want(["loaded"]);
    if (event.type === "in-use") {
      known = { ...known, inUse: event.models };
      return tell();
    }
    known = noteLoading(known, event, circumstances());
    if (event.progress !== undefined) jobs.progressed(event.model, event.progress);
    tell();
  }

  function want(questions: readonly Question[]): void {
    for (const question of questions) wanted.add(question);
    plan();
  }

  function tendStream(): void {
    const looks = attention !== "hidden" || jobs.pending();
    const there = known.kind !== undefined && answers(known.contact.type);
    const open = looks && there && adapterNow().events !== undefined;
    if (!open && known.inUse) known = { ...known, inUse: undefined };
    stream.want(open);
  }

  async function describe(name: string): Promise<InstalledModel | undefined> {
    const { adapter, context } = speaker();
    const model = known.installed.find((each) => each.name === name);
    if (!model || model.described || !adapter.describe) return model;
    const described = await adapter.describe(context, model, stopping.signal);
    if (stopping.signal.aborted) return undefined;
    known = { ...known, installed: withDescription(known.installed, described) };
    tell();
    return described;
  }

  tell();
  void ask();

  return {
    attend(next) {
      if (next === attention) return;
      attention = next;
      plan();
    },
    refresh: () => want(everything),
    wake() {
      known = noteWake(known);
      // Its connection is most likely dead, which nobody would notice.
      stream.want(false);
      want(everything);
    },
    speakerFor: (address) => {
      if (known.kind === undefined) return address.kind && options.speakerOf(address.kind);
      return matches(address, known) ? speaker() : undefined;
    },
    describe(name) {
      const running = describing.get(name) ?? describe(name);
      describing.set(name, running);
      return running.finally(() => describing.delete(name));
    },
    jobStarted(job, onProgress) {
      jobs.started(job, onProgress);
      plan();
    },
    jobEnded(job, { end, problem }) {
      jobs.ended(job);
      if (job.deed.type === "load") {
        const blind = !adapterNow().abilities.seesLoaded;
        const model = job.deed.model;
        if (end === "done") known = { ...known, hangs: undefined };
        else if (blind && problem?.code === "runtime/timed-out")
          known = { ...known, hangs: { model, since: clock.now() } };
      }
      tell();
      want(job.deed.type === "derive" ? ["loaded", "installed"] : ["loaded"]);
    },
    stop() {
      stopping.abort(new DOMException("stopped", "AbortError"));
      timer?.();
      stream.want(false);
    },
  };
}

const everyQuestion: readonly Question[] = ["identify", ...everything];

async function* noEvents(): AsyncGenerator<RuntimeEvent> {}

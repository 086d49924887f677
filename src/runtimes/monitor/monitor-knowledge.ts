/**
 * What is known of the runtime at one URL, and how a round of questions changes it. Pure. It holds
 * more than is shown: what was loaded before a server went away tells whether it was restarted, and
 * which models had a GPU tells whether that was lost in a sleep.
 *
 * Times are ms since the epoch.
 */
import { AiRulesError } from "../../core/error.ts";
import type { InstalledModel, LoadedModel, RuntimeKind } from "../../core/runtime.ts";
import type { Identified } from "../identify.ts";
import { keepDescriptions } from "./monitor-installed.ts";

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** What the questions of one round gave; those that were not asked are absent. */
export type Round = {
  readonly identified?: Answer<Identified>;
  /** The adapter that speaks for what was identified; absent when none of ours does. */
  readonly kind?: RuntimeKind;
  readonly version?: Answer<string | undefined>;
  readonly loaded?: Answer<readonly LoadedModel[]>;
  readonly installed?: Answer<readonly InstalledModel[]>;
};

export type Contact =
  | { readonly type: "probing" }
  | { readonly type: "up" }
  | { readonly type: "stale"; readonly since: number; readonly error: unknown }
  | { readonly type: "down"; readonly since: number; readonly error: unknown }
  | { readonly type: "wrong-service"; readonly since: number; readonly found: string }
  | { readonly type: "needs-token"; readonly error: unknown };

export type Known = {
  readonly contact: Contact;
  /** What answers, or answered last. */
  readonly kind?: RuntimeKind;
  readonly version?: string;
  readonly wasUp: boolean;
  /** Rounds in a row without an answer. */
  readonly failures: number;
  /** The last answer, kept while it is down. */
  readonly loaded: readonly LoadedModel[];
  /** Models on which requests run, where events tell. */
  readonly inUse?: readonly string[] | undefined;
  /** It has told what is loaded: what comes after that was loaded since. */
  readonly sawLoaded: boolean;
  /** A connection broke since it last told what is loaded. */
  readonly lost: boolean;
  readonly installed: readonly InstalledModel[];
  readonly installedAt?: number;
  readonly installedError?: unknown;
  /** Loaded models for whose sake the installed ones were read again. */
  readonly lookedFor: readonly string[];
  /** Loads that nobody here asked for, within the last minutes. */
  readonly loads: readonly { readonly model: string; readonly at: number }[];
  /** All models went at once before their time. */
  readonly vanished?: { readonly at: number; readonly models: readonly string[] } | undefined;
  readonly restarted?: Restart | undefined;
  /** Models seen in a GPU's memory. */
  readonly hadGpu: readonly string[];
  /** Those of them that have not been seen there since the machine slept. */
  readonly doubtGpu: readonly string[];
  /** A load that does not come to an end although the server answers. */
  readonly hangs?: { readonly model: string; readonly since: number } | undefined;
};

export type Restart = {
  readonly at: number;
  /** What it had loaded. */
  readonly models: readonly string[];
  /** Its connection broke or its version changed; otherwise somebody may have unloaded them. */
  readonly isSure: boolean;
};

export const nothingKnown: Known = {
  contact: { type: "probing" },
  wasUp: false,
  failures: 0,
  loaded: [],
  sawLoaded: false,
  lost: false,
  installed: [],
  lookedFor: [],
  loads: [],
  hadGpu: [],
  doubtGpu: [],
};

export type Circumstances = {
  readonly now: number;
  /** Whether a job of ours loads a model, or did just now. */
  readonly weLoad: (model: string) => boolean;
  readonly weUnload: (model: string) => boolean;
  /** A job of ours runs there. */
  readonly pending: boolean;
};

/** What is known after a round. */
export function learn(known: Known, round: Round, circumstances: Circumstances): Known {
  const { now } = circumstances;
  const { identified } = round;
  if (identified && !identified.ok) return withoutAnswer(known, identified.error, now);
  if (identified && round.kind === undefined) return otherService(known, identified.value, now);
  const refused = [round.version, round.loaded, round.installed].find(isRefused);
  if (refused) return withoutToken({ ...known, ...kindOf(round) }, refused.error);
  if (round.version?.ok === false) return withoutAnswer(known, round.version.error, now);

  const answered: Known = {
    ...(isOther(known, round) ? nothingKnown : known),
    ...kindOf(round),
    wasUp: true,
    failures: 0,
  };
  const versioned = learnVersion(answered, round);
  return learnInstalled(learnLoaded(versioned, round, circumstances), round, now);
}

function isRefused(answer: Answer<unknown> | undefined): answer is { ok: false; error: unknown } {
  return answer?.ok === false && codeOf(answer.error) === "runtime/needs-token";
}

function codeOf(error: unknown): string | undefined {
  return error instanceof AiRulesError ? error.problem.code : undefined;
}

/** A runtime of another kind has taken its place, and nothing of the old one holds. */
function isOther(known: Known, { kind }: Round): boolean {
  return kind !== undefined && known.kind !== undefined && kind !== known.kind;
}

function kindOf({ kind }: Round): Pick<Known, "kind"> {
  return kind ? { kind } : {};
}

function withoutToken(known: Known, error: unknown): Known {
  return { ...known, failures: known.failures + 1, contact: { type: "needs-token", error } };
}

function withoutAnswer(known: Known, error: unknown, now: number): Known {
  if (codeOf(error) === "runtime/needs-token") return withoutToken(known, error);
  const since = known.contact.type === "down" ? known.contact.since : now;
  return gone(known, { type: "down", since, error });
}

function otherService(known: Known, identified: Identified, now: number): Known {
  const found = "found" in identified ? identified.found : identified.kind;
  const since = known.contact.type === "wrong-service" ? known.contact.since : now;
  return gone(known, { type: "wrong-service", since, found });
}

function gone(known: Known, contact: Contact): Known {
  return { ...known, hangs: undefined, failures: known.failures + 1, lost: true, contact };
}

function learnVersion(known: Known, { version, identified }: Round): Known {
  const told = version?.ok ? version.value : undefined;
  const named = identified?.ok && "kind" in identified.value ? identified.value.version : undefined;
  const next = told ?? named;
  if (next === undefined || next === known.version) return known;
  if (known.version === undefined) return { ...known, version: next };
  // Another version is another server; what vanished a moment ago went with the old one.
  const { vanished } = known;
  const restarted: Restart | undefined = vanished ? { ...vanished, isSure: true } : known.restarted;
  return { ...known, version: next, lost: true, vanished: undefined, restarted };
}

function learnLoaded(known: Known, { loaded }: Round, circumstances: Circumstances): Known {
  if (loaded === undefined) {
    const { type } = known.contact;
    return type === "stale" ? known : { ...known, contact: { type: "up" } };
  }
  if (!loaded.ok) return stale(known, loaded.error, circumstances.now);
  const next = loaded.value;
  const watched = watchRestart(known, next, circumstances);
  const gpu = watchGpu(watched, next);
  return {
    ...gpu,
    contact: { type: "up" },
    loads: countLoads(known, next, circumstances),
    loaded: next,
    sawLoaded: true,
    lost: false,
  };
}

function stale(known: Known, error: unknown, now: number): Known {
  const since = known.contact.type === "stale" ? known.contact.since : now;
  const slow = codeOf(error) === "runtime/timed-out" || isTimeOut(error);
  return { ...known, lost: known.lost || !slow, contact: { type: "stale", since, error } };
}

function isTimeOut(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError";
}

/** How long loads count. */
const loadsWindowMs = 10 * 60_000;

function countLoads(
  known: Known,
  next: readonly LoadedModel[],
  { now, weLoad }: Circumstances,
): Known["loads"] {
  const recent = known.loads.filter(({ at }) => now - at < loadsWindowMs);
  if (!known.sawLoaded) return recent;
  const fresh = next.filter((model) => isNewlyLoaded(model, known.loaded) && !weLoad(model.name));
  return [...recent, ...fresh.map(({ name }) => ({ model: name, at: now }))];
}

/** With another context it is the same model loaded again. */
function isNewlyLoaded(model: LoadedModel, before: readonly LoadedModel[]): boolean {
  const same = before.find(({ instance }) => instance === model.instance);
  if (same === undefined) return true;
  if (same.context === undefined || model.context === undefined) return false;
  return same.context !== model.context;
}

/** A model that is loaded in place of another has been evicted by then; its load can take long. */
const vanishedMs = 30_000;
/** Clocks differ a little, and a timer that is due may be seen before its end. */
const expirySlackMs = 5000;

/**
 * Models that all go at once, before their time and not by us: the server was restarted. Surely so
 * when the connection broke or the version changed; otherwise when nothing is loaded for a while,
 * since what is evicted for a model that is still loading looks the same.
 */
function watchRestart(known: Known, next: readonly LoadedModel[], around: Circumstances): Known {
  const { now, pending } = around;
  if (next.length > 0) return { ...known, restarted: undefined, vanished: undefined };
  const { vanished } = known;
  if (pending) return { ...known, vanished: undefined };
  if (vanished && now - vanished.at >= vanishedMs)
    return { ...known, vanished: undefined, restarted: { ...vanished, isSure: false } };
  const before = known.loaded;
  const isEarly = (model: LoadedModel) => !around.weUnload(model.name) && !isDue(model, now);
  if (before.length === 0 || !before.every(isEarly)) return forgetRestart(known, now);
  const left = { at: now, models: before.map(({ name }) => name) };
  if (known.lost) return { ...known, restarted: { ...left, isSure: true } };
  // One that has no time may have been unloaded by anyone.
  const timed = before.every(({ expiresAt }) => expiresAt !== undefined);
  return timed ? { ...known, vanished: left } : known;
}

/** Who has done without the models for so long does not miss them. */
const restartNewsMs = 10 * 60_000;

function forgetRestart(known: Known, now: number): Known {
  const isOld = known.restarted !== undefined && now - known.restarted.at >= restartNewsMs;
  return isOld ? { ...known, restarted: undefined } : known;
}

function isDue({ expiresAt, state }: LoadedModel, now: number): boolean {
  if (state === "unloading") return true;
  return typeof expiresAt === "number" && expiresAt <= now + expirySlackMs;
}

function watchGpu(known: Known, next: readonly LoadedModel[]): Known {
  const inGpu = next.filter(({ gpuBytes }) => (gpuBytes ?? 0) > 0).map(({ name }) => name);
  if (inGpu.every((name) => known.hadGpu.includes(name)) && known.doubtGpu.length === 0)
    return known;
  return {
    ...known,
    hadGpu: [...new Set([...known.hadGpu, ...inGpu])],
    doubtGpu: known.doubtGpu.filter((name) => !inGpu.includes(name)),
  };
}

function learnInstalled(known: Known, { installed }: Round, now: number): Known {
  if (installed === undefined) return known;
  if (!installed.ok) return { ...known, installedError: installed.error };
  return {
    ...known,
    installedError: undefined,
    installed: keepDescriptions(installed.value, known.installed),
    installedAt: now,
  };
}

/** A runtime's event says that a model is being loaded, and how far. */
export function noteLoading(
  known: Known,
  { model, progress }: { readonly model: string; readonly progress?: number },
  circumstances: Circumstances,
): Known {
  const found = known.loaded.find(({ name, state }) => name === model && state === "loading");
  const loading: LoadedModel = {
    ...(found ?? { name: model, instance: model, state: "loading" }),
    ...(progress === undefined ? {} : { progress }),
  };
  const loaded = [...known.loaded.filter(({ name }) => name !== model), loading];
  return { ...known, loads: countLoads(known, loaded, circumstances), loaded };
}

/** The machine slept: what had a GPU may have lost it. */
export function noteWake(known: Known): Known {
  return { ...known, doubtGpu: known.hadGpu };
}

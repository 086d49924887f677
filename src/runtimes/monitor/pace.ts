/**
 * When to ask a runtime what. Pure: from how things stand to the times at which each question is
 * due. A **question** costs about a millisecond of both sides, so each has the longest period that
 * still shows a change within three seconds of it to who looks.
 *
 * Times are monotonic ms.
 */
import type { Connection } from "../../core/runtime.ts";

/** How closely somebody looks: into the models, at the panel, or not at all. */
export type Attention = "focused" | "shown" | "hidden";

export type Question = "identify" | "version" | "loaded" | "installed";

/** When each was asked last. `round`: when anything was. */
export type AskedAt = Readonly<Partial<Record<Question | "round", number>>>;

export type Standing = {
  readonly attention: Attention;
  /** A job runs there. */
  readonly pending: boolean;
  readonly connection: Connection["type"];
  /** Someone asked for this runtime. */
  readonly expected: boolean;
  /** It has answered since we started. */
  readonly wasUp: boolean;
  /** Rounds in a row without an answer. */
  readonly failures: number;
  /** 0 to 1, drawn anew for each failure. */
  readonly jitter: number;
  /** Its events have been arriving: what changes is told. */
  readonly streaming: boolean;
  readonly seesLoaded: boolean;
  readonly installedEveryMs: number;
  /** The last try to read the installed models failed. */
  readonly installedFailed: boolean;
  readonly asked: AskedAt;
  /** To be asked at once, whoever looks. */
  readonly wanted: ReadonlySet<Question>;
};

export type DueTimes = Readonly<Partial<Record<Question, number>>>;

const focusedMs = 2000;
const shownMs = 2500;
/** While events arrive, asking only finds out that nobody answers any more. */
const streamingMs = 15_000;
const versionMs = 30_000;
const installedAgainMs = 15_000;
/** No two rounds follow each other closer, whatever happens. */
const gapMs = 250;

/** Long waits end at multiples of this, in ms. */
const stepMs = 250;
/** Questions that are due within this time are asked together; timers may fire a little early. */
export const togetherMs = stepMs + 50;
/** Who waits for less has a reason. */
const longWaitMs = 1000;

/**
 * How long to wait for what is due, in ms. A long wait ends a little sooner, where the time is a
 * whole multiple of `stepMs`: all runtimes are then asked in one wake of this process.
 */
export function waitFor(due: number, now: number): number {
  if (due - now < longWaitMs) return Math.max(due - now, 0);
  return Math.floor(due / stepMs) * stepMs - now;
}

/** When each question is to be asked; what is left out is not to be asked as things stand. */
export function dueTimes(standing: Standing): DueTimes {
  const due = answers(standing.connection) ? dueWhileUp(standing) : dueWhileDown(standing);
  const earliest = (standing.asked.round ?? -Infinity) + gapMs;
  return Object.fromEntries(
    Object.entries(due).map(([question, at]) => [question, Math.max(at, earliest)]),
  );
}

/** Whether a runtime in this connection answers questions about its models. */
export function answers(connection: Connection["type"]): boolean {
  return connection === "up" || connection === "stale";
}

function dueWhileUp(standing: Standing): DueTimes {
  const { asked, wanted, seesLoaded } = standing;
  const can = [...wanted].filter((question) => seesLoaded || question !== "loaded");
  const now = Object.fromEntries(can.map((question) => [question, 0]));
  if (standing.attention === "hidden" && !standing.pending) return now;
  const period = periodOf(standing);
  return {
    ...(seesLoaded ? { loaded: after(asked.loaded, period) } : {}),
    // What does not tell what is loaded shows that it lives by its version alone.
    version: after(asked.version, seesLoaded ? versionMs : period),
    installed: after(asked.installed, installedEvery(standing)),
    ...now,
  };
}

function installedEvery({ installedFailed, installedEveryMs }: Standing): number {
  return installedFailed ? Math.min(installedAgainMs, installedEveryMs) : installedEveryMs;
}

function periodOf({ attention, pending, streaming }: Standing): number {
  if (pending) return focusedMs;
  if (streaming) return streamingMs;
  return attention === "focused" ? focusedMs : shownMs;
}

function after(askedAt: number | undefined, period: number): number {
  return askedAt === undefined ? 0 : askedAt + period;
}

/** Nobody knows what answers there next: it is identified first, and asked the rest in that round. */
function dueWhileDown(standing: Standing): DueTimes {
  const { asked, attention, pending, connection, wanted } = standing;
  if (wanted.size > 0 || connection === "probing") return { identify: 0 };
  if (attention === "hidden" && !pending) return {};
  return { identify: after(asked.round, backOff(standing)) };
}

/**
 * 2 s, doubled with each failure up to a limit, less up to a fifth by chance so that many who wait
 * for one server do not come at once. What was up is missed, so its return is to be seen at once; a
 * refused connection costs nothing.
 */
function backOff(standing: Standing): number {
  const { failures, jitter } = standing;
  const delay = Math.min(focusedMs * 2 ** Math.max(failures - 1, 0), longestWait(standing));
  return delay * (0.8 + 0.2 * jitter);
}

function longestWait({ connection, wasUp, expected, pending }: Standing): number {
  if (pending) return focusedMs;
  if (connection !== "down") return 30_000;
  if (wasUp) return shownMs;
  return expected ? 5000 : 30_000;
}

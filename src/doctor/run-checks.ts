/** Runs checks side by side. One that hangs, breaks or floods costs the others nothing. */
import { type CheckStatus, checkStatuses } from "../core/diagnosis.ts";
import { type Problem, toProblem } from "../core/error.ts";
import { printable, printableLines } from "../core/text.ts";
import { type Check, type Finding, isTrouble, type Trouble } from "./check.ts";
import type { DoctorContext } from "./context.ts";

export type CheckResult = {
  readonly check: Check;
  /** The worst of its findings. */
  readonly status: CheckStatus;
  /** Fit to be shown: printable, and not too long. */
  readonly findings: readonly Finding[];
  readonly tookMs: number;
};

/** All together have to be done in 8 s, also when a command has to be killed 2 s after it was told to end. */
export const longestCheckMs = 5000;

/** Runs all checks at once; `onResult` hears of each as it is done. Never throws. */
export function runChecks(
  checks: readonly Check[],
  context: DoctorContext,
  onResult: (result: CheckResult) => void = () => {},
): Promise<readonly CheckResult[]> {
  return Promise.all(
    checks.map(async (check) => {
      const result = await runCheck(check, context);
      onResult(result);
      return result;
    }),
  );
}

async function runCheck(check: Check, context: DoctorContext): Promise<CheckResult> {
  const { clock } = context.ports;
  const startedAt = clock.monotonic();
  const found = (await findingsInTime(check, context)).slice(0, mostFindings);
  const findings = found.map((finding) => shown(finding, context));
  const tookMs = Math.round(clock.monotonic() - startedAt);
  return { check, status: worstStatus(findings), findings, tookMs };
}

async function findingsInTime(check: Check, context: DoctorContext): Promise<readonly Finding[]> {
  const { clock } = context.ports;
  const timeoutMs = Math.min(check.timeoutMs, longestCheckMs) * context.patience;
  const abort = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<readonly Finding[]>();
  const cancelTimer = clock.after(timeoutMs, () => {
    resolve([timedOut(check, timeoutMs)]);
    abort.abort();
  });
  const done = attempt(check, context, abort.signal).catch((error: unknown) => [
    broken(check, toProblem(error)),
  ]);
  try {
    return await Promise.race([done, late]);
  } finally {
    cancelTimer();
  }
}

/** Async, so that a throw before the first await is a rejection as well. */
async function attempt(check: Check, context: DoctorContext, abort: AbortSignal) {
  return check.run(context, AbortSignal.any([abort, context.abort]));
}

/** The status that needs most attention; "ok" where nothing was found. */
export function worstStatus(findings: readonly { readonly status: CheckStatus }[]): CheckStatus {
  const ranks = findings.map(({ status }) => checkStatuses.indexOf(status));
  return checkStatuses[Math.max(...ranks)] ?? "ok";
}

function timedOut({ id, title }: Check, timeoutMs: number): Trouble {
  return {
    status: "warn",
    code: "doctor/check-timed-out",
    found: `this check was not done within ${timeoutMs / 1000} s: ${title}`,
    why: "something it asked does not answer; whatever needs that will wait, too",
    remedy: `try it alone: \`ai-rules doctor --only ${id}\``,
  };
}

function broken({ id, title }: Check, problem: Problem): Trouble {
  if (problem.code !== "run/unexpected")
    return {
      status: "fail",
      code: problem.code,
      found: problem.message,
      remedy: problem.remedy,
      ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    };
  return {
    status: "warn",
    code: "doctor/check-failed",
    found: `this check could not be done (${title}): ${problem.message}`,
    remedy: `try it alone: \`ai-rules doctor --only ${id}\`, and report what it says`,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
  };
}

const mostFindings = 40;
const mostLetters = 400;
const mostDetailLines = 40;
/** A command is whole or not there: it may name two paths, each of up to 4096 bytes. */
const mostRemedyLetters = 20_000;

/** What programs say ends up in findings, and what they say may be secret. A remedy has to work as it stands. */
function shown(finding: Finding, { ports: { host, log } }: DoctorContext): Finding {
  const found = line(log.redact(start(finding.found)));
  if (!isTrouble(finding)) return { ...finding, found };
  const { why, remedy, detail } = finding;
  return {
    ...finding,
    found,
    remedy: line(
      host.uid === 0 && host.os === "linux" ? asRoot(remedy) : remedy,
      mostRemedyLetters,
    ),
    ...(why === undefined ? {} : { why: line(log.redact(start(why))) }),
    ...(detail === undefined ? {} : { detail: lines(log.redact(end(detail))) }),
  };
}

/** In a container there often is no sudo, and root needs none. */
function asRoot(remedy: string): string {
  return remedy.replaceAll(/(`|&& |; )sudo (?!-)/gu, "$1");
}

/** Cut before it is cleaned, too: it may be megabytes. */
function start(text: string, most = mostLetters): string {
  return text.slice(0, 10 * most);
}

/** There the cause stands. */
function end(text: string): string {
  return text.slice(-mostDetailLines * mostLetters);
}

function line(text: string, most = mostLetters): string {
  const clean = printable(start(text, most)).trim();
  return clean.length > most ? `${clean.slice(0, most)}…` : clean;
}

function lines(text: string): string {
  return printableLines(end(text))
    .slice(-mostDetailLines)
    .map((each) => each.slice(0, mostLetters))
    .join("\n");
}

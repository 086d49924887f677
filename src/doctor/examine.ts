/** One visit to the doctor: all checks at once, and mending what is safe to mend. */
import { type AppliedFix, applyFixes } from "./apply-fixes.ts";
import { type Check, isTrouble } from "./check.ts";
import { type ContextRequest, createDoctorContext } from "./context.ts";
import { type CheckResult, runChecks } from "./run-checks.ts";

export type ExamineRequest = Omit<ContextRequest, "abort"> & {
  readonly checks: readonly Check[];
  /** Ends it before its time; what hangs is not waited for. */
  readonly abort?: AbortSignal;
};

/**
 * Makes all checks once, `onResult` hears of each; what they have started is ended, and what they have
 * put somewhere is gone. Never throws; empty when it was aborted.
 */
export async function examine(
  { checks, abort, ...request }: ExamineRequest,
  onResult: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const end = new AbortController();
  const signal = abort ? AbortSignal.any([abort, end.signal]) : end.signal;
  const context = createDoctorContext({ ...request, abort: signal });
  const { promise: aborted, resolve } = Promise.withResolvers<readonly CheckResult[]>();
  signal.addEventListener("abort", () => resolve([]), { once: true });
  if (signal.aborted) resolve([]);
  // A check whose programs were ended under it would tell of a fault.
  const tell = (result: CheckResult) => {
    if (!signal.aborted) onResult(result);
  };
  try {
    return await Promise.race([runChecks(checks, context, tell), aborted]);
  } finally {
    end.abort();
    await Promise.allSettled([...context.cleanups].map((cleanup) => cleanup()));
  }
}

/** Does what is safe about the findings of an examination. Never throws. */
export function mend(
  { abort, ...request }: Omit<ExamineRequest, "checks">,
  results: readonly CheckResult[],
): Promise<readonly AppliedFix[]> {
  const signal = abort ?? new AbortController().signal;
  return applyFixes(results, createDoctorContext({ ...request, abort: signal }));
}

/**
 * The checks to make again once something was mended: one deed may mend several things, and what was
 * left out may have been left out for what is mended now.
 */
export function checksAfter(
  results: readonly CheckResult[],
  applied: readonly AppliedFix[],
): readonly Check[] {
  const mended = new Set(applied.filter(({ problem }) => !problem).map(({ check }) => check.group));
  return results
    .filter(
      ({ check, status, findings }) =>
        findings.some(isTrouble) || (status === "skip" && mended.has(check.group)),
    )
    .map(({ check }) => check);
}

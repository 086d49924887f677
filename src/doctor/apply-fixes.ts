import { type Problem, toProblem } from "../core/error.ts";
import { type Check, type Fix, isTrouble, type Trouble } from "./check.ts";
import type { DoctorContext } from "./context.ts";
import type { CheckResult } from "./run-checks.ts";

export type AppliedFix = {
  readonly check: Check;
  readonly finding: Trouble;
  readonly fix: Fix;
  /** Why it could not be done. */
  readonly problem?: Problem;
};

/** A fix does one small thing. */
const timeoutMs = 20_000;

/** Does what is safe about the findings, one after the other; never throws. */
export async function applyFixes(
  results: readonly CheckResult[],
  context: DoctorContext,
): Promise<readonly AppliedFix[]> {
  const applied: AppliedFix[] = [];
  for (const { check, findings } of results)
    for (const finding of findings) {
      if (!isTrouble(finding) || !finding.fix || context.abort.aborted) continue;
      applied.push(await applyFix({ check, finding, fix: finding.fix }, context));
    }
  return applied;
}

async function applyFix(wanted: AppliedFix, context: DoctorContext): Promise<AppliedFix> {
  const late = new AbortController();
  const cancelTimer = context.ports.clock.after(timeoutMs, () => late.abort());
  try {
    await wanted.fix.apply(context, AbortSignal.any([late.signal, context.abort]));
    return wanted;
  } catch (error) {
    return { ...wanted, problem: toProblem(error) };
  } finally {
    cancelTimer();
  }
}

import { countsOf } from "../core/diagnosis.ts";
import type { AppliedFix } from "../doctor/apply-fixes.ts";
import { diagnosedCheck, mendedBy } from "../doctor/diagnosis.ts";
import type { CheckResult } from "../doctor/run-checks.ts";
import type { DoctorReport } from "./doctor-report-schema.ts";

export type Examination = {
  readonly program: string;
  readonly project: string;
  readonly results: readonly CheckResult[];
  readonly fixed: readonly AppliedFix[];
  readonly tookMs: number;
};

/** What `--json` says. */
export function doctorReport(examination: Examination): DoctorReport {
  const { program, project, results, fixed, tookMs } = examination;
  const counts = countsOf(results);
  return {
    version: 1,
    program,
    project,
    ok: counts.fail === 0,
    tookMs,
    counts,
    fixed: fixed.map(mendedBy),
    checks: results.map((result) => {
      const check = diagnosedCheck(result);
      return { ...check, findings: [...check.findings] };
    }),
  };
}

import type { AppliedFix } from "../doctor/apply-fixes.ts";
import { type CheckStatus, type Finding, isTrouble } from "../doctor/check.ts";
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
    fixed: fixed.map(({ check, finding, fix, problem }) => ({
      id: check.id,
      code: finding.code,
      did: fix.title,
      ...(problem ? { error: problem.message } : {}),
    })),
    checks: results.map(({ check: { id, group, title }, status, tookMs: took, findings }) => ({
      id,
      group,
      title,
      status,
      tookMs: took,
      findings: findings.map((finding) => findingReport(finding, id)),
    })),
  };
}

type FindingReport = DoctorReport["checks"][number]["findings"][number];

function findingReport(finding: Finding, id: string): FindingReport {
  if (!isTrouble(finding)) return { ...finding, fixable: false };
  const { fix, ...data } = finding;
  return { ...data, link: linkOf(finding, id), fixable: fix !== undefined };
}

/** Where the documents say more; undefined where nothing is wrong. */
export function linkOf(finding: Finding, id: string): string | undefined {
  return isTrouble(finding) ? (finding.link ?? `docs/doctor.md#${id}`) : undefined;
}

/** How many checks came out how. */
export function countsOf(
  results: readonly Pick<CheckResult, "status">[],
): Readonly<Record<CheckStatus, number>> {
  const count = (wanted: CheckStatus) => results.filter(({ status }) => status === wanted).length;
  return { fail: count("fail"), warn: count("warn"), ok: count("ok"), skip: count("skip") };
}

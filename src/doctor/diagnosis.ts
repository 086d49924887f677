/** What checks found without what only the doctor can use: as data that can be sent and kept. */

import type { DiagnosedCheck, DiagnosedFinding, Mended } from "../core/diagnosis.ts";
import { errorLink } from "../core/error-codes.ts";
import type { AppliedFix } from "./apply-fixes.ts";
import { type Finding, isTrouble, type Trouble } from "./check.ts";
import type { CheckResult } from "./run-checks.ts";

export function diagnosedCheck({ check, status, findings, tookMs }: CheckResult): DiagnosedCheck {
  const { id, group, title } = check;
  return { id, group, title, status, tookMs, findings: findings.map(diagnosedFinding) };
}

function diagnosedFinding(finding: Finding): DiagnosedFinding {
  if (!isTrouble(finding)) return { ...finding, fixable: false };
  const { fix, ...data } = finding;
  return { ...data, link: linkOf(finding), fixable: fix !== undefined };
}

/** Where the documents say more. */
export function linkOf({ link, code }: Trouble): string {
  return link ?? errorLink(code);
}

export function mendedBy({ check, finding, fix, problem }: AppliedFix): Mended {
  const error = problem ? { error: problem.message } : {};
  return { id: check.id, code: finding.code, did: fix.title, ...error };
}

/** What `ai-rules doctor` says to people. */
import { wrapText } from "../core/cell-text.ts";
import { type CheckGroup, type CheckStatus, countsOf, groupTitles } from "../core/diagnosis.ts";
import { took } from "../core/format.ts";
import type { AppliedFix } from "../doctor/apply-fixes.ts";
import { type Finding, isTrouble } from "../doctor/check.ts";
import { linkOf } from "../doctor/diagnosis.ts";
import type { CheckResult } from "../doctor/run-checks.ts";
import type { Console } from "./console.ts";
import type { Examination } from "./doctor-report.ts";
import type { Style } from "./paint.ts";

type Page = Pick<Console, "cols" | "paint">;

/** Words, so that colours and signs are not needed to read it. */
const styles: Readonly<Record<CheckStatus, Style>> = {
  ok: "good",
  warn: "warning",
  fail: "error",
  skip: "dim",
};

/** The title above the checks of a group. */
export function groupLines(group: CheckGroup, { paint }: Page): readonly string[] {
  return [paint("strong", groupTitles[group])];
}

/** A check: a line or more for each finding. */
export function checkLines({ check, findings }: CheckResult, page: Page): readonly string[] {
  const shown: readonly Finding[] =
    findings.length === 0 ? [{ status: "ok", found: check.title }] : findings;
  return shown.flatMap((finding) => findingLines(finding, { id: check.id, page }));
}

const indent = "        ";

function findingLines(
  finding: Finding,
  { id, page }: { readonly id: string; readonly page: Page },
): readonly string[] {
  const { status, found } = finding;
  const word = page.paint(styles[status], status.padEnd(4));
  const [first = "", ...more] = wrapped(`${id}: ${found}`, page);
  const style = status === "skip" ? "dim" : undefined;
  const lines = [
    `  ${word}  ${page.paint(style, first)}`,
    ...more.map((line) => page.paint(style, line)),
  ];
  if (!isTrouble(finding)) return lines;
  return [
    ...lines,
    ...(finding.why === undefined ? [] : indented(`why: ${finding.why}`, page)),
    ...indented(`fix: ${finding.remedy}`, page),
    ...indented(`see: ${linkOf(finding)}`, page, "dim"),
  ];
}

/** Lines in the column of the texts, all of them. */
function indented(text: string, page: Page, style?: Style): readonly string[] {
  const [first = "", ...more] = wrapped(text, page);
  return [indent + first, ...more].map((line) => page.paint(style, line));
}

/** Lines in the column of the texts; the first one without its indentation. */
function wrapped(text: string, { cols }: Page): readonly string[] {
  const room = Math.max(20, cols - indent.length);
  const [first = "", ...more] = Number.isFinite(room) ? wrapText(text, room) : [text];
  return [first, ...more.map((line) => indent + line)];
}

/** What `--fix` did. */
export function fixLines(fixed: readonly AppliedFix[], { paint }: Page): readonly string[] {
  if (fixed.length === 0) return ["nothing can be mended safely by itself"];
  return fixed.map(({ check, fix, problem }) =>
    problem
      ? `${paint("error", "not mended")}  ${check.id}: ${problem.message}`
      : `${paint("good", "mended")}  ${check.id}: ${fix.title}`,
  );
}

/** The last line. */
export function summaryLine(
  { results, tookMs }: Pick<Examination, "results" | "tookMs">,
  { paint }: Page,
): string {
  const { fail, warn, ok, skip } = countsOf(results);
  const parts = [
    fail > 0 ? paint("error", `${fail} failed`) : "",
    warn > 0 ? paint("warning", counted(warn, "warning")) : "",
    ok > 0 || fail + warn === 0 ? `${ok} ok` : "",
    skip > 0 ? `${skip} skipped` : "",
  ].filter(Boolean);
  return `${parts.join(", ")} in ${took(tookMs)}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

/** What `ai-rules doctor` says to people. */
import { join } from "node:path";
import { textWidth, wrapText } from "../core/cell-text.ts";
import { type CheckGroup, type CheckStatus, countsOf, groupTitles } from "../core/diagnosis.ts";
import { took } from "../core/format.ts";
import { shellWord } from "../core/shell-word.ts";
import type { AppliedFix } from "../doctor/apply-fixes.ts";
import { type Finding, isTrouble } from "../doctor/check.ts";
import { linkOf } from "../doctor/diagnosis.ts";
import type { CheckResult } from "../doctor/run-checks.ts";
import type { Console } from "./console.ts";
import type { Examination } from "./doctor-report.ts";
import type { Style } from "./paint.ts";

type Page = Pick<Console, "cols" | "paint"> & {
  /** Of this installation: there the documents are. */
  readonly installation: string;
};

type Plain = Pick<Page, "cols" | "paint">;

/** Words, so that colours and signs are not needed to read it. */
const styles: Readonly<Record<CheckStatus, Style>> = {
  ok: "good",
  warn: "warning",
  fail: "error",
  skip: "dim",
};

/** The title above the checks of a group. */
export function groupLines(group: CheckGroup, { paint }: Plain): readonly string[] {
  return [paint("strong", groupTitles[group])];
}

/** A check: a line or more for each finding. */
export function checkLines(result: CheckResult, page: Page): readonly string[] {
  return told(result).flatMap((finding) => findingLines(finding, { id: result.check.id, page }));
}

/** A check that found nothing to tell is fine. */
function told({ check, findings }: CheckResult): readonly Finding[] {
  return findings.length === 0 ? [{ status: "ok", found: check.title }] : findings;
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
    ...(finding.why === undefined ? [] : indented(wrapped(`why: ${finding.why}`, page), page)),
    ...indented(remedyLines(`fix: ${finding.remedy}`, page), page),
    ...indented([`see: ${join(page.installation, linkOf(finding))}`], page, "dim"),
  ];
}

/** Lines in the column of the texts, of which the first one is not there yet. */
function indented(lines: readonly string[], page: Page, style?: Style): readonly string[] {
  const [first = "", ...more] = lines;
  return [indent + first, ...more].map((line) => page.paint(style, line));
}

/**
 * Commands are pasted: none is broken. One that is wider than the page stands on a line of its own,
 * which the terminal breaks and puts together again when it is copied.
 */
function remedyLines(text: string, page: Page): readonly string[] {
  const room = roomOf(page);
  if (textWidth(text) <= room) return [text];
  const isWide = (part: string) => part.startsWith("`") && textWidth(part) > room - 8;
  const parts = text.split(/(`[^`]+`)/u);
  const lines: string[] = [];
  let words = "";
  const flush = () => {
    const kept = words.replaceAll(/`[^`]+`/gu, (command) => command.replaceAll(" ", unbroken));
    const wrappedWords = wrapText(kept.trim(), room).map((line) => line.replaceAll(unbroken, " "));
    if (words.trim() !== "") lines.push(...wrappedWords);
    words = "";
  };
  for (const part of parts) {
    if (!isWide(part)) {
      words += words === "" ? part.replace(/^[,;:.] */u, "") : part;
      continue;
    }
    flush();
    lines.push(part.slice(1, -1));
  }
  flush();
  return lines.map((line, index) => (index === 0 ? line : indent + line));
}

/** One cell wide, and in no command of ours: it stands for a blank at which no line ends (private use). */
const unbroken = "\uE000";

function roomOf({ cols }: Plain): number {
  return Math.max(20, cols - indent.length);
}

/** Lines in the column of the texts; the first one without its indentation. */
function wrapped(text: string, page: Plain): readonly string[] {
  const room = roomOf(page);
  const [first = "", ...more] = Number.isFinite(room) ? wrapText(text, room) : [text];
  return [first, ...more.map((line) => indent + line)];
}

/** What `--fix` did. */
export function fixLines(fixed: readonly AppliedFix[], { paint }: Plain): readonly string[] {
  if (fixed.length === 0) return ["nothing can be mended safely by itself"];
  return fixed.map(({ check, fix, problem }) =>
    problem
      ? `${paint("error", "not mended")}  ${check.id}: ${problem.message}`
      : `${paint("good", "mended")}  ${check.id}: ${fix.title}`,
  );
}

/** The last line. It counts what stands above it: a check may have found several things. */
export function summaryLine(
  { results, tookMs }: Pick<Examination, "results" | "tookMs">,
  { paint }: Plain,
): string {
  const { fail, warn, ok, skip } = countsOf(results.flatMap(told));
  const parts = [
    fail > 0 ? paint("error", `${fail} failed`) : "",
    warn > 0 ? paint("warning", counted(warn, "warning")) : "",
    ok > 0 || fail + warn === 0 ? `${ok} ok` : "",
    skip > 0 ? `${skip} skipped` : "",
  ].filter(Boolean);
  return `${parts.join(", ")} in ${took(tookMs)}`;
}

/** Where the commands are to be run, for who sits elsewhere. */
export function placeLine(root: string, { paint }: Plain): string {
  return paint("dim", `run commands in the project's directory: cd ${shellWord(root)}`);
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

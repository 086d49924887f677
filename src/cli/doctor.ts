/** `ai-rules doctor`: looks at everything, tells it as it comes, and mends what is safe to mend. */
import { resolve } from "node:path";
import { clipText } from "../core/cell-text.ts";
import { AiRulesError } from "../core/error.ts";
import type { AppliedFix } from "../doctor/apply-fixes.ts";
import { type Check, isTrouble } from "../doctor/check.ts";
import { selectChecks } from "../doctor/checks.ts";
import { checksAfter, type ExamineRequest, examine, mend } from "../doctor/examine.ts";
import type { CheckResult } from "../doctor/run-checks.ts";
import type { Terminal } from "../platform/ports.ts";
import { findProjectRoot } from "../project/root.ts";
import type { OptionValues } from "./arguments.ts";
import type { Console, StatusLine } from "./console.ts";
import { doctorReport } from "./doctor-report.ts";
import { checkLines, fixLines, groupLines, placeLine, summaryLine } from "./doctor-text.ts";
import { jsonText } from "./models-report.ts";
import { createPaint } from "./paint.ts";
import { assertReadable } from "./readable-project.ts";
import { exitCodeOfSignal, interruptible, type Tools } from "./run-job.ts";
import { version } from "./version.ts";

export type DoctorTools = Tools & {
  /** The terminal that may be asked what it can do. */
  readonly terminal?: Terminal;
};

export type DoctorInvocation = {
  /** Ids of checks and groups, like those of `--only`. */
  readonly arguments: readonly string[];
  readonly options: OptionValues;
};

/** Runs the command; resolves to the exit code. */
export async function doctor(
  tools: DoctorTools,
  { arguments: named, options }: DoctorInvocation,
  cwd: string,
): Promise<number> {
  const { ports, console, terminal } = tools;
  if (options.screens && options.report === undefined) throw screensAlone();
  const only = [...named, ...(options.only ?? [])];
  const checks = selectChecks(only);
  const { path: root } = await findProjectRoot(ports, resolve(cwd, options.cwd ?? ""));
  // A report is to show just that.
  if (options.report === undefined) await assertReadable(ports, root);
  const startedAt = ports.clock.monotonic();
  const tell = options.json ? () => {} : (lines: readonly string[]) => console.out(lines);
  const patience = only.length > 0 ? patienceForSome : 1;
  const asked = terminal?.isTty && !options.json ? { terminal } : {};
  const program = { version: version(), node: process.versions.node };
  const isDrawn = options.json || Number.isFinite(console.cols);
  const progress = isDrawn && console.status ? { status: console.status } : {};
  const visit = { ports, root, program, checks, patience, console, tell, ...asked, ...progress };
  const { results, fixed, signal } = await interruptible(tools, async (abort) => {
    const first = await examination({ ...visit, abort });
    const isMended = options.fix && !abort.aborted;
    return isMended ? mendAll({ ...visit, abort }, first) : { results: first, fixed: [] };
  });
  if (signal !== undefined) return exitCodeOfSignal(signal);
  const tookMs = Math.round(ports.clock.monotonic() - startedAt);
  const report = doctorReport({ program: program.version, project: root, results, fixed, tookMs });
  if (options.json) console.out([jsonText(report)]);
  const isElsewhere = (await ports.files.realPath(resolve(cwd))) !== root;
  const hasTroubles = results.some(({ findings }) => findings.some(isTrouble));
  if (isElsewhere && hasTroubles) tell([placeLine(root, console)]);
  tell([summaryLine({ results, tookMs }, console)]);
  if (options.report !== undefined) {
    const { writeArchive } = await import("./doctor-archive.ts");
    const { installation } = ports.host;
    const plain = { cols: Number.POSITIVE_INFINITY, paint: createPaint(false), installation };
    const lines = results.flatMap((result) => checkLines(result, plain));
    const checked = { json: jsonText(report), lines };
    const { report: file, yes = false, screens = false } = options;
    const order = { file, cwd, root, checked, yes, screens };
    if (!(await writeArchive(tools, order))) return 1;
  }
  return report.ok ? 0 : 1;
}

function screensAlone(): AiRulesError {
  return new AiRulesError({
    code: "usage/option",
    message: "--screens is for the archive of --report",
    remedy: "run `ai-rules doctor --report --screens`",
  });
}

/** Who names what is to be looked at wants to know it, also on a busy machine. */
const patienceForSome = 6;

type Visit = ExamineRequest & {
  readonly console: Console;
  readonly tell: (lines: readonly string[]) => void;
  /** Not where each line goes to a pipe: its reader (`less`) may draw on the same terminal. */
  readonly status?: StatusLine;
};

/** All checks once, each told as it is done. */
async function examination(visit: Visit): Promise<readonly CheckResult[]> {
  const teller = tellInOrder(visit);
  try {
    return await examine(visit, teller.add);
  } finally {
    teller.end();
  }
}

/** Mends, and looks again wherever something was wrong. */
async function mendAll(
  visit: Visit,
  before: readonly CheckResult[],
): Promise<{ readonly results: readonly CheckResult[]; readonly fixed: readonly AppliedFix[] }> {
  const { console, tell } = visit;
  const fixed = await mend(visit, before);
  tell([...fixLines(fixed, console), ""]);
  if (fixed.length === 0) return { results: before, fixed };
  const after = await examination({ ...visit, checks: checksAfter(before, fixed) });
  const results = before.map((old) => after.find(({ check }) => check === old.check) ?? old);
  return { results, fixed };
}

/** The ^C that a terminal echoes must not wrap: what is in the line before would stay. */
const echoCols = 3;

/** Groups and checks in their order, each as soon as it and all before it are done. */
function tellInOrder({ ports, checks, console, tell, status }: Visit) {
  const { installation } = ports.host;
  const page = { cols: console.cols, paint: console.paint, installation };
  const waiting = [...checks];
  const done = new Map<Check, CheckResult>();
  let group: Check["group"] | undefined;
  const add = (result: CheckResult) => {
    done.set(result.check, result);
    status?.show("");
    for (let next = waiting[0]; next; next = waiting[0]) {
      const told = done.get(next);
      if (!told) break;
      waiting.shift();
      if (next.group !== group) tell([...(group ? [""] : []), ...groupLines(next.group, console)]);
      group = next.group;
      tell(checkLines(told, page));
      if (waiting.length === 0) tell([""]);
    }
    const first = waiting[0];
    if (status && first)
      status.show(
        clipText(
          `${done.size} of ${checks.length}; ${first.id}: ${first.title} ...`,
          status.cols() - echoCols,
        ),
      );
  };
  return { add, end: () => status?.show("") };
}

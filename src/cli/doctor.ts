/** `ai-rules doctor`: looks at everything, tells it as it comes, and mends what is safe to mend. */
import { resolve } from "node:path";
import { clipText } from "../core/cell-text.ts";
import { type AppliedFix, applyFixes } from "../doctor/apply-fixes.ts";
import { type Check, isTrouble } from "../doctor/check.ts";
import { selectChecks } from "../doctor/checks.ts";
import { createDoctorContext } from "../doctor/context.ts";
import { type CheckResult, runChecks } from "../doctor/run-checks.ts";
import type { Ports, Terminal } from "../platform/ports.ts";
import { findProjectRoot } from "../project/root.ts";
import type { OptionValues } from "./arguments.ts";
import type { Console } from "./console.ts";
import { doctorReport } from "./doctor-report.ts";
import { checkLines, fixLines, groupLines, placeLine, summaryLine } from "./doctor-text.ts";
import { jsonText } from "./models-report.ts";
import { createPaint } from "./paint.ts";
import { assertReadable } from "./readable-project.ts";
import { version } from "./version.ts";

export type DoctorTools = {
  readonly ports: Ports;
  readonly console: Console;
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
  { ports, console, terminal }: DoctorTools,
  { arguments: named, options }: DoctorInvocation,
  cwd: string,
): Promise<number> {
  const only = [...named, ...(options.only ?? [])];
  const checks = selectChecks(only);
  const { path: root } = await findProjectRoot(ports, resolve(cwd, options.cwd ?? ""));
  await assertReadable(ports, root);
  const startedAt = ports.clock.monotonic();
  const tell = options.json ? () => {} : (lines: readonly string[]) => console.out(lines);
  const patience = only.length > 0 ? patienceForSome : 1;
  const asked = terminal?.isTty && !options.json ? { terminal } : {};
  const examine = { ports, root, checks, patience, console, tell, ...asked };
  const first = await examination(examine);
  const { results, fixed } = options.fix
    ? await mend(examine, first)
    : { results: first, fixed: [] };
  const tookMs = Math.round(ports.clock.monotonic() - startedAt);
  const report = doctorReport({ program: version(), project: root, results, fixed, tookMs });
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
    const order = { file: options.report, cwd, root, checked, yes: options.yes === true };
    await writeArchive({ ports, console }, order);
  }
  return report.ok ? 0 : 1;
}

/** Who names what is to be looked at wants to know it, also on a busy machine. */
const patienceForSome = 6;

type Examine = DoctorTools & {
  readonly root: string;
  readonly patience: number;
  readonly checks: readonly Check[];
  readonly tell: (lines: readonly string[]) => void;
};

/** All checks once; what they have started is ended. */
async function examination(examine: Examine): Promise<readonly CheckResult[]> {
  const { ports, root, checks, patience, terminal, console, tell } = examine;
  const end = new AbortController();
  const program = { version: version(), node: process.versions.node };
  const context = createDoctorContext({
    ports,
    root,
    program,
    patience,
    abort: end.signal,
    ...(terminal ? { terminal } : {}),
  });
  const { installation } = ports.host;
  const teller = tellInOrder({ checks, console, tell, installation });
  try {
    return await runChecks(checks, context, teller.add);
  } finally {
    end.abort();
    teller.end();
    await Promise.all([...context.cleanups].map((cleanup) => cleanup()));
  }
}

/** Mends, and looks again wherever something was wrong: one deed may mend several things. */
async function mend(
  examine: Examine,
  before: readonly CheckResult[],
): Promise<{ readonly results: readonly CheckResult[]; readonly fixed: readonly AppliedFix[] }> {
  const { ports, root, console, tell } = examine;
  const program = { version: version(), node: process.versions.node };
  const { signal: abort } = new AbortController();
  const fixed = await applyFixes(before, createDoctorContext({ ports, root, program, abort }));
  tell(["", ...fixLines(fixed, console)]);
  if (fixed.length === 0) return { results: before, fixed };
  const checks = before
    .filter(({ findings }) => findings.some(isTrouble))
    .map(({ check }) => check);
  const after = await examination({ ...examine, checks });
  const results = before.map((old) => after.find(({ check }) => check === old.check) ?? old);
  return { results, fixed };
}

type Telling = Pick<Examine, "checks" | "tell"> & {
  readonly console: Console;
  readonly installation: string;
};

/** Groups and checks in their order, each as soon as it and all before it are done. */
function tellInOrder({ checks, console, tell, installation }: Telling) {
  const page = { cols: console.cols, paint: console.paint, installation };
  const waiting = [...checks];
  const done = new Map<Check, CheckResult>();
  let group: Check["group"] | undefined;
  const add = (result: CheckResult) => {
    done.set(result.check, result);
    console.status?.show("");
    for (let next = waiting[0]; next; next = waiting[0]) {
      const told = done.get(next);
      if (!told) break;
      waiting.shift();
      if (next.group !== group) tell([...(group ? [""] : []), ...groupLines(next.group, console)]);
      group = next.group;
      tell(checkLines(told, page));
      if (waiting.length === 0) tell([""]);
    }
    const { status } = console;
    const first = waiting[0];
    if (status && first)
      status.show(clipText(`${first.id}: ${first.title} ...`, status.cols() - 1));
  };
  return { add, end: () => console.status?.show("") };
}

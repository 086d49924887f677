import type { ProcessInfo } from "../platform/ports.ts";

/** Names one process for ever, also in a file that is read much later. */
export type ProcessRecord = Pick<ProcessInfo, "pid" | "startedAt">;

/** The record of a process: nothing else of it is kept, its command line may hold secrets. */
export function recordOf({ pid, startedAt }: ProcessRecord): ProcessRecord {
  return { pid, startedAt };
}

/** Whether two records name the same process. */
export function sameProcess(a: ProcessRecord, b: ProcessRecord): boolean {
  return a.pid === b.pid && a.startedAt === b.startedAt;
}

/** Whether a process is among those recorded. */
export function isRecorded(process: ProcessRecord, records: readonly ProcessRecord[]): boolean {
  return records.some((record) => sameProcess(record, process));
}

/** A record read from a file; undefined when it is none. */
export function parseProcessRecord(value: unknown): ProcessRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!("pid" in value && "startedAt" in value)) return undefined;
  const { pid, startedAt } = value;
  // Pids 0 and below would name groups, 1 is the init process.
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 1) return undefined;
  return typeof startedAt === "string" ? { pid, startedAt } : undefined;
}

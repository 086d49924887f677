import type { Processes } from "./ports.ts";
import { createLinuxProcessTable } from "./process-table-linux.ts";
import { createPsProcessTable } from "./process-table-ps.ts";

/** The processes of this machine: from /proc on Linux, from `ps` elsewhere. */
export function createProcesses(): Processes {
  const table = process.platform === "linux" ? createLinuxProcessTable() : createPsProcessTable();
  return { ownPid: process.pid, ...table, signal };
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  // 0 would mean our own group, -1 every process there is.
  if (Math.abs(pid) <= 1) return false;
  try {
    return process.kill(pid, name);
  } catch (error) {
    // EPERM: it exists and belongs to someone else.
    return name === 0 && error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

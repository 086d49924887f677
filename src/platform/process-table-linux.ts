/**
 * Processes read from /proc (proc(5)). Files of /proc are made by the kernel while they are read,
 * in microseconds and without a disk, so they are read synchronously: that is several times cheaper
 * than a round through the thread pool.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Processes, ProcessInfo } from "./ports.ts";
import { subtree } from "./process-subtree.ts";

/** Reads the process table of Linux. */
export function createLinuxProcessTable(): Pick<Processes, "list" | "find" | "tree"> {
  const machine: Machine = { boot: bootId(), pageBytes: pageBytes() };
  const list = () => readAll(machine, numbersIn("/proc"));
  // Kernels can be built without this file (CONFIG_PROC_CHILDREN).
  const knowsChildren = existsSync(`/proc/self/task/${process.pid}/children`);
  return {
    list: async () => list(),
    find: async (pid) => readOne(machine, pid),
    tree: async (pid) =>
      knowsChildren ? readAll(machine, [pid, ...descendants(pid)]) : subtree(list(), pid),
  };
}

type Machine = { readonly boot: string; readonly pageBytes: number };

function readAll(machine: Machine, pids: readonly number[]): readonly ProcessInfo[] {
  return pids.map((pid) => readOne(machine, pid)).filter((found) => found !== undefined);
}

function readOne(machine: Machine, pid: number): ProcessInfo | undefined {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  // The name stands in parentheses and may hold any character, also ")".
  const nameEnd = stat.lastIndexOf(")");
  const [state, parent, group, ...rest] = stat.slice(nameEnd + 2).split(" ");
  if (nameEnd < 0 || state === "Z" || state === "X") return undefined;
  const startTicks = rest[16]; // field 22 of proc(5), counted from 1
  const residentPages = Number(rest[18]); // field 24
  const args = readOrNothing(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trimEnd();
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    startedAt: `${machine.boot}-${startTicks}`,
    residentBytes: residentPages * machine.pageBytes,
    command: args || stat.slice(stat.indexOf("(") + 1, nameEnd),
  };
}

/** Breadth first, so a parent stands before its children. */
function descendants(root: number): readonly number[] {
  const found: number[] = [];
  let generation: readonly number[] = [root];
  while (generation.length > 0) {
    generation = generation.flatMap(childrenOf);
    found.push(...generation);
  }
  return found;
}

function childrenOf(pid: number): readonly number[] {
  return numbersIn(`/proc/${pid}/task`).flatMap((task) =>
    readOrNothing(`/proc/${pid}/task/${task}/children`).split(" ").filter(Boolean).map(Number),
  );
}

/** Start times count from boot and a runtime directory can outlive a boot. */
function bootId(): string {
  return readOrNothing("/proc/sys/kernel/random/boot_id").slice(0, 8);
}

/** Node does not tell the page size; it follows from one size told in bytes and in pages. */
function pageBytes(): number {
  const pages = Number(readOrNothing("/proc/self/statm").split(" ")[1]);
  const ratio = process.memoryUsage.rss() / pages;
  return pages > 0 ? 2 ** Math.round(Math.log2(ratio)) : 4096;
}

function numbersIn(directory: string): readonly number[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** What is gone in the middle of reading reads as nothing. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Processes read from `ps`, for macOS and other systems without /proc. */
import { execFile } from "node:child_process";
import type { Processes, ProcessInfo } from "./ports.ts";

/** Reads the process table that `ps` prints. */
export function createPsProcessTable(): Pick<Processes, "list" | "find" | "tree"> {
  return {
    list,
    find: async (pid) => (await ps(["-p", String(pid)]))[0],
    tree: async (pid) => subtree(await list(), pid),
  };
}

function list(): Promise<readonly ProcessInfo[]> {
  return ps(["-A"]);
}

const columns = ["pid=", "ppid=", "pgid=", "stat=", "lstart=", "rss=", "command="].flatMap((c) => [
  "-o",
  c,
]);

function ps(selection: readonly string[]): Promise<readonly ProcessInfo[]> {
  const options = { env: { PATH: "/bin:/usr/bin", LC_ALL: "C" }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    // It ends with 1 when no process matches; what it printed counts all the same.
    execFile("ps", ["-ww", ...selection, ...columns], options, (_error, stdout) => {
      resolve(parsePs(stdout));
    });
  });
}

// pid, parent, group, state, "Mon Nov 23 04:59:21 2026", resident KiB, command
const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(\d+)\s+(.*)$/;

/** Reads the output of `ps -o pid= -o ppid= -o pgid= -o stat= -o lstart= -o rss= -o command=`. */
export function parsePs(output: string): readonly ProcessInfo[] {
  return output.split("\n").flatMap((text) => {
    const [, pid, parent, group, state, startedAt, kibibytes, command] = line.exec(text) ?? [];
    if (!pid || state?.startsWith("Z")) return [];
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      startedAt: startedAt?.replace(/\s+/g, " ") ?? "",
      residentBytes: Number(kibibytes) * 1024,
      command: command ?? "",
    };
  });
}

function subtree(all: readonly ProcessInfo[], root: number): readonly ProcessInfo[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

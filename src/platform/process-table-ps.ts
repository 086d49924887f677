/** Processes read from `ps`, for macOS and other systems without /proc. */
import type { Processes, ProcessInfo } from "./ports.ts";
import { subtree } from "./process-subtree.ts";

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

async function ps(selection: readonly string[]): Promise<readonly ProcessInfo[]> {
  // Linux never needs it, and its start is counted in milliseconds.
  const { execFile } = await import("node:child_process");
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

/**
 * What a program leaves behind: processes, listening ports, files. A child whose parent died hangs
 * below pid 1, so a tree walk alone misses it; tests give each run a variable of its own in the
 * environment, which every descendant inherits, and look for that as well.
 */
import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export type RunningProcess = {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
};

/** All living processes; zombies are dead and not among them. */
export async function listProcesses(): Promise<readonly RunningProcess[]> {
  return process.platform === "linux" ? listFromProc() : listFromPs();
}

/** The processes below a pid, at any depth, without itself. */
export async function descendantsOf(pid: number): Promise<readonly RunningProcess[]> {
  const all = await listProcesses();
  const below = (parent: number): readonly RunningProcess[] =>
    all.filter((each) => each.parent === parent).flatMap((child) => [child, ...below(child.pid)]);
  return below(pid);
}

/** The processes whose environment holds `NAME=value` as it was when they were started. */
export async function processesWith(variable: string): Promise<readonly RunningProcess[]> {
  const all = await listProcesses();
  const marked = await Promise.all(all.map((each) => hasVariable(each.pid, variable)));
  return all.filter((each, index) => marked[index] === true && each.pid !== process.pid);
}

/** The TCP ports on which the given processes listen, in ascending order. */
export async function listeningPorts(pids: readonly number[]): Promise<readonly number[]> {
  if (pids.length === 0) return [];
  const ports =
    process.platform === "linux" ? await portsFromProc(pids) : await portsFromLsof(pids);
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** Whether something listens on a TCP port of this machine. */
export async function isListening(port: number): Promise<boolean> {
  if (process.platform === "linux")
    return (await listeningSockets()).some((socket) => socket.port === port);
  return run("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN"]).then(
    () => true,
    () => false,
  );
}

/** All files below some directories; a directory that is not there holds none. */
export async function filesBelow(...directories: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(
    directories.map(async (directory) => {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
        () => [],
      );
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return lists.flat().sort();
}

/** Waits until a list is empty; on time-out it rejects with what is still there. */
export async function untilGone<T>(
  what: string,
  list: () => Promise<readonly T[]>,
  timeoutMs = 10_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const left = await list();
    if (left.length === 0) return;
    if (performance.now() > end)
      throw new Error(`${what} still there after ${timeoutMs} ms:\n${describe(left)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function describe(things: readonly unknown[]): string {
  return things
    .map((each) => (typeof each === "string" ? each : JSON.stringify(each)))
    .map((line) => `  ${line}`)
    .join("\n");
}

async function listFromProc(): Promise<readonly RunningProcess[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => readProcess(Number(name))));
  return found.filter((each) => each !== undefined);
}

/** proc(5): the command's name stands in brackets and may hold anything; state and parent follow. */
async function readProcess(pid: number): Promise<RunningProcess | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return undefined;
  const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return undefined;
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  const name = stat.slice(stat.indexOf("("), stat.lastIndexOf(")") + 1);
  return { pid, parent: Number(parent), command: line.replaceAll("\0", " ").trim() || name };
}

async function listFromPs(): Promise<readonly RunningProcess[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,stat=,command="]);
  return stdout.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (match === null || match[3]?.startsWith("Z") === true) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), command: match[4] ?? "" }];
  });
}

async function hasVariable(pid: number, variable: string): Promise<boolean> {
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    return text.split("\0").includes(variable);
  }
  const { stdout } = await run("ps", ["eww", "-o", "command=", "-p", String(pid)]).catch(() => ({
    stdout: "",
  }));
  return stdout.split(" ").includes(variable);
}

type ListeningSocket = { readonly port: number; readonly inode: string };

/** proc(5), net/tcp: field 1 is address:port in hex, 3 the state (0A listens), 9 the inode. */
async function listeningSockets(): Promise<readonly ListeningSocket[]> {
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return tables.flatMap((table) =>
    table.split("\n").flatMap((line) => {
      const fields = line.trim().split(/\s+/);
      if (fields[3] !== "0A") return [];
      const port = Number.parseInt(fields[1]?.split(":")[1] ?? "", 16);
      return [{ port, inode: fields[9] ?? "" }];
    }),
  );
}

async function portsFromProc(pids: readonly number[]): Promise<readonly number[]> {
  const [sockets, open] = await Promise.all([
    listeningSockets(),
    Promise.all(pids.map(openSockets)),
  ]);
  const held = new Set(open.flat());
  return sockets.filter((socket) => held.has(socket.inode)).map((socket) => socket.port);
}

async function openSockets(pid: number): Promise<readonly string[]> {
  const directory = `/proc/${pid}/fd`;
  const names = await readdir(directory).catch(() => []);
  const targets = await Promise.all(
    names.map((name) => readlink(join(directory, name)).catch(() => "")),
  );
  return targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
}

async function portsFromLsof(pids: readonly number[]): Promise<readonly number[]> {
  const which = `-a -nP -iTCP -sTCP:LISTEN -Fn -p ${pids.join(",")}`;
  const { stdout } = await run("lsof", which.split(" ")).catch(() => ({ stdout: "" }));
  return [...stdout.matchAll(/^n.*:(\d+)$/gm)].map((match) => Number(match[1]));
}

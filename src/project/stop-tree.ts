/**
 * Ends a process with all that it started. A tree has three kinds of members: those in the process
 * group of its root, those that hang below it but left the group (`setsid`, a job of a shell), and
 * those that hang below nobody any more because their parent died. The first two are seen in the
 * process table; the last only if they were recorded before, so everything seen is remembered.
 */
import type { Ports, ProcessInfo } from "../platform/ports.ts";
import { isRecorded, type ProcessRecord, recordOf } from "./process-record.ts";

export type Tree = {
  readonly pid: number;
  /** The group its root leads. */
  readonly groupPid: number;
  /** Members that were seen earlier. With the root among them, a pid used again is not mistaken. */
  readonly known?: readonly ProcessRecord[];
  /** From TERM to KILL, in ms (default 5000). */
  readonly graceMs?: number;
  /**
   * Its terminal is gone: SIGHUP comes before TERM. Shells need it, an interactive one ignores TERM
   * (bash(1), "Signals").
   */
  readonly hangUp?: boolean;
};

/** What ended only by KILL; empty when all went by themselves. */
export type StoppedTree = { readonly killed: readonly ProcessRecord[] };

type StopPorts = Pick<Ports, "processes" | "clock">;

/** Between looks at the process table, in ms; each look costs some milliseconds itself. */
const firstPollMs = 50;
const slowestPollMs = 400;
/** What is left of a tree when its group has ended gets a TERM of its own and this long, in ms. */
const stragglerGraceMs = 1000;
/** KILL cannot be refused, but a process in an uninterruptible wait ends late, in ms. */
const killWaitMs = 2000;

/** TERM to the group, a grace, KILL to the group and to each member that lives on. */
export async function stopProcessTree(ports: StopPorts, tree: Tree): Promise<StoppedTree> {
  const members = await createMembers(ports, tree);
  if (members.living().length === 0) return { killed: [] };
  const end = ports.clock.monotonic() + (tree.graceMs ?? 5000);

  for (const name of tree.hangUp ? (["SIGHUP", "SIGTERM"] as const) : (["SIGTERM"] as const)) {
    if (members.ownsGroup()) ports.processes.signal(-tree.groupPid, name);
    else sendEach(ports, members.living(), name);
  }
  await waitUntil(ports, { end, done: members.groupIsEmpty, look: members.look });

  const stragglerEnd = Math.min(end, ports.clock.monotonic() + stragglerGraceMs);
  sendEach(ports, members.living(), "SIGTERM");
  await waitUntil(ports, { end: stragglerEnd, done: members.isEmpty, look: members.look });

  const killed: ProcessRecord[] = [];
  const kill = async () => {
    killed.push(
      ...members
        .living()
        .filter((process) => !isRecorded(process, killed))
        .map(recordOf),
    );
    if (!members.groupIsEmpty()) ports.processes.signal(-tree.groupPid, "SIGKILL");
    sendEach(ports, members.living(), "SIGKILL");
    await members.look();
  };
  if (!members.isEmpty()) await kill();
  // What a member started in the meantime is met with KILL as well.
  const killEnd = ports.clock.monotonic() + killWaitMs;
  await waitUntil(ports, { end: killEnd, done: members.isEmpty, look: kill });
  return { killed };
}

/** TERM to single processes, a grace, KILL; those that are gone or are others by now are skipped. */
export async function stopProcesses(
  ports: StopPorts,
  { records, graceMs }: { readonly records: readonly ProcessRecord[]; readonly graceMs: number },
): Promise<readonly ProcessRecord[]> {
  const living = async () =>
    (await ports.processes.list()).filter((process) => isRecorded(process, records));
  let left = await living();
  const met = left.map(recordOf);
  const look = async () => {
    left = await living();
  };
  const done = () => left.length === 0;
  sendEach(ports, left, "SIGTERM");
  await waitUntil(ports, { end: ports.clock.monotonic() + graceMs, done, look });
  sendEach(ports, left, "SIGKILL");
  await waitUntil(ports, { end: ports.clock.monotonic() + killWaitMs, done, look });
  return met;
}

type Members = {
  readonly living: () => readonly ProcessInfo[];
  readonly ownsGroup: () => boolean;
  readonly groupIsEmpty: () => boolean;
  readonly isEmpty: () => boolean;
  /** Looks at the process table again. */
  readonly look: () => Promise<void>;
};

async function createMembers({ processes }: StopPorts, tree: Tree): Promise<Members> {
  let records: readonly ProcessRecord[] = tree.known ?? [];
  let living: readonly ProcessInfo[] = [];
  const look = async () => {
    living = membersAmong(await processes.list(), { tree, records });
    const fresh = living.filter((process) => !isRecorded(process, records));
    records = [...records, ...fresh.map(recordOf)];
  };
  const inGroup = () => living.some(({ group }) => group === tree.groupPid);
  await look();
  return {
    living: () => living,
    ownsGroup: inGroup,
    groupIsEmpty: () => !inGroup(),
    isEmpty: () => living.length === 0,
    look,
  };
}

type Look = { readonly tree: Tree; readonly records: readonly ProcessRecord[] };

/** The root's group, the recorded ones, and all that hang below them. */
function membersAmong(all: readonly ProcessInfo[], look: Look): readonly ProcessInfo[] {
  const trusted = isOurs(all, look);
  const roots = all.filter(
    (process) =>
      isRecorded(process, look.records) ||
      (trusted && (process.pid === look.tree.pid || process.group === look.tree.groupPid)),
  );
  const members = new Map(roots.map((process) => [process.pid, process]));
  // A Map is walked in the order of insertion, also over what is added on the way.
  for (const pid of members.keys())
    for (const process of all) if (process.parent === pid) members.set(process.pid, process);
  return [...members.values()];
}

/** False when the pid was given to another process since the root was recorded. */
function isOurs(all: readonly ProcessInfo[], { tree, records }: Look): boolean {
  const recorded = records.filter(({ pid }) => pid === tree.pid);
  const root = all.find(({ pid }) => pid === tree.pid);
  return !root || recorded.length === 0 || isRecorded(root, recorded);
}

function sendEach(
  { processes }: StopPorts,
  targets: readonly ProcessInfo[],
  name: NodeJS.Signals,
): void {
  for (const { pid } of targets) processes.signal(pid, name);
}

type Wait = {
  readonly end: number;
  readonly done: () => boolean;
  readonly look: () => Promise<void>;
};

async function waitUntil({ clock }: StopPorts, { end, done, look }: Wait): Promise<void> {
  let pollMs = firstPollMs;
  while (!done() && clock.monotonic() < end) {
    await clock.wait(Math.min(pollMs, Math.max(end - clock.monotonic(), 1)));
    await look();
    pollMs = Math.min(pollMs * 1.5, slowestPollMs);
  }
}

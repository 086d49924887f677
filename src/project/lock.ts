/** One ai-rules a project. The lock is a file that names its holder; a dead holder holds nothing. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { AiRulesError, type Problem } from "../core/error.ts";
import { moment } from "../core/format.ts";
import type { Ports } from "../platform/ports.ts";
import { projectKey } from "./directories.ts";
import { type ProcessRecord, parseProcessRecord, sameProcess } from "./process-record.ts";

export type LockHolder = ProcessRecord & {
  /** The device of its terminal, e.g. "/dev/pts/3". */
  readonly tty?: string;
  /** When it took the lock (ms since the epoch). */
  readonly since: number;
};

export type LockResult =
  | { readonly type: "acquired"; readonly release: () => Promise<void> }
  | { readonly type: "held"; readonly holder: LockHolder; readonly problem: Problem };

export type LockRequest = {
  /** As made by `openRuntimeDirectory`. */
  readonly runtimeDirectory: string;
  readonly root: string;
  readonly tty?: string;
  /** What is locked: a project for `ai-rules tui`, unless a command names its own deed. */
  readonly deed?: "init";
};

type LockPorts = Pick<Ports, "files" | "processes" | "clock">;

const attempts = 100;
const retryMs = 20;

/** Takes the lock of a project, over from a dead holder if need be; only one of many gets it. */
export async function acquireLock(ports: LockPorts, request: LockRequest): Promise<LockResult> {
  const path = lockPath(request);
  const own = await describeSelf(ports, request.tty);
  const text = JSON.stringify(own);
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (await ports.files.createExclusively(path, text)) return acquired(ports, { path, text });
    const present = await ports.files.readText(path);
    if (present === undefined) continue;
    const holder = parseHolder(present);
    if (holder && (await lives(ports, holder))) return held(request, holder, ports.clock.now());
    if (await takeOver(ports, { path, text, stale: present }))
      return acquired(ports, { path, text });
    await ports.clock.wait(retryMs);
  }
  throw new AiRulesError({
    code: "run/lock-contended",
    message: `many starts at once compete for ${basename(request.root)}`,
    remedy: "start it again",
  });
}

function lockPath({ runtimeDirectory, root, deed }: LockRequest): string {
  return join(runtimeDirectory, `${deed ?? "lock"}-${projectKey(root)}`);
}

/** Who holds the lock of a project; undefined when nobody does who lives. Nothing is taken. */
export async function lockHolder(
  ports: Pick<Ports, "files" | "processes">,
  request: LockRequest,
): Promise<LockHolder | undefined> {
  const text = await ports.files.readText(lockPath(request));
  const holder = text === undefined ? undefined : parseHolder(text);
  return holder && (await lives(ports, holder)) ? holder : undefined;
}

/** The locks, and rights to take one over, whose holders are dead: they hold nothing, and lie around. */
export async function staleLocks(
  ports: Pick<Ports, "files" | "processes">,
  runtimeDirectory: string,
): Promise<readonly string[]> {
  const names = (await ports.files.list(runtimeDirectory)).filter((name) =>
    /^(lock|init)-/u.test(name),
  );
  const paths = names.map((name) => join(runtimeDirectory, name));
  const stale = await Promise.all(paths.map(async (path) => isStale(ports, path)));
  return paths.filter((_, index) => stale[index]);
}

async function isStale(ports: Pick<Ports, "files" | "processes">, path: string): Promise<boolean> {
  const text = await ports.files.readText(path);
  if (text === undefined) return false;
  const holder = parseHolder(text);
  return !holder || !(await lives(ports, holder));
}

/** Removes a stale lock, unless somebody takes it over meanwhile. */
export async function removeStaleLock(ports: LockPorts, path: string): Promise<void> {
  const stale = await ports.files.readText(path);
  if (stale === undefined || !(await isStale(ports, path))) return;
  // Nobody else can then be about to replace it.
  const own = JSON.stringify(await describeSelf(ports));
  if (!(await takeOver(ports, { path, text: own, stale }))) return;
  if ((await ports.files.readText(path)) === own) await ports.files.remove(path);
}

async function describeSelf({ processes, clock }: LockPorts, tty?: string): Promise<LockHolder> {
  const self = await processes.find(processes.ownPid);
  const startedAt = self?.startedAt ?? "";
  return { pid: processes.ownPid, startedAt, since: clock.now(), ...(tty ? { tty } : {}) };
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const record = parseProcessRecord(value);
    if (!record || typeof value !== "object" || value === null) return undefined;
    const tty = "tty" in value && typeof value.tty === "string" ? { tty: value.tty } : {};
    const since = "since" in value && typeof value.since === "number" ? value.since : 0;
    return { ...record, since, ...tty };
  } catch {
    return undefined;
  }
}

async function lives(
  { processes }: Pick<Ports, "processes">,
  holder: LockHolder,
): Promise<boolean> {
  const found = await processes.find(holder.pid);
  return found !== undefined && sameProcess(found, holder);
}

type TakeOver = { readonly path: string; readonly text: string; readonly stale: string };

/**
 * Replaces one certain stale lock. The right to do so is a file named after that lock's content, so
 * of two at once one waits, and then finds that the content has changed.
 */
async function takeOver(ports: LockPorts, { path, text, stale }: TakeOver): Promise<boolean> {
  const { files } = ports;
  const right = `${path}.${createHash("sha256").update(stale).digest("hex").slice(0, 8)}`;
  if (!(await files.createExclusively(right, text))) {
    const other = parseHolder((await files.readText(right)) ?? "");
    if (!other || !(await lives(ports, other))) await files.remove(right);
    return false;
  }
  const unchanged = (await files.readText(path)) === stale;
  if (unchanged) await files.writeAtomically(path, text);
  await files.remove(right);
  return unchanged;
}

function acquired(
  { files }: LockPorts,
  { path, text }: { path: string; text: string },
): LockResult {
  const release = async () => {
    if ((await files.readText(path)) === text) await files.remove(path);
  };
  return { type: "acquired", release };
}

function held({ root, deed }: LockRequest, holder: LockHolder, now: number): LockResult {
  const { pid, tty, since } = holder;
  const where = tty ? ` in terminal ${tty}` : "";
  const time = since > 0 ? `, since ${moment(since, now)}` : "";
  const program = deed === undefined ? "ai-rules" : `ai-rules ${deed}`;
  const problem: Problem = {
    code: "run/already-running",
    message: `${program} already runs in ${basename(root)}: process ${pid}${where}${time}`,
    remedy: `go to that terminal, or end it with \`kill ${pid}\``,
  };
  return { type: "held", holder, problem };
}

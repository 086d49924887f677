/**
 * What a run started is written down as it happens. If ai-rules is killed, most children end with
 * their terminal, but not all: a command of an agent can have left its session. The next start finds
 * the record and ends them.
 */
import { join } from "node:path";
import type { Ports } from "../platform/ports.ts";
import { isRecorded, type ProcessRecord, parseProcessRecord, recordOf } from "./process-record.ts";
import { abandonedRunDirectories } from "./run-directory.ts";
import { stopProcesses } from "./stop-tree.ts";

export type ProcessLedger = {
  /** Writes a started process down; what it starts is seen by the next sample. */
  readonly started: (pid: number) => Promise<void>;
  /** Looks at the trees of all started processes; to be called every few seconds. */
  readonly sample: () => Promise<void>;
  /** Everything ever seen in the tree of a started process that has not been forgotten. */
  readonly treeOf: (pid: number) => readonly ProcessRecord[];
  /** Its tree was stopped: nothing of it has to be remembered. */
  readonly stopped: (pid: number) => Promise<void>;
};

type LedgerPorts = Pick<Ports, "files" | "processes" | "log">;

const fileName = "processes.json";

/** Keeps the record of the processes of one run, in its run directory. */
export function createProcessLedger(ports: LedgerPorts, runDirectory: string): ProcessLedger {
  const { files, processes, log } = ports;
  const trees = new Map<number, readonly ProcessRecord[]>();
  let written = "";
  let writing: Promise<void> = Promise.resolve();

  const write = () => {
    // One after the other, and each writes what holds when its turn comes.
    writing = writing.then(async () => {
      const text = JSON.stringify([...trees.values()].flat());
      if (text === written) return;
      written = text;
      await files.writeAtomically(join(runDirectory, fileName), text).catch((error: unknown) => {
        log.warn(`started processes could not be written down: ${String(error)}`);
      });
    });
    return writing;
  };
  const look = async (pid: number) => {
    const seen = (await processes.tree(pid)).map(recordOf);
    const known = trees.get(pid) ?? [];
    const alive = await Promise.all(
      known
        .filter((record) => !isRecorded(record, seen))
        .map(async (record) => {
          const found = await processes.find(record.pid);
          return found && isRecorded(found, [record]) ? [record] : [];
        }),
    );
    return [...seen, ...alive.flat()];
  };

  return {
    started: async (pid) => {
      // It has no children yet, and looking for some reads the whole process table.
      trees.set(pid, []);
      const root = await processes.find(pid);
      if (root && trees.has(pid)) trees.set(pid, [recordOf(root)]);
      await write();
    },
    sample: async () => {
      for (const pid of trees.keys()) {
        const records = await look(pid);
        if (trees.has(pid)) trees.set(pid, records);
      }
      await write();
    },
    treeOf: (pid) => trees.get(pid) ?? [],
    stopped: async (pid) => {
      trees.delete(pid);
      await write();
    },
  };
}

export type Swept = {
  readonly directories: readonly string[];
  readonly processes: readonly ProcessRecord[];
};

/** From TERM to KILL for processes of a dead run, in ms. */
const graceMs = 2000;

/** What dead runs of this user left behind: their directories, and those of their processes that live. */
export async function findLeftovers(
  ports: Pick<Ports, "files" | "processes">,
  runtimeDirectory: string,
): Promise<Swept> {
  const directories = await abandonedRunDirectories(ports, runtimeDirectory);
  const records = await recordsIn(ports, directories);
  const found = await Promise.all(records.map(({ pid }) => ports.processes.find(pid)));
  const processes = records.filter((record, index) => {
    const process = found[index];
    return process !== undefined && isRecorded(process, [record]);
  });
  return { directories, processes };
}

async function recordsIn(
  { files }: Pick<Ports, "files">,
  directories: readonly string[],
): Promise<readonly ProcessRecord[]> {
  const texts = await Promise.all(directories.map((path) => files.readText(join(path, fileName))));
  return texts.flatMap((text) => parseRecords(text ?? "[]"));
}

/** Ends what dead runs of this user left behind and deletes their directories. */
export async function sweepLeftovers(
  ports: Pick<Ports, "files" | "processes" | "clock" | "log">,
  runtimeDirectory: string,
): Promise<Swept> {
  const directories = await abandonedRunDirectories(ports, runtimeDirectory);
  if (directories.length === 0) return { directories, processes: [] };
  const records = await recordsIn(ports, directories);
  const processes = records.length > 0 ? await stopProcesses(ports, { records, graceMs }) : [];
  for (const path of directories) await ports.files.remove(path);
  ports.log.info(`swept ${directories.length} dead runs, ended ${processes.length} processes`);
  return { directories, processes };
}

function parseRecords(text: string): readonly ProcessRecord[] {
  try {
    const value: unknown = JSON.parse(text);
    if (!Array.isArray(value)) return [];
    return value.map(parseProcessRecord).filter((record) => record !== undefined);
  } catch {
    return [];
  }
}

/**
 * One directory a run, for all that must not outlive it: temporary files of the agents, generated
 * configuration, the record of started processes. Its name tells who owns it, so that a later start
 * can say whether the owner lives without trusting any content.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Ports } from "../platform/ports.ts";

export type RunDirectory = {
  readonly path: string;
  /** Deletes it with all it holds. */
  readonly remove: () => Promise<void>;
};

/** Makes the directory of this run, which only this user may enter. */
export async function createRunDirectory(
  ports: Pick<Ports, "files" | "processes" | "randomText">,
  runtimeDirectory: string,
): Promise<RunDirectory> {
  const { files, processes, randomText } = ports;
  const self = await processes.find(processes.ownPid);
  const owner = ownerName(processes.ownPid, self?.startedAt ?? "");
  const path = join(runtimeDirectory, `run-${owner}-${randomText(4)}`);
  await files.makeDirectory(path, 0o700);
  return { path, remove: () => files.remove(path) };
}

/** The run directories whose owner is dead. */
export async function abandonedRunDirectories(
  ports: Pick<Ports, "files" | "processes">,
  runtimeDirectory: string,
): Promise<readonly string[]> {
  const runs = await runDirectories(ports, runtimeDirectory);
  return runs.filter(({ lives }) => !lives).map(({ path }) => path);
}

/** The run directories whose owner lives, that of this very run among them. */
export async function liveRunDirectories(
  ports: Pick<Ports, "files" | "processes">,
  runtimeDirectory: string,
): Promise<readonly string[]> {
  const runs = await runDirectories(ports, runtimeDirectory);
  return runs.filter(({ lives }) => lives).map(({ path }) => path);
}

type Run = { readonly path: string; readonly lives: boolean };

async function runDirectories(
  { files, processes }: Pick<Ports, "files" | "processes">,
  runtimeDirectory: string,
): Promise<readonly Run[]> {
  const names = await files.list(runtimeDirectory);
  const runs = await Promise.all(
    names.map(async (name) => {
      const [, pid, start] = /^run-(\d+)-([0-9a-f]{8})-/.exec(name) ?? [];
      if (!pid || !start) return undefined;
      const owner = await processes.find(Number(pid));
      const lives =
        owner !== undefined && ownerName(owner.pid, owner.startedAt) === `${pid}-${start}`;
      return { path: join(runtimeDirectory, name), lives };
    }),
  );
  return runs.filter((run) => run !== undefined);
}

function ownerName(pid: number, startedAt: string): string {
  return `${pid}-${createHash("sha256").update(startedAt).digest("hex").slice(0, 8)}`;
}

import type { Ports, ProcessInfo } from "../platform/ports.ts";

const pauseMs = 50;
/** Until `run` sends KILL, 2 s after TERM. */
const attempts = 40;

type Machine = Pick<Ports, "processes" | "clock">;

/**
 * Helps a Nix to end that was just sent TERM. Nix 2.8 misses a signal that comes as it starts a
 * builder (measured; it waits on), so TERM is repeated until it is gone. Its builders lead sessions
 * of their own, where a KILL for Nix's group does not reach them: they are ended one by one.
 */
export async function endNix(machine: Machine, profile: string): Promise<void> {
  const nix = await findNixProcess(machine, profile);
  if (!nix) return;
  const builders = (await machine.processes.tree(nix.pid)).slice(1);
  for (let attempt = 0; attempt < attempts && (await lives(machine, nix)); attempt++) {
    machine.processes.signal(nix.pid, "SIGTERM");
    await machine.clock.wait(pauseMs);
  }
  for (const builder of builders)
    if (await lives(machine, builder)) machine.processes.signal(builder.pid, "SIGKILL");
}

/** The child of ours that was given this profile; no two evaluations of ours share one at a time. */
async function findNixProcess(
  { processes }: Machine,
  profile: string,
): Promise<ProcessInfo | undefined> {
  const own = await processes.tree(processes.ownPid);
  return own.find(
    ({ parent, command }) => parent === processes.ownPid && command.includes(profile),
  );
}

async function lives({ processes }: Machine, { pid, startedAt }: ProcessInfo): Promise<boolean> {
  return (await processes.find(pid))?.startedAt === startedAt;
}

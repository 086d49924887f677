/**
 * Keeps one program running for what it prints from time to time. It leads a process group of its
 * own, as those of `run-command.ts` do, and ends with us at the latest.
 */
import type { ResultPromise } from "execa";
import { atExit } from "./at-exit.ts";
import { splitLines } from "./lines.ts";
import type { Cancel, FollowedCommand } from "./ports.ts";

/** From TERM to KILL. */
const graceMs = 2000;

type Child = ResultPromise<ReturnType<typeof optionsFor>>;

/** Starts a command and hands over its lines until it ends or is cancelled. */
export function followCommand(command: FollowedCommand): Cancel {
  let cancelled = false;
  let stop: Cancel | undefined;
  const heard: FollowedCommand = {
    ...command,
    onLine: (line) => {
      if (!cancelled) command.onLine(line);
    },
    onEnd: (end) => {
      if (!cancelled) command.onEnd(end);
    },
  };
  void start(heard).then((stopChild) => {
    stop = stopChild;
    if (cancelled) stop();
  });
  return () => {
    cancelled = true;
    stop?.();
  };
}

async function start(command: FollowedCommand): Promise<Cancel> {
  // Loading execa takes tens of milliseconds; only who follows something pays for it.
  const { execa } = await import("execa");
  const child = execa(command.file, [...command.args], optionsFor(command));
  if (child.stdout) splitLines(child.stdout, command.onLine);
  const kill = () => signalGroup(child, "SIGKILL");
  let grace: NodeJS.Timeout | undefined;
  const cancelKill = atExit(kill);
  void child.then(({ code }) => {
    clearTimeout(grace);
    cancelKill();
    command.onEnd(endOf(code));
  });
  return () => {
    if (grace) return;
    signalGroup(child, "SIGTERM");
    grace = setTimeout(kill, graceMs);
    grace.unref();
  };
}

function optionsFor({ env }: FollowedCommand) {
  return {
    env,
    extendEnv: false,
    detached: true,
    reject: false,
    buffer: false,
    stdio: ["ignore", "pipe", "ignore"],
  } as const;
}

function endOf(code: string | undefined): "exited" | "not-found" | "not-executable" {
  if (code === undefined) return "exited";
  return code === "ENOENT" || code === "ENOTDIR" ? "not-found" : "not-executable";
}

function signalGroup({ pid, nodeChildProcess }: Child, name: NodeJS.Signals): void {
  // The number of a child that ended can name a group of somebody else by now.
  if (!pid || nodeChildProcess.exitCode !== null || nodeChildProcess.signalCode !== null) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone.
  }
}

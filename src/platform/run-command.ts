/**
 * Runs programs that are not in a pane. Each leads a process group of its own, so that ending it
 * ends what it started, and so that a `ctrl+c` in the terminal does not reach it.
 */
import { Readable } from "node:stream";
import type { ResultPromise } from "execa";
import type { Exit } from "../core/agent.ts";
import { atExit } from "./at-exit.ts";
import { splitLines } from "./lines.ts";
import type { Command, CommandResult } from "./ports.ts";

/** From TERM to KILL. */
const graceMs = 2000;
/** A process that outlives the command may hold its pipes open; output that comes later is lost. */
const lingerMs = 250;
const defaultMaxBytes = 16 * 1024 * 1024;

type Child = ResultPromise<ReturnType<typeof optionsFor>>;
type Failure = Extract<CommandResult["end"], "not-found" | "not-executable" | "cancelled">;

/** Runs one command to its end; every way to fail is a value. */
export async function runCommand(command: Command): Promise<CommandResult> {
  const startedAt = performance.now();
  const took = () => ({ tookMs: performance.now() - startedAt });
  if (command.abort?.aborted) return { ...nothing("cancelled"), ...took() };
  // Loading execa takes tens of milliseconds; a start from the cache must not pay for it.
  const { execa } = await import("execa");
  const child = execa(command.file, [...command.args], optionsFor(command));
  const output = collectOutput(child, command);
  const stop = stopWhenAsked(child, command);
  const failure = await exited(child);
  await closedOrLingering(child);
  stop.cancel();
  if (failure) return { ...nothing(failure), ...took() };
  const end = stop.reason() ?? "exited";
  return { end, exit: end === "exited" ? exitOf(child) : {}, ...output(), ...took() };
}

function optionsFor({ cwd, env, input, captureFd3 }: Command) {
  return {
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? {} : { input }),
    env,
    extendEnv: false,
    detached: true,
    reject: false,
    buffer: false,
    stdio: [
      input === undefined ? "ignore" : "pipe",
      "pipe",
      "pipe",
      captureFd3 ? "pipe" : "ignore",
    ],
  } as const;
}

function nothing(end: Failure): Omit<CommandResult, "tookMs"> {
  return { end, exit: {}, stdout: "", stderr: "", fd3: "" };
}

/** Waits for the process, not for its pipes; the failure when it could not even start. */
async function exited(child: Child): Promise<Failure | undefined> {
  const ended = new Promise<undefined>((resolve) => {
    child.nodeChildProcess.once("exit", () => resolve(undefined));
  });
  const settled = child.then(({ code }) => failureOf(code));
  return Promise.race([ended, settled]);
}

function failureOf(code: string | undefined): Failure | undefined {
  if (code === undefined || code === "EPIPE") return undefined;
  return code === "ENOENT" || code === "ENOTDIR" ? "not-found" : "not-executable";
}

function exitOf({ nodeChildProcess: { exitCode, signalCode } }: Child): Exit {
  if (signalCode) return { signal: signalCode };
  return exitCode === null ? {} : { code: exitCode };
}

/** Gives the pipes a moment to deliver what was written before the end. */
async function closedOrLingering(child: Child): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const lingered = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, lingerMs);
  });
  await Promise.race([child, lingered]);
  clearTimeout(timer);
  for (const stream of child.stdio) stream?.destroy();
}

type Stop = {
  readonly reason: () => "timed-out" | "cancelled" | undefined;
  readonly cancel: () => void;
};

/** TERM to the group on time-out or abort, KILL after the grace; KILL when we exit ourselves. */
function stopWhenAsked(child: Child, { timeoutMs, abort }: Command): Stop {
  let reason: ReturnType<Stop["reason"]>;
  let timer: NodeJS.Timeout | undefined;
  const kill = () => signalGroup(child, "SIGKILL");
  const stop = (why: NonNullable<typeof reason>) => {
    if (reason) return;
    reason = why;
    clearTimeout(timer);
    signalGroup(child, "SIGTERM");
    timer = setTimeout(kill, graceMs);
  };
  const onAbort = () => stop("cancelled");
  if (timeoutMs !== undefined) timer = setTimeout(() => stop("timed-out"), timeoutMs);
  abort?.addEventListener("abort", onAbort);
  const cancelKill = atExit(kill);
  return {
    reason: () => reason,
    cancel: () => {
      clearTimeout(timer);
      abort?.removeEventListener("abort", onAbort);
      cancelKill();
      // Who ignored TERM and outlived its leader is not left behind.
      if (reason) kill();
    },
  };
}

function signalGroup({ pid }: Child, name: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, name);
  } catch {
    // The group is gone.
  }
}

type Output = Pick<CommandResult, "stdout" | "stderr" | "fd3">;

function collectOutput(child: Child, { maxBytes = defaultMaxBytes, onErrorLine }: Command) {
  const [, stdout, stderr, fd3] = child.stdio;
  const read = (stream: unknown) =>
    collect(stream instanceof Readable ? stream : undefined, maxBytes);
  const texts = { stdout: read(stdout), stderr: read(stderr), fd3: read(fd3) };
  if (onErrorLine && stderr) splitLines(stderr, onErrorLine);
  return (): Output => ({ stdout: texts.stdout(), stderr: texts.stderr(), fd3: texts.fd3() });
}

function collect(stream: Readable | undefined, maxBytes: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    const kept = chunk.subarray(0, Math.max(maxBytes - size, 0));
    size += kept.length;
    if (kept.length > 0) chunks.push(kept);
  });
  // A pipe that breaks ends the text; how the process ended says the rest.
  stream?.on("error", () => {});
  return () => Buffer.concat(chunks).toString("utf8");
}

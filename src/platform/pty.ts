import { accessSync, chmodSync, constants, statSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { constants as osConstants } from "node:os";
import { dirname, join } from "node:path";
import type { IDisposable, IPty, IPtyForkOptions } from "node-pty";
import type { Exit } from "../core/agent.ts";
import { AiRulesError } from "../core/error.ts";
import type { Pty, PtyOptions, SpawnPty } from "./ports.ts";

/** node-pty 1.2.0-beta.15 as it is at run time with `encoding: null`; its typings lack some of it. */
type NodePty = {
  spawn(file: string, args: string[], options: IPtyForkOptions): Child;
};
type Child = Omit<IPty, "onData"> & {
  readonly fd: number;
  readonly _socket: { readonly destroyed: boolean };
  onData(listener: (bytes: Uint8Array) => void): IDisposable;
};

/** Starts programs in pseudo-terminals. The native module is loaded with the first one. */
export function createSpawnPty(): SpawnPty {
  let loaded: NodePty | undefined;
  return (options) => {
    loaded ??= loadNodePty();
    checkStart(options);
    return wrap(start(loaded, options));
  };
}

function loadNodePty(): NodePty {
  const require = createRequire(import.meta.url);
  try {
    if (process.platform === "darwin") makeHelperExecutable(require);
    const nodePty: NodePty = require("node-pty");
    return nodePty;
  } catch (cause) {
    const problem = {
      code: "pane/not-started",
      message: "the module that opens pseudo-terminals (node-pty) does not load on this machine",
      remedy: "run `npm rebuild node-pty` in the installation; it needs python3, make and g++",
      detail: cause instanceof Error ? cause.message : String(cause),
    } as const;
    throw new AiRulesError(problem, { cause });
  }
}

/** Package managers drop the executable bit of prebuilt files; without it each start fails. */
function makeHelperExecutable(require: NodeJS.Require): void {
  const directory = dirname(require.resolve("node-pty/package.json"));
  const helper = join(directory, "prebuilds", `darwin-${process.arch}`, "spawn-helper");
  try {
    accessSync(helper, constants.X_OK);
  } catch {
    chmodSync(helper, 0o755);
  }
}

/** node-pty reports neither fault: the forked child would print and exit 1. */
function checkStart({ file, cwd }: PtyOptions): void {
  const program = statSync(file, { throwIfNoEntry: false });
  if (!program?.isFile()) throw notStarted(`${file} does not exist`, "check the path");
  if (!isExecutable(file)) throw notStarted(`${file} is not executable`, `run: chmod +x '${file}'`);
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw notStarted(`the directory ${cwd} does not exist`, "start ai-rules in the project again");
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function notStarted(message: string, remedy: string, cause?: unknown): AiRulesError {
  return new AiRulesError({ code: "pane/not-started", message, remedy }, { cause });
}

function start(nodePty: NodePty, { file, args, cwd, env, cols, rows }: PtyOptions): Child {
  try {
    const name = env["TERM"] ?? "xterm-256color";
    return nodePty.spawn(file, [...args], { name, cwd, env, cols, rows, encoding: null });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw notStarted(
      `${file} could not be started: ${reason}`,
      "end some programs, then restart",
      cause,
    );
  }
}

function wrap(child: Child): Pty {
  const { fd, _socket: socket } = child;
  const write = createWriter({ fd, isOpen: () => !socket.destroyed });
  return {
    pid: child.pid,
    write,
    resize: ({ cols, rows }) => {
      if (!socket.destroyed) child.resize(Math.max(cols, 1), Math.max(rows, 1));
    },
    pause: () => child.pause(),
    resume: () => child.resume(),
    // The child leads its own group, so the negative pid names all of it.
    signal: (name) => sendSignal(-child.pid, name),
    onData: (listener) => {
      const subscription = child.onData(listener);
      return () => subscription.dispose();
    },
    onExit: (listener) => {
      const subscription = child.onExit((end) => listener(toExit(end)));
      return () => subscription.dispose();
    },
  };
}

function sendSignal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function toExit({ exitCode, signal }: { exitCode: number; signal?: number }): Exit {
  if (!signal) return { code: exitCode };
  const names = Object.entries(osConstants.signals);
  return { signal: names.find(([, number]) => number === signal)?.[0] ?? `signal ${signal}` };
}

/**
 * Writes to the pty's descriptor, which never blocks. Small writes go out at once; what the kernel
 * does not take now is tried again, ever more slowly. node-pty's own `write` spins in that case and
 * prints its errors on our screen.
 */
function createWriter(target: { readonly fd: number; readonly isOpen: () => boolean }) {
  let queue: (string | Uint8Array)[] = [];
  let waitMs = 0;
  const flush = () => {
    const before = queue[0]?.length;
    if (!target.isOpen() || !drain(target.fd, queue)) queue = [];
    const moved = queue[0]?.length !== before;
    waitMs = queue.length === 0 ? 0 : moved ? 1 : Math.min(Math.max(waitMs * 2, 1), 50);
    if (waitMs > 0) setTimeout(flush, waitMs).unref();
  };
  return (data: string | Uint8Array) => {
    if (data.length === 0) return;
    queue.push(data);
    if (waitMs === 0) flush();
  };
}

/** Takes from the queue what the kernel accepts; false when the other side is gone. */
function drain(fd: number, queue: (string | Uint8Array)[]): boolean {
  for (let first = queue[0]; first; first = queue[0]) {
    try {
      // A key is written as the text it is: making bytes of it took 10 us on its way.
      const written = typeof first === "string" ? writeSync(fd, first) : writeSync(fd, first);
      if (written < Buffer.byteLength(first)) queue[0] = Buffer.from(first).subarray(written);
      else queue.shift();
    } catch (error) {
      return error instanceof Error && "code" in error && error.code === "EAGAIN";
    }
  }
  return true;
}

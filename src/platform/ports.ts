/**
 * The ports: every way in which the program touches the machine, as types. What has a rule to keep
 * lives in `core`, `nix`, `opencode` ...; those see only this file. The implementations are the
 * other files of this folder, and they hold no rules.
 */
import type { Exit } from "../core/agent.ts";

export type Variables = Readonly<Record<string, string>>;

/** Ends a watch, a timer or a subscription; calling it twice is harmless. */
export type Cancel = () => void;

export type Clock = {
  /** Wall time in ms since the epoch. It can jump. */
  now(): number;
  /** Monotonic time in ms, for durations. */
  monotonic(): number;
  /** Runs `deed` once, `ms` from now. Timers do not keep the process alive. */
  after(ms: number, deed: () => void): Cancel;
  /** Waits; unlike `after` it keeps the process alive: for what has to be finished before the end. */
  wait(ms: number): Promise<void>;
};

export type PtySize = { readonly cols: number; readonly rows: number };

export type PtyOptions = PtySize & {
  /** Absolute path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Variables;
};

/** A child in a pseudo-terminal; it leads a session and a process group of its own. */
export type Pty = {
  readonly pid: number;
  write(data: string | Uint8Array): void;
  resize(size: PtySize): void;
  /** Stops reading; the kernel then blocks the child. */
  pause(): void;
  resume(): void;
  /** Signals the whole process group; false when it is gone. */
  signal(name: NodeJS.Signals): boolean;
  onData(listener: (bytes: Uint8Array) => void): Cancel;
  onExit(listener: (exit: Exit) => void): Cancel;
};

/**
 * The terminal the user sits at. It has one owner: nothing else reads its input or writes to it.
 * After `enter` it is put back on `leave`, at exit, on a fatal signal and on an uncaught error.
 */
export type Terminal = {
  /** Input and output are both a terminal. Without one, only this field may be used. */
  readonly isTty: boolean;
  size(): PtySize;
  /** Raw mode on, then writes `enter`; `leave` is what undoes it. Again after `leave` is fine. */
  enter(sequences: { readonly enter: string; readonly leave: string }): void;
  /** Writes the `leave` sequence and puts the line settings back; twice is harmless. */
  leave(): void;
  /** Writes all bytes, in order, then calls `done`; the bytes must not change until then. */
  write(bytes: Uint8Array, done: () => void): void;
  onInput(listener: (bytes: Uint8Array) => void): Cancel;
  onResize(listener: (size: PtySize) => void): Cancel;
  /** It was stopped and goes on (SIGCONT): raw mode is on again, the screen has to be drawn anew. */
  onContinue(listener: () => void): Cancel;
  /** The terminal was closed; called once. */
  onGone(listener: () => void): Cancel;
  /** The name of its device, e.g. "/dev/pts/3". */
  name(): Promise<string | undefined>;
};

/** This very process. */
export type OwnProcess = {
  /** SIGTERM, SIGHUP and SIGINT, which then no longer end the process by themselves. */
  onSignal(listener: (name: NodeJS.Signals) => void): Cancel;
  /** An error nobody caught. The process lives on until the listener ends it. */
  onUncaught(listener: (error: unknown) => void): Cancel;
  /** A warning of Node's, which it then does not write to stderr: that is the screen. */
  onWarning(listener: (warning: Error) => void): Cancel;
  exit(code: number): never;
};

/** Throws AiRulesError `pane/not-started` when the program cannot be started. */
export type SpawnPty = (options: PtyOptions) => Pty;

export type Command = {
  /** A name looked up on `env.PATH`, or an absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the child, not an addition to ours. */
  readonly env: Variables;
  readonly timeoutMs?: number;
  readonly abort?: AbortSignal;
  /** Written to the child's stdin, which is closed then; without it stdin is /dev/null. */
  readonly input?: string;
  /** Called with each whole line of stderr, without its end. */
  readonly onErrorLine?: (line: string) => void;
  /** Open descriptor 3 as a pipe and return what is written to it. */
  readonly captureFd3?: boolean;
  /** Output beyond this many bytes a stream is dropped (default 16 MiB), never an error. */
  readonly maxBytes?: number;
};

/** How a command ended. `stdout` and `stderr` may be cut at `maxBytes`. */
export type CommandResult = {
  readonly end: "exited" | "not-found" | "not-executable" | "timed-out" | "cancelled";
  /** Present when `end` is "exited". */
  readonly exit: Exit;
  readonly stdout: string;
  readonly stderr: string;
  readonly fd3: string;
  readonly tookMs: number;
};

/** Runs a command in a process group of its own; never throws. Time-out: TERM, 2 s, KILL to the group. */
export type RunCommand = (command: Command) => Promise<CommandResult>;

export type FollowedCommand = {
  /** A name looked up on `env.PATH`, or an absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the child, not an addition to ours. */
  readonly env: Variables;
  /** Called with each whole line of stdout, without its end. */
  readonly onLine: (line: string) => void;
  /** It ended by itself or could not be started; never called after the cancel. */
  readonly onEnd: (end: "exited" | "not-found" | "not-executable") => void;
};

/**
 * Keeps a command running and hands over what it says, line by line; stdin and stderr are /dev/null.
 * Never throws. The cancel ends its process group: TERM, 2 s, KILL; KILL when we exit ourselves.
 */
export type FollowCommand = (command: FollowedCommand) => Cancel;

export type FileStatus = {
  readonly kind: "file" | "directory" | "link" | "other";
  readonly size: number;
  readonly modifiedMs: number;
  /** Permission bits, e.g. 0o700. */
  readonly mode: number;
  readonly uid: number;
};

/** Files. Paths are absolute. What does not exist is `undefined`, never a throw. */
export type Files = {
  /** Pipes and sockets have no text: they are as good as absent. */
  readText(path: string): Promise<string | undefined>;
  /** Writes beside the target, then renames: a reader never sees half a file. Makes the directory. */
  writeAtomically(path: string, text: string, mode?: number): Promise<void>;
  /** Fails (false) when the file is there already. */
  createExclusively(path: string, content: string | Uint8Array, mode?: number): Promise<boolean>;
  rename(from: string, to: string): Promise<void>;
  /** Permission bits, whatever the umask says. */
  setMode(path: string, mode: number): Promise<void>;
  /** Makes those above it as well; `mode` (0o700) is for all that are made. */
  makeDirectory(path: string, mode?: number): Promise<void>;
  /** Removes a file or a whole directory; absent is fine. */
  remove(path: string): Promise<void>;
  list(path: string): Promise<readonly string[]>;
  /** Follows symbolic links. */
  status(path: string): Promise<FileStatus | undefined>;
  realPath(path: string): Promise<string | undefined>;
  readLink(path: string): Promise<string | undefined>;
  isExecutable(path: string): Promise<boolean>;
  /** Calls `listener` with the name of each changed entry of a directory; survives its absence. */
  watchDirectory(path: string, listener: (name: string) => void): Cancel;
};

export type ProcessInfo = {
  readonly pid: number;
  readonly parent: number;
  /** The process group it is in. */
  readonly group: number;
  /** With the pid it names one process for ever: pids are used again, start times are not. */
  readonly startedAt: string;
  readonly residentBytes: number;
  readonly command: string;
};

/** Processes that have ended but wait for their parent (zombies) count as gone. */
export type Processes = {
  readonly ownPid: number;
  list(): Promise<readonly ProcessInfo[]>;
  /** One process; undefined when it is gone. Cheap: for sampling. */
  find(pid: number): Promise<ProcessInfo | undefined>;
  /** A process and all that live below it, itself first; empty when it is gone. Cheap on Linux. */
  tree(pid: number): Promise<readonly ProcessInfo[]>;
  /** Signals one process, or a group with a negative pid; false when there is none. */
  signal(pid: number, name: NodeJS.Signals | 0): boolean;
};

export type PatientRequest = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
};

/** The part of fetch's Response that is needed here. */
export type PatientResponse = {
  readonly status: number;
  readonly ok: boolean;
  /** Names are in small letters. */
  readonly headers: Iterable<readonly [string, string]> & {
    get(name: string): string | null | undefined;
  };
  /** To be read once, by this or by `text`. */
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
};

/** The part of fetch that is needed here; it follows no redirect and fails as fetch does. */
export type FetchPatiently = (url: string, request?: PatientRequest) => Promise<PatientResponse>;

export type Network = {
  readonly fetch: typeof globalThis.fetch;
  /** Waits for an answer and its body as long as the signal lets it; `fetch` gives up after 300 s. */
  readonly fetchPatiently: FetchPatiently;
  /** A free TCP port on 127.0.0.1, found by binding port 0. */
  freePort(): Promise<number>;
};

export type Log = {
  /** Opened on the first write; never holds a secret, a prompt or a byte of a pane. */
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
  /** Values that must never stand in it; what looks like a secret is taken out without being told. */
  hide(values: readonly string[]): void;
  /** A text without all of that, as a line of the log would be. */
  redact(text: string): string;
  /** The last lines of the log, oldest first. */
  tail(lines: number): Promise<readonly string[]>;
};

export type Host = {
  readonly os: "linux" | "darwin" | "other";
  readonly arch: string;
  readonly home: string;
  readonly uid: number;
  /** The directory of this installation: holds `package.json` and, in a clone, `node_modules`. */
  readonly installation: string;
};

export type Ports = {
  readonly clock: Clock;
  readonly files: Files;
  readonly run: RunCommand;
  readonly follow: FollowCommand;
  readonly spawnPty: SpawnPty;
  readonly processes: Processes;
  readonly network: Network;
  readonly log: Log;
  readonly host: Host;
  /** The environment ai-rules was started with. */
  readonly env: Variables;
  /** Collects garbage and gives memory back to the system; takes some 50 ms. */
  readonly releaseMemory: () => void;
  /** Random text of `bytes` random bytes in base64url. */
  readonly randomText: (bytes: number) => string;
};

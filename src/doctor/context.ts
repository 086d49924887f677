/** What all checks share: the machine, the project, and facts that are found out once. */
import type { Command, CommandResult, Ports, Terminal } from "../platform/ports.ts";
import { type Directories, directoriesOf } from "../project/directories.ts";

/** What only the composition root knows. */
export type ProgramFacts = {
  readonly version: string;
  /** The version of Node it runs on: "24.1.0". */
  readonly node: string;
};

/** A command in the project, with our own environment unless another one is given. */
export type ProjectCommand = Pick<Command, "file" | "args" | "timeoutMs"> &
  Partial<Pick<Command, "cwd" | "env" | "abort" | "maxBytes">>;

export type DoctorContext = {
  readonly ports: Ports;
  /** The project's directory; absolute, links resolved. */
  readonly root: string;
  readonly directories: Directories;
  readonly program: ProgramFacts;
  /** Times as long as usual that each check may take: who asks for single checks waits for them. */
  readonly patience: number;
  /** The terminal that the user sits at, where it may be asked something. */
  readonly terminal?: Terminal;
  /** Ends what facts have started once the examination is over. */
  readonly abort: AbortSignal;
  /** Removes what is still in use when the examination is over: some of what hangs never ends by itself. */
  readonly cleanups: Set<() => Promise<void>>;
  /** Runs a command in the project; never throws, and keeps little of what floods. */
  readonly run: (command: ProjectCommand) => Promise<CommandResult>;
};

export type ContextRequest = Pick<
  DoctorContext,
  "ports" | "root" | "program" | "terminal" | "abort"
> & { readonly patience?: number };

/** Enough for what any command here has to say. */
const maxBytes = 1024 * 1024;

export function createDoctorContext(request: ContextRequest): DoctorContext {
  const { ports, root, abort } = request;
  return {
    patience: 1,
    cleanups: new Set(),
    ...request,
    directories: directoriesOf(ports),
    run: (command) => runInTime(ports, { cwd: root, env: ports.env, abort, maxBytes, ...command }),
  };
}

/** One that ignores TERM is killed 2 s later: nobody here waits for that. */
const patienceMs = 200;

async function runInTime({ run, clock }: Ports, command: Command): Promise<CommandResult> {
  const { timeoutMs } = command;
  if (timeoutMs === undefined) return run(command);
  const { promise: late, resolve } = Promise.withResolvers<CommandResult>();
  const cancelTimer = clock.after(timeoutMs + patienceMs, () =>
    resolve({ end: "timed-out", exit: {}, stdout: "", stderr: "", fd3: "", tookMs: timeoutMs }),
  );
  try {
    return await Promise.race([run(command), late]);
  } finally {
    cancelTimer();
  }
}

/**
 * Something that several checks need to know. It is found out by whoever asks first; all who ask in
 * the same examination get the same answer.
 */
export function fact<T>(
  findOut: (context: DoctorContext) => Promise<T>,
): (context: DoctorContext) => Promise<T> {
  const known = new WeakMap<DoctorContext, Promise<T>>();
  return (context) => {
    const answer = known.get(context) ?? findOut(context);
    known.set(context, answer);
    return answer;
  };
}

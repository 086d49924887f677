import type { EnvironmentProgress } from "../core/environment.ts";
import type { Problem } from "../core/error.ts";
import type { CommandResult, Ports } from "../platform/ports.ts";
import { unlessBusy } from "./busy-store.ts";
import { withFlakes } from "./command-options.ts";
import { diagnose } from "./diagnose.ts";
import { endNix } from "./end-nix.ts";
import type { NixProgram } from "./find-nix.ts";
import { installableOf } from "./installable.ts";
import { type NixLogLine, parseNixLine } from "./nix-log.ts";
import { progressReader } from "./progress.ts";

export type EvaluationRequest = {
  readonly nix: NixProgram;
  readonly root: string;
  readonly shell: string | undefined;
  /** Where Nix puts the link that keeps the shell from being collected. */
  readonly profile: string;
  readonly timeoutMs: number;
  readonly abort?: AbortSignal;
  readonly onProgress: (progress: EnvironmentProgress) => void;
};

export type Evaluation =
  | {
      readonly type: "evaluated";
      /** The shell as text for bash, its hook at the end. */
      readonly rcText: string;
      /** The shell in the Nix store: the same path means the same shell. */
      readonly storePath: string;
      readonly note?: string;
    }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "cancelled"; readonly problem: Problem };

type Machine = Pick<Ports, "run" | "files" | "env" | "host" | "processes" | "clock">;

const pathNote =
  "Nix cannot read a Git repository at this path: the whole directory was copied to its store";

/** Evaluates a shell with one run of Nix, which also builds it. */
export async function evaluate(machine: Machine, request: EvaluationRequest): Promise<Evaluation> {
  const result = await runUnlessBusy(machine, request);
  if (!needsPathReader(result, request)) return conclude(machine, request, result);
  // Nothing was evaluated yet: Nix 2.8 gives up on the path itself.
  const again = await runNix(machine, request, "path:");
  const evaluation = await conclude(machine, request, again);
  return evaluation.type === "evaluated" ? { ...evaluation, note: pathNote } : evaluation;
}

/** How long another Nix is waited for that holds the store's database, in ms; 5 s in all. */
const busyDelaysMs = [50, 100, 250, 600, 1500, 2500];

function runUnlessBusy(machine: Machine, request: EvaluationRequest): Promise<NixResult> {
  return unlessBusy(
    () => runNix(machine, request, ""),
    ({ exit, words }) => (exit.code === 0 || request.abort?.aborted ? undefined : words),
    { delaysMs: busyDelaysMs, wait: (ms) => machine.clock.wait(ms) },
  );
}

/** What Nix said, as the lines a user would have read. */
type NixResult = CommandResult & { readonly words: string };

async function runNix(
  machine: Machine,
  request: EvaluationRequest,
  reader: "" | "path:",
): Promise<NixResult> {
  const words: string[] = [];
  const follow = progressReader(request.onProgress);
  const stop = stopper(machine, request);
  const result = await machine.run({
    file: request.nix.path,
    args: nixArguments(request, reader),
    cwd: request.root,
    env: machine.env,
    abort: stop.signal,
    onErrorLine: (text) => {
      const line = parseNixLine(text);
      follow(line);
      const said = wordsOf(line);
      if (said !== undefined) words.push(said);
    },
  });
  const timedOut = await stop.ended();
  const end = timedOut && result.end === "cancelled" ? "timed-out" : result.end;
  return { ...result, end, words: words.join("\n") };
}

type Stopper = {
  readonly signal: AbortSignal;
  /** To be called after Nix's end; tells whether its time was over. */
  readonly ended: () => Promise<boolean>;
};

/** Ends Nix when the user cancels or its time is over. */
function stopper(machine: Machine, { abort, timeoutMs, profile }: EvaluationRequest): Stopper {
  const stop = new AbortController();
  let timedOut = false;
  let ending: Promise<void> | undefined;
  const end = () => {
    if (stop.signal.aborted) return;
    stop.abort();
    ending = endNix(machine, profile);
  };
  const cancelTimer = machine.clock.after(timeoutMs, () => {
    timedOut = !stop.signal.aborted;
    end();
  });
  if (abort?.aborted) end();
  abort?.addEventListener("abort", end);
  return {
    signal: stop.signal,
    ended: async () => {
      cancelTimer();
      abort?.removeEventListener("abort", end);
      await ending;
      return timedOut;
    },
  };
}

function nixArguments({ profile, shell }: EvaluationRequest, reader: "" | "path:") {
  return [
    ...withFlakes,
    "--no-warn-dirty",
    "--log-format",
    "internal-json",
    "print-dev-env",
    "--profile",
    profile,
    installableOf(shell, reader),
  ];
}

function wordsOf(line: NixLogLine): string | undefined {
  if (line.type === "text") return line.text;
  return line.type === "message" && line.level <= 1 ? line.text : undefined;
}

/** Nix 2.8 puts the path into a file:// URL as it is: blanks, letters beyond ASCII, # and ? break it. */
function needsPathReader(result: NixResult, { root }: EvaluationRequest): boolean {
  if (result.end !== "exited" || result.exit.code === 0) return false;
  return /is not a valid URL/u.test(result.words) || /[#?]/u.test(root);
}

async function conclude(
  machine: Machine,
  request: EvaluationRequest,
  result: NixResult,
): Promise<Evaluation> {
  switch (result.end) {
    case "cancelled":
      return { type: "cancelled", problem: cancelled };
    case "timed-out":
      return { type: "failed", problem: tooLong(request, result) };
    case "not-found":
    case "not-executable":
      return { type: "failed", problem: notStarted(request) };
    case "exited":
      return afterExit(machine, request, result);
    default:
      return result.end satisfies never;
  }
}

async function afterExit(
  machine: Machine,
  { profile, root, shell, nix }: EvaluationRequest,
  result: NixResult,
): Promise<Evaluation> {
  const storePath = await machine.files.realPath(profile);
  if (result.exit.code === 0 && storePath !== undefined)
    return { type: "evaluated", rcText: result.stdout, storePath };
  return {
    type: "failed",
    problem: await diagnose(machine, { text: result.words, root, shell, nix }),
  };
}

const cancelled: Problem = {
  code: "nix/cancelled",
  message: "the evaluation of flake.nix was cancelled",
  remedy: "press r to evaluate again, or go on without Nix",
};

function tooLong({ timeoutMs }: EvaluationRequest, { words }: NixResult): Problem {
  return {
    code: "nix/time-out",
    message: `Nix did not finish within ${Math.round(timeoutMs / 1000)} s`,
    remedy: "run `nix develop` in a shell of its own to see what it waits for, then try again",
    ...(words === "" ? {} : { detail: words }),
  };
}

function notStarted({ nix }: EvaluationRequest): Problem {
  return {
    code: "nix/not-started",
    message: `${nix.path} cannot be run`,
    remedy: `run \`${nix.path} --version\` to see why`,
  };
}

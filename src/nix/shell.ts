/**
 * One shell of the project's flake. From the cache it takes one run of bash and no Nix; else one
 * evaluation, which is then cached. Whatever fails, the last shell that worked is fallen back on.
 */
import type { EnvironmentProgress, EnvironmentSummary } from "../core/environment.ts";
import type { Problem } from "../core/error.ts";
import { moment } from "../core/format.ts";
import { secretValues } from "../core/redact.ts";
import type { Ports } from "../platform/ports.ts";
import {
  type CachedShell,
  cachedShells,
  rcFileOf,
  removeOldShells,
  shellDirectory,
  writeShell,
} from "./cache.ts";
import { evaluateShell, type ShellRequest, shellFingerprint } from "./evaluate-shell.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { defaultShell, installableOf } from "./installable.ts";
import type { EnvironmentResult } from "./loaded-environment.ts";
import { firstProgress } from "./progress.ts";
import { type HookResult, runShellHook } from "./shell-hook.ts";
import { countChanges } from "./variables.ts";
import { openWritableDirectory } from "./writable-directory.ts";

const hookTimeoutMs = 30_000;

/** What one load carries from step to step. */
type Load = {
  readonly ports: Ports;
  readonly request: ShellRequest;
  readonly directory: string;
  /** The cached shells whose hook has run, newest first. */
  readonly good: readonly CachedShell[];
  readonly startedAt: number;
  readonly report: (progress: EnvironmentProgress) => void;
  /** Tells that it is the hook's turn; Nix's counters stay. */
  readonly reportHook: () => void;
};

/** Where a shell lies and what is said of it. */
type Entry = {
  readonly shell: CachedShell;
  readonly directory: string;
  readonly about: Pick<EnvironmentSummary, "source" | "note" | "problem">;
};

/** Loads a shell from the cache, else with one evaluation. */
export async function loadShell(ports: Ports, request: ShellRequest): Promise<EnvironmentResult> {
  const startedAt = ports.clock.monotonic();
  const directory = shellDirectory(request.cacheDir, request.root, installableOf(request.shell));
  const shells = await cachedShells(ports, directory);
  const good = shells.filter((shell) => shell.good);
  const load: Load = { ports, request, directory, good, startedAt, ...reporter(request) };
  const before = await shellFingerprint(ports, request);
  const cached = request.refresh ? undefined : shells.find(({ key }) => key === before?.key);
  return cached
    ? enter(load, { shell: cached, directory, about: about("cache", cached.note) })
    : evaluateAndEnter(load, before);
}

function reporter({ onProgress }: ShellRequest): Pick<Load, "report" | "reportHook"> {
  let last = firstProgress;
  const report = (progress: EnvironmentProgress) => {
    last = progress;
    onProgress?.(progress);
  };
  return { report, reportHook: () => report({ ...last, activity: "running the shell hook" }) };
}

async function evaluateAndEnter(
  load: Load,
  before: Fingerprint | undefined,
): Promise<EnvironmentResult> {
  const place = await openWritableDirectory(load.ports, load.directory);
  if (place.type === "none") return fallBack(load, place.problem);
  const { directory } = place;
  try {
    const evaluated = await evaluateShell(load.ports, { ...load, directory, before });
    if (evaluated.type === "cancelled") return cancelledResult(load, evaluated.problem);
    if (evaluated.type === "failed") return await fallBack(load, evaluated.problem);
    const { shell } = evaluated;
    return await enter(load, { shell, directory, about: about("nix", shell.note ?? place.note) });
  } finally {
    await place.close();
  }
}

/** Runs the hook of a shell and makes the environment of what it exports. */
async function enter(load: Load, entry: Entry): Promise<EnvironmentResult> {
  const hook = await runHook(load, entry);
  if (hook.type === "cancelled") return cancelledResult(load, hook.problem);
  if (hook.type === "failed") {
    const others = load.good.filter(({ id }) => id !== entry.shell.id);
    // The last good one's hook failed too: there is nothing else to try.
    if (entry.about.source === "last-good")
      return { ok: false, problem: entry.about.problem ?? hook.problem, cancelled: false };
    return fallBack({ ...load, good: others }, hook.problem);
  }
  if (!entry.shell.good || entry.about.source === "nix") await remember(load, entry);
  return loaded(load, entry, hook);
}

function runHook(load: Load, { shell, directory }: Entry): Promise<HookResult> {
  const { ports, request } = load;
  load.reportHook();
  return runShellHook(ports, {
    root: request.root,
    rcFile: rcFileOf(directory, shell.id),
    bash: shell.bash,
    timeoutMs: request.hookTimeoutMs ?? hookTimeoutMs,
    ...(request.abort ? { abort: request.abort } : {}),
  });
}

async function remember({ ports }: Load, { shell, directory }: Entry): Promise<void> {
  try {
    await writeShell(ports, directory, { shell: { ...shell, good: true } });
    await removeOldShells(ports, directory);
  } catch (error) {
    // The environment is there all the same; only the next start is slower.
    ports.log.warn(`the environment cache in ${directory} cannot be kept: ${String(error)}`);
  }
}

function loaded(
  { ports, request, startedAt }: Load,
  { shell, about: source }: Entry,
  { variables, output, warned }: Extract<HookResult, { type: "ran" }>,
): EnvironmentResult {
  ports.log.hide(secretValues(variables));
  const summary: EnvironmentSummary = {
    ...source,
    shell: request.shell ?? defaultShell,
    evaluatedAt: shell.evaluatedAt,
    tookMs: Math.round(ports.clock.monotonic() - startedAt),
    hookOutput: output,
    hookWarned: warned,
    variableCount: countChanges(variables, ports.env),
  };
  return { ok: true, environment: { summary, variables, storePath: shell.storePath } };
}

/** After a failure: the newest shell that worked, which says why it is used. */
function fallBack(load: Load, problem: Problem): Promise<EnvironmentResult> {
  const [shell] = load.good;
  if (!shell) return Promise.resolve({ ok: false, problem, cancelled: false });
  const when = moment(shell.evaluatedAt, load.ports.clock.now());
  const note = `environment of ${when}; ${placed(problem, load.request.root)}`;
  const { directory } = load;
  return enter(load, { shell, directory, about: { source: "last-good", note, problem } });
}

function placed({ message, position }: Problem, root: string): string {
  if (!position) return message;
  const file = position.file.startsWith(`${root}/`)
    ? position.file.slice(root.length + 1)
    : position.file;
  return `${file}:${position.line}:${position.column}: ${message}`;
}

/** A cancel is the user's word: the last good shell is offered, not taken. */
function cancelledResult(load: Load, problem: Problem): EnvironmentResult {
  const [shell] = load.good;
  const result = { ok: false, problem, cancelled: true } as const;
  if (!shell) return result;
  const { abort: _, ...request } = load.request;
  const loadLater = (abort?: AbortSignal) =>
    fallBack({ ...load, request: abort ? { ...request, abort } : request }, problem);
  return { ...result, lastGood: { evaluatedAt: shell.evaluatedAt, load: loadLater } };
}

function about(source: "nix" | "cache", note: string | undefined): Entry["about"] {
  return note === undefined ? { source } : { source, note };
}

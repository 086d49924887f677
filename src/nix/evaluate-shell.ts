import type { EnvironmentProgress } from "../core/environment.ts";
import type { Problem } from "../core/error.ts";
import type { Ports } from "../platform/ports.ts";
import { type CachedShell, profileOf, writeShell } from "./cache.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import type { NixProgram } from "./find-nix.ts";
import { type Fingerprint, fingerprint, sameButLock } from "./fingerprint.ts";
import { installableOf, nixSystem } from "./installable.ts";
import type { EnvironmentRequest } from "./loaded-environment.ts";
import { adoptRcText, bashOf } from "./rc-text.ts";

export type ShellRequest = EnvironmentRequest & { readonly nix: NixProgram };

export type ShellEvaluation = {
  readonly request: ShellRequest;
  /** Where its text and profile are put. */
  readonly directory: string;
  /** Taken before the evaluation. */
  readonly before: Fingerprint | undefined;
  /** The shells whose hook has run. */
  readonly good: readonly CachedShell[];
  readonly report: (progress: EnvironmentProgress) => void;
};

export type EvaluatedShell =
  | { readonly type: "evaluated"; readonly shell: CachedShell }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "cancelled"; readonly problem: Problem };

const defaultTimeoutMs = 10 * 60_000;

/** Evaluates a shell with one run of Nix and writes it to the cache. */
export async function evaluateShell(
  ports: Ports,
  evaluation: ShellEvaluation,
): Promise<EvaluatedShell> {
  const { directory, before } = evaluation;
  const id = before?.key.slice(0, 16) ?? ports.randomText(12);
  const result = await runEvaluation(ports, evaluation, profileOf(directory, id));
  if (result.type !== "evaluated") return result;
  const shell = await describeShell(ports, evaluation, { id, result });
  try {
    await writeShell(ports, directory, {
      shell,
      rcText: adoptRcText(result.rcText, evaluation.request.root),
    });
  } catch (error) {
    return { type: "failed", problem: unwritable(directory, error) };
  }
  return { type: "evaluated", shell };
}

/** The fingerprint of what a shell is made of now; undefined without flake.nix. */
export function shellFingerprint(
  ports: Pick<Ports, "files" | "host">,
  { root, shell, nix }: Pick<ShellRequest, "root" | "shell" | "nix">,
): Promise<Fingerprint | undefined> {
  const installable = installableOf(shell);
  const system = nixSystem(ports.host);
  return fingerprint(ports, { root, installable, system, nix: nix.identity });
}

function runEvaluation(
  ports: Ports,
  { request, report }: ShellEvaluation,
  profile: string,
): Promise<Evaluation> {
  const { nix, root, shell, abort } = request;
  return evaluate(ports, {
    nix,
    root,
    shell,
    profile,
    timeoutMs: request.nixTimeoutMs ?? defaultTimeoutMs,
    ...(abort ? { abort } : {}),
    onProgress: report,
  });
}

type Evaluated = Extract<Evaluation, { type: "evaluated" }>;

async function describeShell(
  ports: Ports,
  { request, before, good }: ShellEvaluation,
  { id, result }: { readonly id: string; readonly result: Evaluated },
): Promise<CachedShell> {
  const { storePath, rcText, note } = result;
  return {
    id,
    key: keyAfter(request.root, before, await shellFingerprint(ports, request)) ?? id,
    storePath,
    bash: bashOf(rcText),
    evaluatedAt: ports.clock.now(),
    good: good.some((shell) => shell.id === id && shell.storePath === storePath),
    ...(note === undefined ? {} : { note }),
  };
}

/**
 * Nix writes flake.lock as it evaluates, so the key is taken again; unless somebody edited the rest
 * meanwhile, for then nobody knows which text Nix has read.
 */
function keyAfter(
  root: string,
  before: Fingerprint | undefined,
  after: Fingerprint | undefined,
): string | undefined {
  if (!before || !after) return before?.key;
  return sameButLock(before, after, root) ? after.key : before.key;
}

function unwritable(directory: string, error: unknown): Problem {
  return {
    code: "nix/cache-not-writable",
    message: `the evaluated environment cannot be written to ${directory}`,
    remedy: "free some space there, or set XDG_CACHE_HOME to another directory",
    detail: String(error),
  };
}

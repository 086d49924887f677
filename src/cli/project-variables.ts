/** The variables of the project's development shell, as far as they can be had without evaluating it. */
import { join } from "node:path";
import { findNix } from "../nix/find-nix.ts";
import { inheritedEnvironment } from "../nix/plain-environment.ts";
import { loadShell } from "../nix/shell.ts";
import { shellInCache } from "../nix/shell-in-cache.ts";
import type { Ports, Variables } from "../platform/ports.ts";

export type ProjectVariables = {
  readonly variables: Variables;
  /** "shell": those of the project's own; "own": those this program was started with. */
  readonly from: "shell" | "own";
  /** Why a shell that there is does not count. */
  readonly note?: string;
};

type Wanted = {
  readonly root: string;
  readonly shell?: string | undefined;
  /** Evaluated environments. */
  readonly cacheDir: string;
};

/** No command waits longer than this for a shell hook. */
const hookTimeoutMs = 10_000;

/** Takes the evaluated shell from the cache while it is fresh, which runs its hook but no Nix. */
export async function projectVariables(ports: Ports, wanted: Wanted): Promise<ProjectVariables> {
  const { root, shell, cacheDir } = wanted;
  if (inheritedEnvironment(ports, root)) return { variables: ports.env, from: "shell" };
  const own = { variables: ports.env, from: "own" } as const;
  const hasFlake = (await ports.files.status(join(root, "flake.nix"))) !== undefined;
  const nix = hasFlake ? await findNix(ports) : undefined;
  if (!nix) return own;
  const request = { root, cacheDir, nix, hookTimeoutMs, ...(shell === undefined ? {} : { shell }) };
  const { fresh } = await shellInCache(ports, request);
  if (!fresh) return { ...own, note: notEvaluated };
  const loaded = await loadShell(ports, request);
  if (loaded.ok) return { variables: loaded.environment.variables, from: "shell" };
  return { ...own, note: `the project's shell is not used: ${loaded.problem.message}` };
}

const notEvaluated =
  "the project's shell has not been evaluated as it is now: its OLLAMA_* variables are not counted; " +
  "`ai-rules tui` evaluates it";

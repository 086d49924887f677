/** What is asked of the environment's loader and what comes out of it. */
import type { EnvironmentProgress, EnvironmentSummary } from "../core/environment.ts";
import type { Problem } from "../core/error.ts";
import type { Variables } from "../platform/ports.ts";

export type EnvironmentRequest = {
  /** The directory of flake.nix, where there is one. */
  readonly root: string;
  /** NAME of `.#NAME`; undefined for the default shell. */
  readonly shell?: string;
  /** $XDG_CACHE_HOME/ai-rules/env */
  readonly cacheDir: string;
  /** Evaluates even when the cache holds the shell. */
  readonly refresh?: boolean;
  /** false: also inside of a development shell the project's own is loaded. */
  readonly inherit?: boolean;
  readonly abort?: AbortSignal;
  readonly onProgress?: (progress: EnvironmentProgress) => void;
  /** Default 10 minutes: a first start downloads and builds. */
  readonly nixTimeoutMs?: number;
  /** Default 30 s. */
  readonly hookTimeoutMs?: number;
};

export type EnvironmentResult =
  | { readonly ok: true; readonly environment: LoadedEnvironment }
  | {
      readonly ok: false;
      readonly problem: Problem;
      readonly cancelled: boolean;
      /** The last one that worked: offered, not taken by itself, after a cancel. */
      readonly lastGood?: LastGood;
    };

export type LastGood = {
  /** ms since the epoch. */
  readonly evaluatedAt: number;
  /** Runs its hook: it takes as long as a start from the cache. */
  readonly load: (abort?: AbortSignal) => Promise<EnvironmentResult>;
};

/** An environment, ready for panes to be started in. */
export type LoadedEnvironment = {
  readonly summary: EnvironmentSummary;
  readonly variables: Variables;
  /** The shell in the Nix store; the same path means the same shell. */
  readonly storePath?: string;
};

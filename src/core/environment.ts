/** What is known of the project's development environment. Its variables never enter the store. */
import type { Problem } from "./error.ts";

/** Where the variables come from. */
export type EnvironmentSource =
  /** Evaluated now, with Nix. */
  | "nix"
  /** From the cache: no Nix process ran. */
  | "cache"
  /** The last environment that worked, because evaluating failed. */
  | "last-good"
  /** ai-rules was started inside a dev shell or a direnv environment: used as it is. */
  | "inherited"
  /** The user's own environment: no flake, no Nix, or the user chose it. */
  | "plain";

export type EnvironmentSummary = {
  readonly source: EnvironmentSource;
  /** The flake shell asked for: `default` or NAME of `.#NAME`; undefined without a flake. */
  readonly shell?: string;
  /** When it was evaluated (ms since the epoch). */
  readonly evaluatedAt: number;
  /** How long this start waited for it, in ms. */
  readonly tookMs: number;
  /** What the shell hook printed: read with `ctrl+o E`, never shown in a pane. */
  readonly hookOutput: string;
  /** The hook failed softly: unknown command, syntax error, non-zero end. */
  readonly hookWarned: boolean;
  /** One line to show: no Nix, no flake, why the last good one is used. */
  readonly note?: string;
  readonly problem?: Problem;
  /** How many variables the shell adds to or changes in the user's environment. */
  readonly variableCount: number;
};

/** Progress of one evaluation, from Nix's internal-json log. */
export type EnvironmentProgress = {
  /** What happens now: "evaluating flake.nix", "building erlang-27.3", "fetching nixpkgs". */
  readonly activity: string;
  readonly builds: Counter;
  /** Copies and substitutions, in paths. */
  readonly fetches: Counter;
  /** Downloaded bytes. */
  readonly bytes: Counter;
};

export type Counter = { readonly done: number; readonly expected: number };

export type EnvironmentState =
  | { readonly type: "loading"; readonly since: number; readonly progress: EnvironmentProgress }
  /** Evaluation failed at start; the user chooses: retry, last good (if any), plain, quit. */
  | { readonly type: "failed"; readonly problem: Problem; readonly lastGoodAt?: number }
  | { readonly type: "ready"; readonly summary: EnvironmentSummary; readonly reload: ReloadState };

/** flake.nix or flake.lock changed while the panes run. */
export type ReloadState =
  | { readonly type: "none" }
  | { readonly type: "loading"; readonly since: number; readonly newer?: NewerEnvironment }
  | { readonly type: "changed"; readonly newer: NewerEnvironment }
  | { readonly type: "broken"; readonly problem: Problem; readonly newer?: NewerEnvironment };

/** It is ready; panes get it when they restart. */
export type NewerEnvironment = {
  /** Since when (ms since the epoch): what was started before has an older one. */
  readonly at: number;
  readonly summary: EnvironmentSummary;
};

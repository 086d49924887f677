/** The development shell of the project, as far as it can be had without evaluating it. */
import type { Problem } from "../../core/error.ts";
import type { CachedShell } from "../../nix/cache.ts";
import { inheritedEnvironment } from "../../nix/plain-environment.ts";
import { loadShell } from "../../nix/shell.ts";
import { shellInCache } from "../../nix/shell-in-cache.ts";
import type { Variables } from "../../platform/ports.ts";
import { fact } from "../context.ts";
import { nixProgram, whyNoNix } from "./nix.ts";
import { projectSettings } from "./settings.ts";

export type ProjectShell =
  | { readonly type: "none"; readonly why: string }
  /** ai-rules was started inside of it. */
  | { readonly type: "inherited"; readonly why: string }
  | { readonly type: "fresh"; readonly shell: CachedShell; readonly directory: string }
  /** The flake has changed since. */
  | { readonly type: "stale"; readonly shell: CachedShell; readonly directory: string }
  | { readonly type: "never"; readonly directory: string };

/** The name of the shell that the settings name; undefined for the default one. */
export const shellName = fact(async (context) => (await projectSettings(context)).settings.shell);

/** What the cache holds of it. */
export const projectShell = fact(async (context): Promise<ProjectShell> => {
  const { ports, root, directories } = context;
  const inherited = inheritedEnvironment(ports, root);
  if (inherited) return { type: "inherited", why: inherited.summary.note ?? "" };
  const why = await whyNoNix(context);
  const nix = await nixProgram(context);
  if (why !== undefined || !nix) return { type: "none", why: why ?? "" };
  const shell = await shellName(context);
  const cached = await shellInCache(ports, {
    root,
    nix,
    cacheDir: directories.environments,
    ...(shell === undefined ? {} : { shell }),
  });
  const { directory, fresh, newest } = cached;
  if (fresh) return { type: "fresh", shell: fresh, directory };
  return newest ? { type: "stale", shell: newest, directory } : { type: "never", directory };
});

export type ShellVariables =
  | {
      readonly type: "shell";
      readonly variables: Variables;
      readonly tookMs: number;
      /** What its hook said when something in it went wrong, and it went on. */
      readonly warning?: string;
    }
  /** Those that ai-rules was started with: there is no shell, or it was never evaluated. */
  | { readonly type: "own"; readonly variables: Variables; readonly why: string }
  /** There is one, and its hook fails. */
  | { readonly type: "failed"; readonly variables: Variables; readonly problem: Problem };

const hookTimeoutMs = 4000;

/** The variables that programs in the project get: runs the shell's hook, never Nix. */
export const shellVariables = fact(async (context): Promise<ShellVariables> => {
  const { ports, root, directories, abort } = context;
  const variables = ports.env;
  const found = await projectShell(context);
  if (found.type === "inherited") return { type: "shell", variables, tookMs: 0 };
  if (found.type === "none") return { type: "own", variables, why: found.why };
  const nix = await nixProgram(context);
  if (found.type !== "fresh" || !nix)
    return { type: "own", variables, why: "the project's shell is not evaluated yet" };
  const shell = await shellName(context);
  const request = { root, cacheDir: directories.environments, nix, hookTimeoutMs, abort };
  const loaded = await loadShell(ports, { ...request, ...(shell === undefined ? {} : { shell }) });
  if (!loaded.ok) return { type: "failed", variables, problem: loaded.problem };
  const { summary, variables: own } = loaded.environment;
  // The last shell that worked was taken instead.
  if (summary.problem) return { type: "failed", variables: own, problem: summary.problem };
  const warning = summary.hookWarned ? { warning: summary.hookOutput } : {};
  return { type: "shell", variables: own, tookMs: summary.tookMs, ...warning };
});

import { resolve } from "node:path";
import type { EnvironmentSummary } from "../core/environment.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import type { LoadedEnvironment } from "./loaded-environment.ts";

/** The user's own environment, as it is; `note` says in one line why no shell is used. */
export function plainEnvironment(
  ports: Pick<Ports, "env" | "clock">,
  note?: string,
): LoadedEnvironment {
  return asItIs(ports, { source: "plain", ...(note === undefined ? {} : { note }) });
}

/**
 * The user's environment when it is a development shell already: ai-rules was started within
 * `nix develop` or with direnv in this project. Undefined when it is not.
 */
export function inheritedEnvironment(
  ports: Pick<Ports, "env" | "clock">,
  root: string,
): LoadedEnvironment | undefined {
  const note = inheritedNote(ports.env, root);
  return note === undefined ? undefined : asItIs(ports, { source: "inherited", note });
}

function inheritedNote(env: Variables, root: string): string | undefined {
  if (env["IN_NIX_SHELL"]) return "started inside a development shell: its environment is used";
  // direnv writes "-" and the directory of the .envrc; one of $HOME is not this project's.
  const directory = env["DIRENV_DIR"]?.replace(/^-/u, "");
  if (!directory || resolve(directory) !== resolve(root)) return undefined;
  return "started with direnv in this project: its environment is used";
}

function asItIs(
  { env, clock }: Pick<Ports, "env" | "clock">,
  what: Pick<EnvironmentSummary, "source" | "note">,
): LoadedEnvironment {
  const now = clock.now();
  const measured = { evaluatedAt: now, tookMs: 0, variableCount: 0 };
  return { summary: { ...what, ...measured, hookOutput: "", hookWarned: false }, variables: env };
}

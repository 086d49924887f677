/**
 * A shell's variables: its text is run once in bash, the hook with it, and what it exports is
 * written to descriptor 3. What the hook prints is captured and never reaches a pane.
 */
import type { Exit } from "../core/agent.ts";
import type { Problem } from "../core/error.ts";
import type { CommandResult, Ports, Variables } from "../platform/ports.ts";
import { keepHookOutput } from "./hook-output.ts";
import { buildTopVariable } from "./rc-text.ts";
import { parseVariables, shellVariables } from "./variables.ts";

export type HookRequest = {
  readonly root: string;
  /** The file with the shell's text (`adoptRcText`). */
  readonly rcFile: string;
  readonly bash: string;
  readonly timeoutMs: number;
  readonly abort?: AbortSignal;
};

export type HookResult =
  | {
      readonly type: "ran";
      readonly variables: Variables;
      readonly output: string;
      /** It went on after a failure: an unknown command, a syntax error, a non-zero end. */
      readonly warned: boolean;
    }
  | { readonly type: "failed"; readonly problem: Problem }
  | { readonly type: "cancelled"; readonly problem: Problem };

type Machine = Pick<Ports, "run" | "files" | "env" | "randomText">;

const statusVariable = "AI_RULES_HOOK_STATUS";

/**
 * - The hook's stdout goes where its stderr goes, in order.
 * - What the hook starts in the background does not inherit descriptor 3.
 * - `exec`, as `nix develop -c` does: an EXIT trap of the hook, which takes down what it has set up,
 *   does not run.
 * - `env` is looked up after the hook: a library path it sets fits the shell's programs.
 */
const script = `
exec 1>&2
AI_RULES_RC=$(<"$1")
set --
eval "$AI_RULES_RC" 3>&-
AI_RULES_STATUS=$?
AI_RULES_ENV=$(type -P env) || AI_RULES_ENV=/usr/bin/env
exec "$AI_RULES_ENV" -0 "${statusVariable}=$AI_RULES_STATUS" >&3
`;

/** Runs a shell's text with its hook, in the user's environment of now. */
export async function runShellHook(machine: Machine, request: HookRequest): Promise<HookResult> {
  const buildTop = `${machine.env["TMPDIR"] ?? "/tmp"}/nix-shell.${machine.randomText(9)}`;
  try {
    // Without it the hook has no $TMPDIR, which only few hooks miss.
    await machine.files.makeDirectory(buildTop, 0o700).catch(() => {});
    return await runIn(machine, request, buildTop);
  } finally {
    await machine.files.remove(buildTop).catch(() => {});
  }
}

async function runIn(
  { run, env }: Machine,
  request: HookRequest,
  buildTop: string,
): Promise<HookResult> {
  const output = keepHookOutput();
  const result = await run({
    file: request.bash,
    args: ["--norc", "--noprofile", "-c", script, "bash", request.rcFile],
    cwd: request.root,
    env: { ...env, [buildTopVariable]: buildTop },
    timeoutMs: request.timeoutMs,
    ...(request.abort ? { abort: request.abort } : {}),
    captureFd3: true,
    onErrorLine: output.add,
  });
  const dump = parseVariables(result.fd3);
  const status = dump[statusVariable];
  if (result.end === "exited" && status !== undefined) {
    const { [statusVariable]: _, [buildTopVariable]: __, ...variables } = dump;
    const warned = status !== "0" || softFailure.test(output.text());
    return {
      type: "ran",
      variables: shellVariables(variables, env),
      output: output.text(),
      warned,
    };
  }
  if (result.end === "cancelled") return { type: "cancelled", problem: cancelled };
  return { type: "failed", problem: problemOf(result, request, output.text()) };
}

/** bash goes on after these, and so does `nix develop` with exit code 0. */
const softFailure = /: (?:command not found|syntax error|eval: line \d+)/u;

const cancelled: Problem = {
  code: "nix/cancelled",
  message: "the shell hook was cancelled",
  remedy: "press r to try again, or go on without Nix",
};

function problemOf(result: CommandResult, request: HookRequest, output: string): Problem {
  const detail = output === "" ? {} : { detail: output };
  switch (result.end) {
    case "timed-out":
      return {
        code: "nix/hook-time-out",
        message: `the shell hook did not end within ${Math.round(request.timeoutMs / 1000)} s`,
        remedy: "let shellHook in flake.nix start what lasts in the background, with `&`",
        ...detail,
      };
    case "not-found":
    case "not-executable":
      return {
        code: "nix/no-bash",
        message: `${request.bash}, which the shell hook needs, cannot be run`,
        remedy: "install bash 4.4 or newer",
      };
    case "exited":
    case "cancelled":
      return {
        code: "nix/hook-failed",
        message: `the shell hook ${endOf(result.exit)} and left no environment`,
        remedy: "correct shellHook in flake.nix: it must not call exit, and `set -e` ends it early",
        ...detail,
      };
    default:
      return result.end satisfies never;
  }
}

function endOf({ code, signal }: Exit): string {
  if (signal !== undefined) return `was ended by ${signal}`;
  return `ended with code ${code ?? "?"}`;
}

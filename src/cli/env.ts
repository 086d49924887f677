/** `ai-rules env`, `env refresh`, `env diff`: the project's development environment. */
import { join, resolve } from "node:path";
import type { EnvironmentProgress } from "../core/environment.ts";
import { AiRulesError, type Problem } from "../core/error.ts";
import { loadEnvironment } from "../nix/environment.ts";
import type { EnvironmentResult, LoadedEnvironment } from "../nix/loaded-environment.ts";
import { inheritedEnvironment } from "../nix/plain-environment.ts";
import type { Ports } from "../platform/ports.ts";
import { directoriesOf } from "../project/directories.ts";
import { findProjectRoot } from "../project/root.ts";
import { loadSettings } from "../project/settings.ts";
import { progressTexts } from "../tui/view/environment-text.ts";
import type { OptionValues } from "./arguments.ts";
import type { CommandName } from "./commands.ts";
import type { Console } from "./console.ts";
import { envReport, noEnvReport } from "./env-report.ts";
import type { EnvReport } from "./env-report-schema.ts";
import { countLine, differenceLines, sourceLine, variableLines } from "./env-text.ts";
import { jsonText } from "./models-report.ts";
import { placed } from "./placed.ts";
import { createProgress } from "./progress.ts";
import { exitCodeOfSignal, interruptible, type Tools } from "./run-job.ts";

export type EnvInvocation = {
  readonly command: Extract<CommandName, "env" | `env ${string}`>;
  readonly options: OptionValues;
};

/** Runs one of the commands; resolves to the exit code. */
export async function env(tools: Tools, invocation: EnvInvocation, cwd: string): Promise<number> {
  const { command, options } = invocation;
  const { ports, console } = tools;
  const start = resolve(cwd, options.cwd ?? "");
  const root = (await findProjectRoot(ports, start)).path;
  const { result, signal } = await load(tools, { root, command, options });
  if (signal !== undefined) return exitCodeOfSignal(signal);
  if (!result.ok) return refuse(console, { root, options, problem: result.problem });
  const { environment } = result;
  if (environment.summary.source === "plain")
    return refuse(console, { root, options, problem: await nothingThere(ports, root) });
  const report = envReport({
    root,
    environment,
    from: command === "env diff" ? ports.env : undefined,
    secrets: options.secrets === true,
  });
  tell(tools, { report, options });
  return endOf(console, { command, environment });
}

type Load = {
  readonly root: string;
  readonly command: EnvInvocation["command"];
  readonly options: OptionValues;
};

async function load(
  tools: Tools,
  { root, command, options }: Load,
): Promise<{ readonly result: EnvironmentResult; readonly signal?: NodeJS.Signals }> {
  const { ports, console } = tools;
  const { settings, errors } = await loadSettings(ports, root);
  for (const problem of errors) console.note(`note: ${placed(problem)}; fix: ${problem.remedy}`);
  const shell = options.shell ?? settings.shell;
  const refresh = command === "env refresh";
  const progress = laterProgress(tools);
  return interruptible(tools, async (abort) => ({
    result: await loadEnvironment(ports, {
      root,
      cacheDir: directoriesOf(ports).environments,
      refresh,
      // Inside of a shell nothing could be evaluated anew, and no difference would be seen.
      inherit: command === "env",
      abort,
      onProgress: progress.update,
      ...(shell === undefined ? {} : { shell }),
    }),
  })).finally(progress.end);
}

/** Shown from the first word of Nix on: what comes from the cache is there at once. */
function laterProgress({ console, ports }: Tools) {
  let progress: ReturnType<typeof createProgress> | undefined;
  return {
    update: (step: EnvironmentProgress) => {
      if (step.activity === hookActivity && !progress) return;
      progress ??= createProgress(console, {
        title: "development shell:",
        clock: ports.clock,
      });
      // Counters are for a line that is drawn anew; each would be a line of its own elsewhere.
      const counters = console.status ? progressTexts(step) : [];
      progress.update({ note: [step.activity, ...counters].join(", ") });
    },
    end: () => progress?.end(),
  };
}

const hookActivity = "running the shell hook";

type Told = { readonly report: EnvReport; readonly options: OptionValues };

function tell({ console, ports }: Tools, { report, options }: Told): void {
  const { environment, variables, difference, masked } = report;
  if (options.json) return console.out([jsonText(report)]);
  console.note(sourceLine(environment, ports.clock.now()));
  if (difference) {
    console.note(countLine(difference));
    if (inheritedEnvironment(ports, report.project)) console.note(`note: ${insideShell}`);
  }
  if (variables) console.out(variableLines(variables));
  if (difference) console.out(differenceLines(difference, console.paint));
  if (environment.hookWarned) {
    console.note("note: the shell hook went on after a failure; it printed:");
    for (const line of (environment.hookOutput ?? []).slice(-hookLines)) console.note(`  ${line}`);
  }
  if (masked.length > 0) {
    const what = masked.length === 1 ? "1 value is" : `${masked.length} values are`;
    console.note(`note: ${what} masked; --secrets shows them`);
  }
}

const insideShell =
  "ai-rules was started inside of a development shell, so what that has added already is not seen";

/** As much of a hook's output as helps; the TUI shows all of it. */
const hookLines = 10;

/** The last environment that worked is good enough to print, but it is no evaluation. */
function endOf(
  console: Console,
  { command, environment }: Pick<Load, "command"> & { readonly environment: LoadedEnvironment },
): number {
  const { source, problem, note } = environment.summary;
  if (source !== "last-good" || !problem) {
    if (note !== undefined && source !== "inherited") console.note(`note: ${note}`);
    return 0;
  }
  if (command === "env refresh") throw new AiRulesError(problem);
  console.note(`note: ${placed(problem)}; fix: ${problem.remedy}`);
  return 0;
}

type Refusal = {
  readonly root: string;
  readonly options: OptionValues;
  readonly problem: Problem;
};

function refuse(console: Console, { root, options, problem }: Refusal): never {
  if (options.json) console.out([jsonText(noEnvReport(root, problem))]);
  throw new AiRulesError(problem);
}

async function nothingThere({ files }: Pick<Ports, "files">, root: string): Promise<Problem> {
  if ((await files.status(join(root, "flake.nix"))) === undefined)
    return {
      code: "environment/no-flake",
      message: `there is no flake.nix in ${root}, so there is no development shell`,
      remedy: "have one written: `ai-rules init`",
    };
  return {
    code: "environment/no-nix",
    message: "Nix is not installed, so the shell of flake.nix cannot be evaluated",
    remedy: "install Nix: https://nixos.org/download",
  };
}

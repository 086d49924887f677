/** The composition root: reads the command line, runs one command, sets the exit code. */
import { resolve } from "node:path";
import { AiRulesError, type Problem, toProblem } from "../core/error.ts";
import { errorLink } from "../core/error-codes.ts";
import { createOwnProcess } from "../platform/own-process.ts";
import { type Invocation, type OptionValues, parseInvocation } from "./arguments.ts";
import { endWithReader } from "./closed-pipe.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { commandHelpText, helpText } from "./help.ts";
import type { ModelsInvocation } from "./models.ts";
import type { Tools } from "./run-job.ts";
import { version } from "./version.ts";

/** Runs the command of `process.argv`. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  if (argv[0] === "__complete") return completeWords(argv.slice(1));
  const debug = argv.includes("--debug");
  try {
    const invocation = parseInvocation(argv);
    // Who has a terminal to put back first looks after both itself.
    if (!takesTerminal(invocation)) {
      endWithReader();
      createOwnProcess().onUncaught((error) => {
        void fail(error, debug).finally(() => process.exit());
      });
    }
    process.exitCode = await run(invocation);
  } catch (error) {
    endWithReader();
    await fail(error, debug);
  }
}

function takesTerminal(invocation: Invocation): boolean {
  return invocation.type === "run" && ["tui", "keys"].includes(invocation.command);
}

async function fail(error: unknown, debug: boolean): Promise<void> {
  const problem = toProblem(error);
  process.exitCode = exitCodeOf(problem);
  process.stderr.write(errorText(error, debug));
  if (process.exitCode !== exitCodes.usage) await logFailure(problem);
}

/** For the report of a fault: what failed stands in the log as well. */
async function logFailure(problem: Problem): Promise<void> {
  const { createPorts } = await import("../platform/real-ports.ts");
  const { code, message, detail } = problem;
  createPorts().log.error(`${code}: ${place(problem)}${message}${detail ? `: ${detail}` : ""}`);
}

/** For the completion scripts; it is in no help. */
async function completeWords(argv: readonly string[]): Promise<void> {
  const { complete } = await import("./complete.ts");
  const answer = await complete(argv);
  // What still waits for a runtime must not keep the shell waiting.
  endWithReader();
  process.stdout.write(answer, () => process.exit());
}

async function run(invocation: Invocation): Promise<number> {
  switch (invocation.type) {
    case "version":
      return print(`${version()}\n`);
    case "help":
      return print(
        invocation.of ? commandHelpText(invocation.of, helpCols()) : helpText(helpCols()),
      );
    case "run":
      return runCommand(invocation);
    default:
      return invocation satisfies never;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** What fits into a line of the terminal; a pipe or a file gets lines that are not broken. */
function helpCols(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/** Each command's code is loaded only when it runs. */
async function runCommand(invocation: Extract<Invocation, { type: "run" }>): Promise<number> {
  // Init makes the directory of a new application.
  if (invocation.command !== "init") await refuseMissing(invocation.options.cwd);
  switch (invocation.command) {
    case "tui": {
      const { tui } = await import("./tui.ts");
      return endSoon(await tui(invocation.options));
    }
    case "doctor":
      return runDoctor(invocation);
    case "init": {
      const { init } = await import("./init.ts");
      return withTools(invocation.options, (tools) => init(tools, invocation, process.cwd()));
    }
    case "env":
    case "env refresh":
    case "env diff": {
      const { env } = await import("./env.ts");
      const { command, options } = invocation;
      return withTools(options, (tools) => env(tools, { command, options }, process.cwd()));
    }
    case "config":
    case "config schema":
    case "config edit": {
      const { config } = await import("./config.ts");
      const { command, options } = invocation;
      return withTools(options, (tools) => config(tools, { command, options }, process.cwd()));
    }
    case "keys":
      return runKeys(invocation.options);
    case "completion": {
      const { completion } = await import("./completion.ts");
      return print(completion(invocation.arguments));
    }
    case "models":
    case "models show":
    case "models use":
    case "models load":
    case "models unload":
    case "models pull":
    case "models fit":
      return runModels({ ...invocation, command: invocation.command });
    default:
      return invocation.command satisfies never;
  }
}

/** A mistyped directory would be a project without anything in it. */
async function refuseMissing(directory: string | undefined): Promise<void> {
  if (directory === undefined) return;
  const { createFiles } = await import("../platform/files.ts");
  const found = await createFiles().status(resolve(directory));
  if (found?.kind === "directory") return;
  throw new AiRulesError({
    code: "usage/option",
    message: `--cwd names ${directory || "nothing"}, which is no directory`,
    remedy: "write --cwd DIR with a directory that is there",
  });
}

async function runKeys(options: OptionValues): Promise<number> {
  const [{ keys }, { paintsColors, createPaint }, { createPorts }, { createTerminal }] =
    await Promise.all([
      import("./keys.ts"),
      import("./paint.ts"),
      import("../platform/real-ports.ts"),
      import("../platform/terminal.ts"),
    ]);
  const ports = createPorts();
  const noColor = options["no-color"] === true;
  const paint = createPaint(paintsColors({ env: ports.env, noColor, isTty: true }));
  return keys({ ports, terminal: createTerminal(), paint }, options, process.cwd());
}

async function runModels(invocation: ModelsInvocation): Promise<number> {
  const { models } = await import("./models.ts");
  return withTools(invocation.options, (tools) => models(tools, invocation, process.cwd()));
}

/** Runs a command that writes lines, asks and can be interrupted. */
async function withTools(
  options: OptionValues,
  command: (tools: Tools) => Promise<number>,
): Promise<number> {
  const [{ createConsole }, { createPorts }] = await Promise.all([
    import("./console.ts"),
    import("../platform/real-ports.ts"),
  ]);
  const ports = createPorts();
  const console = createConsole({
    env: ports.env,
    noColor: options["no-color"] === true,
    quiet: options.quiet === true,
  });
  // Timers of ours do not keep the process alive, and between two requests there may be nothing else.
  const alive = setInterval(() => {}, 60_000);
  try {
    return await command({ ports, console, ownProcess: createOwnProcess() });
  } finally {
    clearInterval(alive);
  }
}

/** All is put back and saved; a check of the doctor that hangs is killed as we exit, not waited for. */
function endSoon(code: number): number {
  setTimeout(() => process.exit(code), 100).unref();
  return code;
}

type DoctorRun = Pick<Extract<Invocation, { type: "run" }>, "arguments" | "options">;

async function runDoctor(invocation: DoctorRun): Promise<number> {
  const [{ doctor }, { createTerminal }] = await Promise.all([
    import("./doctor.ts"),
    import("../platform/terminal.ts"),
  ]);
  const code = await withTools(invocation.options, (tools) =>
    doctor({ ...tools, terminal: createTerminal() }, invocation, process.cwd()),
  );
  // What hangs and ignores that it is to end is killed as we exit; it is not waited for.
  await new Promise((written) => process.stdout.write("", written));
  process.exit(code);
}

/** `error: …`, then `fix: …`; its code and what stands behind it only with --debug. */
function errorText(error: unknown, debug: boolean): string {
  const problem = toProblem(error);
  const code = debug ? `code: ${problem.code}, see ${errorLink(problem.code)}\n` : "";
  const stack = debug && error instanceof Error ? `${error.stack}\n` : "";
  const cause =
    debug && error instanceof AiRulesError && error.cause instanceof Error
      ? `${error.cause.stack}\n`
      : "";
  return `error: ${place(problem)}${problem.message}\nfix: ${problem.remedy}\n${code}${stack}${cause}`;
}

function place({ position }: Problem): string {
  if (!position) return "";
  const { file, line, column } = position;
  return `${[file, line, column].filter((part) => part !== undefined).join(":")}: `;
}

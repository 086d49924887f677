/** The composition root: reads the command line, runs one command, sets the exit code. */
import { AiRulesError, type Problem, toProblem } from "../core/error.ts";
import { type Invocation, type OptionValues, parseInvocation } from "./arguments.ts";
import { exitCodeOf } from "./exit-codes.ts";
import { commandHelpText, helpText } from "./help.ts";
import type { ModelsInvocation } from "./models.ts";
import type { Tools } from "./run-job.ts";
import { version } from "./version.ts";

/** Runs the command of `process.argv`. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  const debug = argv.includes("--debug");
  try {
    process.exitCode = await run(parseInvocation(argv));
  } catch (error) {
    process.stderr.write(errorText(error, debug));
    process.exitCode = exitCodeOf(toProblem(error));
  }
}

async function run(invocation: Invocation): Promise<number> {
  switch (invocation.type) {
    case "version":
      process.stdout.write(`${version()}\n`);
      return 0;
    case "help":
      process.stdout.write(invocation.of ? commandHelpText(invocation.of) : helpText());
      return 0;
    case "run":
      return runCommand(invocation);
    default:
      return invocation satisfies never;
  }
}

/** Each command's code is loaded only when it runs. */
async function runCommand(invocation: Extract<Invocation, { type: "run" }>): Promise<number> {
  switch (invocation.command) {
    case "tui": {
      const { tui } = await import("./tui.ts");
      return tui(invocation.options);
    }
    case "doctor":
      return runDoctor(invocation);
    case "init": {
      const { init } = await import("./init.ts");
      return withTools(invocation.options, (tools) => init(tools, invocation, process.cwd()));
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

async function runModels(invocation: ModelsInvocation): Promise<number> {
  const { models } = await import("./models.ts");
  return withTools(invocation.options, (tools) => models(tools, invocation, process.cwd()));
}

/** Runs a command that writes lines, asks and can be interrupted. */
async function withTools(
  options: OptionValues,
  command: (tools: Tools) => Promise<number>,
): Promise<number> {
  const [{ createConsole }, { createPorts }, { createOwnProcess }] = await Promise.all([
    import("./console.ts"),
    import("../platform/real-ports.ts"),
    import("../platform/own-process.ts"),
  ]);
  const ports = createPorts();
  const console = createConsole({ env: ports.env, noColor: options["no-color"] === true });
  // Timers of ours do not keep the process alive, and between two requests there may be nothing else.
  const alive = setInterval(() => {}, 60_000);
  try {
    return await command({ ports, console, ownProcess: createOwnProcess() });
  } finally {
    clearInterval(alive);
  }
}

type DoctorRun = Pick<Extract<Invocation, { type: "run" }>, "arguments" | "options">;

async function runDoctor(invocation: DoctorRun): Promise<number> {
  const [{ doctor }, { createTerminal }] = await Promise.all([
    import("./doctor.ts"),
    import("../platform/terminal.ts"),
  ]);
  // Each command that runs is killed should we exit, and many run at once: Node takes that for a leak.
  process.setMaxListeners(0);
  const code = await withTools(invocation.options, (tools) =>
    doctor({ ...tools, terminal: createTerminal() }, invocation, process.cwd()),
  );
  // What hangs and ignores that it is to end is killed as we exit; it is not waited for.
  await new Promise((resolve) => process.stdout.write("", resolve));
  process.exit(code);
}

/** `error: …`, then `fix: …`; what stands behind it only with --debug. */
function errorText(error: unknown, debug: boolean): string {
  const problem = toProblem(error);
  const stack = debug && error instanceof Error ? `${error.stack}\n` : "";
  const cause =
    debug && error instanceof AiRulesError && error.cause instanceof Error
      ? `${error.cause.stack}\n`
      : "";
  return `error: ${place(problem)}${problem.message}\nfix: ${problem.remedy}\n${stack}${cause}`;
}

function place({ position }: Problem): string {
  if (!position) return "";
  const { file, line, column } = position;
  return `${[file, line, column].filter((part) => part !== undefined).join(":")}: `;
}

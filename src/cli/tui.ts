/** `ai-rules tui`: refuses where it cannot work, takes the project, runs, and lets go of it. */
import { basename } from "node:path";
import { AiRulesError, type Problem } from "../core/error.ts";
import { agentModes } from "../core/mode.ts";
import type { Settings } from "../core/settings.ts";
import { findCollisions } from "../keys/collisions.ts";
import { createKeymap } from "../keys/keymap.ts";
import { readKeybinds } from "../opencode/user-keybinds.ts";
import { createOwnProcess } from "../platform/own-process.ts";
import type { Ports, Terminal } from "../platform/ports.ts";
import { createPorts } from "../platform/real-ports.ts";
import { createTerminal } from "../platform/terminal.ts";
import { startThread } from "../platform/thread.ts";
import { directoriesOf, openRuntimeDirectory, projectDirectory } from "../project/directories.ts";
import { createProcessLedger, sweepLeftovers } from "../project/leftovers.ts";
import { acquireLock } from "../project/lock.ts";
import { openPicks } from "../project/picks.ts";
import { findProjectRoot } from "../project/root.ts";
import { createRunDirectory } from "../project/run-directory.ts";
import { createSavedStateWriter, readSavedState } from "../project/saved-state.ts";
import { answerScreenRequests } from "../project/screen-requests.ts";
import { loadSettings } from "../project/settings.ts";
import { watchSettings } from "../project/watch-settings.ts";
import type { ViewWorker } from "../tui/chrome.ts";
import { runTui } from "../tui/run.ts";
import type { FromWorker, ToWorker } from "../tui/view/protocol.ts";
import type { Capabilities } from "../tui/view/theme.ts";
import type { OptionValues } from "./arguments.ts";
import { createNotices } from "./notices.ts";
import { version } from "./version.ts";

/** Opens the three modes on a project; resolves to the exit code. */
export async function tui(options: OptionValues): Promise<number> {
  const base = createPorts();
  const ports = options["no-color"] ? { ...base, env: { ...base.env, NO_COLOR: "1" } } : base;
  const terminal = createTerminal();
  refuseWithoutTerminal(ports, terminal);
  const root = (await findProjectRoot(ports, options.cwd ?? process.cwd())).path;
  const runtime = await openRuntimeDirectory(ports);
  const tty = await terminal.name();
  const lock = await acquireLock(ports, {
    runtimeDirectory: runtime,
    root,
    ...(tty === undefined ? {} : { tty }),
  });
  if (lock.type === "held") throw new AiRulesError(lock.problem);
  try {
    return await runInProject({ ports, terminal, root, runtime, options });
  } finally {
    await lock.release();
  }
}

type Session = {
  readonly ports: Ports;
  readonly terminal: Terminal;
  readonly root: string;
  /** The directory of locks and running programs. */
  readonly runtime: string;
  readonly options: OptionValues;
};

async function runInProject({ ports, terminal, root, runtime, options }: Session): Promise<number> {
  ports.log.info(`ai-rules ${version()} opens ${root} on Node ${process.versions.node}`);
  const directories = directoriesOf(ports);
  const data = projectDirectory(directories, root);
  const sweeping = sweepLeftovers(ports, runtime);
  const settings = await loadSettings(ports, root);
  const { saved, problem } = await readSavedState(ports, data);
  const run = await createRunDirectory(ports, runtime);
  const notices = createNotices(ports.log);
  const onProblem = (found: Problem) => notices.tell([found]);
  const picks = await openPicks(ports, { projectDirectory: data, onProblem });
  const problems = [problem, picks.problem].filter((each) => each !== undefined);
  notices.tell([...settings.errors, ...settings.warnings, ...problems]);
  void tellKeyProblems({ ports, root, settings: settings.settings, tell: notices.tell });
  const writer = createSavedStateWriter(ports, { projectDirectory: data, onProblem });
  const shell = options.shell ?? settings.settings.shell;
  try {
    return await runTui({
      ports,
      terminal,
      ownProcess: createOwnProcess(),
      startView,
      project: { root, name: basename(root) },
      program: { version: version(), node: process.versions.node },
      settings: settings.settings,
      watchNotices: notices.listen,
      directories: { runtime, run: run.path, data, environments: directories.environments },
      ledger: createProcessLedger(ports, run.path),
      save: writer.save,
      savePicks: picks.save,
      watchPicks: picks.watch,
      watchSettings: (onChange) =>
        watchSettings(ports, {
          root,
          current: settings.settings,
          onSettings: (changed, warnings) => {
            onChange(changed);
            notices.tell(warnings);
          },
          onBroken: (errors) => notices.tell(errors, "the settings from before still hold"),
        }),
      answerScreens: (screens) => answerScreenRequests(ports, run.path, screens),
      ...(shell === undefined ? {} : { shell }),
      ...(saved === undefined ? {} : { saved }),
      ...(picks.saved === undefined ? {} : { picks: picks.saved }),
    });
  } finally {
    await writer.flush();
    await picks.flush();
    await sweeping;
    await run.remove();
  }
}

type KeyCheck = {
  readonly ports: Ports;
  readonly root: string;
  readonly settings: Settings;
  readonly tell: (problems: readonly Problem[]) => void;
};

/** Keys of the settings that cannot be, and keys that the user gave to OpenCode and we take. */
async function tellKeyProblems({ ports, root, settings, tell }: KeyCheck): Promise<void> {
  const keymap = createKeymap(settings.keys);
  const runsOpencode = agentModes.some((mode) => !settings.modes[mode].command);
  const keybinds = runsOpencode ? await readKeybinds(ports, { root, environment: ports.env }) : {};
  const problems = [...keymap.problems, ...findCollisions(keybinds, keymap)];
  if (problems.length > 0) tell(problems);
}

function startView(capabilities: Capabilities): ViewWorker {
  const entry = new URL("../tui/view/worker.js", import.meta.url);
  const thread = startThread<ToWorker, FromWorker>(entry, capabilities);
  return {
    ...thread,
    onMessage(listener) {
      thread.onMessage(listener);
      thread.onFailed((error) => listener({ type: "ended", message: error.message }));
    },
  };
}

/** Full-screen output into a pipe, a CI log or another agent's tool call helps nobody. */
function refuseWithoutTerminal({ env }: Ports, { isTty }: Terminal): void {
  const inside = agentVariables.find((name) => env[name] !== undefined && env[name] !== "");
  if (isTty && inside === undefined) return;
  throw new AiRulesError({
    code: "terminal/not-a-terminal",
    message: inside
      ? `ai-rules tui needs a terminal of its own, and ${inside} says that it has none here`
      : "ai-rules tui needs a terminal, and input or output is none",
    remedy: inside
      ? `run it in a terminal of your own, or unset ${inside}`
      : "run `ai-rules tui` in a terminal, without pipes",
  });
}

/** CI services and coding agents set these for what they start. */
const agentVariables = ["CI", "CLAUDECODE", "OPENCODE", "AI_RULES_MODE"] as const;

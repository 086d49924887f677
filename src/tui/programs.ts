/** What a mode runs: OpenCode with its own port, password and configuration, or a plain command. */
import { toldModel } from "../core/agent-model.ts";
import { AiRulesError } from "../core/error.ts";
import type { AgentMode } from "../core/mode.ts";
import { agentModes } from "../core/mode.ts";
import type { ModelsState } from "../core/models.ts";
import type { State } from "../core/state.ts";
import { findProgram } from "../opencode/find-program.ts";
import { type LaunchRequest, prepareLaunch } from "../opencode/launch.ts";
import { locateOpencode } from "../opencode/locate.ts";
import { watchAgent } from "../opencode/watch.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import type { ModelApplier } from "./model-applier.ts";
import { paneModel } from "./pane-model.ts";
import { commandMissing, type Program } from "./supervisor.ts";

export type ProgramOptions = {
  readonly ports: Ports;
  readonly state: () => State;
  /** The environment that a process which starts now gets. */
  readonly variables: () => Variables;
  readonly directories: { readonly run: string; readonly data: string };
  /** Resolves when it is known which model a mode uses. */
  readonly modelKnown: (mode: AgentMode) => Promise<void>;
  /** An agent is about to start; returns what is to be done once it answers. */
  readonly agentStarts: ModelApplier["starts"];
};

/** Makes the function that finds out what to run in a mode. */
export function createPrograms(options: ProgramOptions): (mode: AgentMode) => Promise<Program> {
  return (mode) => {
    const { command } = options.state().settings.modes[mode];
    return command ? commandOf(options, mode, command) : agentOf(options, mode);
  };
}

async function commandOf(
  { ports, state, variables }: ProgramOptions,
  mode: AgentMode,
  command: readonly string[],
): Promise<Program> {
  const { project, settings } = state();
  const [name = "", ...args] = command;
  const env: Variables = {
    ...paneVariables(variables(), mode),
    ...settings.modes[mode].env,
    PWD: project.root,
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
  };
  const file = await findProgram(ports, name, { path: env["PATH"] ?? "", cwd: project.root });
  if (!file) throw commandMissing(mode, name);
  return { file, args, cwd: project.root, env };
}

async function agentOf(options: ProgramOptions, mode: AgentMode): Promise<Program> {
  const { ports, state } = options;
  await options.modelKnown(mode);
  const { project, settings, panes } = state();
  const environment = paneVariables(options.variables(), mode);
  const located = await locateOpencode(ports, {
    configured: settings.opencode.path,
    projectRoot: project.root,
    userPath: ports.env["PATH"],
    shellPath: environment["PATH"],
  });
  if ("code" in located) throw new AiRulesError(located);
  const port = await ports.network.freePort();
  const password = ports.randomText(24);
  const sessionId = panes[mode].session?.id;
  const { models } = state();
  const told = toldModel(models, mode);
  const launch = await prepareLaunch(ports, {
    mode,
    ...modelOf(options, mode, models),
    project,
    directories: options.directories,
    port,
    password,
    environment,
    opencode: located,
    ...(sessionId === undefined ? {} : { sessionId }),
  });
  const { agentName, modelsFile, facts } = launch;
  const agent = { port, password, agentName, modelsFile, ...(facts ? { facts } : {}) };
  const onReady = options.agentStarts(mode, agent, told);
  return {
    ...launch,
    cwd: project.root,
    watch: (report) =>
      watchAgent(ports, {
        mode,
        agentName,
        port,
        password,
        report,
        onReady,
        // A switch changes it while the agent runs.
        get wantedModel() {
          return state().panes[mode].wantedModel;
        },
        ...(sessionId === undefined ? {} : { sessionId }),
      }),
    lostSession: (screen) => /Session not found/i.test(screen),
  };
}

/** The model of a mode for OpenCode: one of our runtimes, or one of its own by its name. */
function modelOf(
  { state, variables }: ProgramOptions,
  mode: AgentMode,
  models: ModelsState,
): Pick<LaunchRequest, "settings" | "localModel"> {
  const { settings } = state();
  const localModel = paneModel(models, mode, variables());
  const wish = models.wishes[mode];
  // What OpenCode's own configuration says need not be said again.
  const named = wish && wish.source.from !== "opencode" ? { model: wish.model } : {};
  return {
    settings: { ...settings.modes[mode], ...named },
    ...(localModel ? { localModel } : {}),
  };
}

/** What every process of a pane is told: its mode, and a port of its own for `mix phx.server`. */
function paneVariables(environment: Variables, mode: AgentMode): Variables {
  const port = Number(environment["PORT"]);
  const own = Number.isInteger(port) && port > 0 ? { PORT: String(port + portOffset(mode)) } : {};
  return { ...environment, ...own, AI_RULES_MODE: mode };
}

/** Build keeps the project's port: it is where the server is looked for. */
function portOffset(mode: AgentMode): number {
  return mode === "build" ? 0 : agentModes.indexOf(mode) === 0 ? 1 : 2;
}

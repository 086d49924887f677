import { join } from "node:path";
import type { AgentModel } from "../core/agent-model.ts";
import { AiRulesError, type Problem } from "../core/error.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { ModeSettings } from "../core/settings.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import {
  configText,
  type FactFiles,
  factFilesIn,
  factTexts,
  modelsFileText,
} from "./local-model.ts";
import { withoutAbsentServers } from "./mcp-programs.ts";
import { agentOf, modeConfig } from "./mode-config.ts";
import { isReadOnly } from "./read-only.ts";
import { commandsName, commandsText, shellName, shellText } from "./read-only-shell.ts";
import { tuiConfigText } from "./tui-config.ts";
import { knownAgents, readUserConfig, type UserConfig } from "./user-config.ts";

export type LaunchRequest = {
  readonly mode: AgentMode;
  readonly settings: ModeSettings;
  /** The model of a runtime that the mode is to use; it counts more than the settings' one. */
  readonly localModel?: AgentModel;
  readonly project: { readonly root: string };
  readonly directories: {
    /** Removed when ai-rules ends; mode 0700; programs and libraries in it can be run. */
    readonly run: string;
    /** The project's own state directory: conversations live here. */
    readonly data: string;
  };
  readonly port: number;
  /** Never in `args`: others can read them. */
  readonly password: string;
  /** The conversation to go on with. */
  readonly sessionId?: string;
  /** The development shell's variables; the mode's own are added here. */
  readonly environment: Variables;
  readonly opencode: { readonly file: string };
};

export type Launch = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Variables;
  /** OpenCode's name of the agent that must run. */
  readonly agentName: string;
  /**
   * The configuration file in which a running agent can be told of another model: what it was
   * started with lies in its environment and stays.
   */
  readonly modelsFile: string;
  /** The model it is started with, and the files in which that can be corrected. */
  readonly facts?: { readonly ref: string; readonly files: FactFiles };
};

/** A launch and what has to lie on the disk before it. */
export type LaunchPlan = Launch & {
  /** Made with mode 0700. */
  readonly directories: readonly string[];
  readonly files: readonly {
    readonly path: string;
    readonly text: string;
    readonly mode: number;
  }[];
};

/**
 * Reads the user's configuration and writes what OpenCode needs to start in a mode. Throws
 * AiRulesError `opencode/files-not-written` when the disk does not let it, `opencode/agent-missing`
 * when the settings name an agent that nothing defines.
 */
export async function prepareLaunch(
  ports: Pick<Ports, "files" | "host" | "log">,
  request: LaunchRequest,
): Promise<Launch> {
  const environment = { ...request.environment, ...request.settings.env };
  const root = request.project.root;
  const userConfig = await readUserConfig(ports, { mode: request.mode, root, environment });
  const problem = unknownAgent(request, userConfig);
  if (problem) throw new AiRulesError(problem);
  const place = { mode: request.mode, root, environment };
  const usable = await withoutAbsentServers(ports, userConfig, place);
  const { directories, files, ...launch } = planLaunch(request, usable);
  try {
    for (const path of directories) await ports.files.makeDirectory(path, 0o700);
    for (const { path, text, mode } of files) await ports.files.writeAtomically(path, text, mode);
  } catch (cause) {
    throw notWritten(request, cause);
  }
  return launch;
}

/** Our configuration would make an agent of a misspelt name, with OpenCode's default rules. */
function unknownAgent(
  { mode, settings }: LaunchRequest,
  userConfig: UserConfig,
): Problem | undefined {
  const name = agentOf(mode, settings);
  if ([...agentModes, ...subagents, ...knownAgents(userConfig)].includes(name)) return undefined;
  return {
    code: "opencode/agent-missing",
    message: `modes.${mode}.agent names "${name}", which no OpenCode configuration defines`,
    remedy: `define it in .opencode/agent/${name}.md, or correct modes.${mode}.agent in ai-rules.json`,
  };
}

/** OpenCode's own agents that no mode is named after. */
const subagents: readonly string[] = ["general", "explore"];

function notWritten({ mode, directories }: LaunchRequest, cause: unknown): AiRulesError {
  const detail = cause instanceof Error ? { detail: cause.message } : {};
  return new AiRulesError(
    {
      code: "opencode/files-not-written",
      message: `the files that ${mode} needs to start could not be written`,
      remedy: `make room and give yourself the right to write in ${directories.data} and ${directories.run}`,
      ...detail,
    },
    { cause },
  );
}

/** Everything that starting the OpenCode of a mode takes, as data. */
export function planLaunch(request: LaunchRequest, userConfig: UserConfig): LaunchPlan {
  const { mode, settings, project, directories } = request;
  const readOnlyShell = join(directories.data, "read-only", shellName);
  const tuiConfig = join(directories.run, "tui.json");
  const modelsFile = join(directories.run, `models-${mode}.json`);
  const temporary = join(directories.run, `tmp-${mode}`);
  const { localModel } = request;
  const facts = localModel && factFilesIn(directories.run, mode);
  const config = modeConfig({
    mode,
    settings,
    userConfig,
    readOnlyShell,
    ...(localModel ? { localModel, facts } : {}),
  });
  const factsOf = localModel && facts ? factTexts(localModel, facts) : [];
  const shell = isReadOnly(mode) ? shellFiles(readOnlyShell) : [];
  return {
    file: request.opencode.file,
    args: launchArguments(request),
    cwd: project.root,
    agentName: agentOf(mode, settings),
    modelsFile,
    ...(localModel && facts ? { facts: { ref: localModel.ref, files: facts } } : {}),
    directories: [directories.data, temporary],
    files: [
      { path: tuiConfig, text: tuiConfigText(userConfig.tuiConfig), mode: 0o600 },
      { path: modelsFile, text: modelsFileText(userConfig.ownConfig), mode: 0o600 },
      ...factsOf.map((file) => ({ ...file, mode: 0o600 })),
      ...shell,
    ],
    env: {
      ...withoutProxyForUs(withoutTerminals({ ...request.environment, ...settings.env })),
      TERM: "xterm-256color",
      COLORTERM: "truecolor",
      // OpenCode's own idea of where it is (measured: `run` believes PWD, not its directory).
      PWD: project.root,
      OPENCODE_CONFIG: modelsFile,
      OPENCODE_CONFIG_CONTENT: configText(config, facts),
      OPENCODE_TUI_CONFIG: tuiConfig,
      OPENCODE_DB: join(directories.data, `opencode-${mode}.db`),
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      OPENCODE_SERVER_USERNAME: "opencode",
      OPENCODE_SERVER_PASSWORD: request.password,
      // Each start unpacks some 20 MB of libraries and never removes them.
      BUN_TMPDIR: temporary,
      // `git status` would write the index anew.
      ...(isReadOnly(mode) ? { GIT_OPTIONAL_LOCKS: "0" } : {}),
    },
  };
}

function launchArguments(request: LaunchRequest): readonly string[] {
  const { mode, settings, port, sessionId } = request;
  const session = sessionId === undefined ? [] : ["--session", sessionId];
  return ["--agent", agentOf(mode, settings), "--port", String(port), ...session];
}

function shellFiles(path: string): LaunchPlan["files"] {
  return [
    { path, text: shellText, mode: 0o700 },
    { path: join(path, "..", commandsName), text: commandsText, mode: 0o600 },
  ];
}

/**
 * Variables of the terminal and multiplexer around us: OpenCode would speak their language to our
 * emulator. OPENCODE_* that would undo the lock or belong to an OpenCode around us go as well.
 */
const foreignVariables =
  /^(TMUX|ZELLIJ|KITTY_|WEZTERM_|TERM_PROGRAM|ALACRITTY_|ITERM_|LC_TERMINAL|GHOSTTY_|KONSOLE_|WT_|VSCODE_|HERDR_)|^(STY|WINDOW|VTE_VERSION|WINDOWID|TERMINAL_EMULATOR|TERM_SESSION_ID|TERM_FEATURES|COLORFGBG|COLUMNS|LINES|NVIM|OPENCODE|OPENCODE_PID|AGENT|OPENCODE_PERMISSION|OPENCODE_FAST_BOOT|OPENCODE_AUTO_SHARE)$/;

function withoutTerminals(environment: Variables): Variables {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !foreignVariables.test(name)),
  );
}

/** OpenCode's screen talks to its own server over HTTP: behind a proxy it would never get there. */
function withoutProxyForUs(environment: Variables): Variables {
  const hasProxy = Object.keys(environment).some((name) => /^(https?|all)_proxy$/i.test(name));
  if (!hasProxy) return environment;
  const own = environment["NO_PROXY"] ?? environment["no_proxy"];
  const value = [...(own ? [own] : []), "127.0.0.1", "localhost"].join(",");
  return { ...environment, NO_PROXY: value, no_proxy: value };
}

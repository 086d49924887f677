/** A real OpenCode in a real terminal, started as a mode is, in a project and a home of its own. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentReport } from "../../src/core/agent.ts";
import type { AgentModel } from "../../src/core/agent-model.ts";
import type { AgentMode } from "../../src/core/mode.ts";
import { adoptModel } from "../../src/opencode/adopt-model.ts";
import { prepareLaunch } from "../../src/opencode/launch.ts";
import { locateOpencode } from "../../src/opencode/locate.ts";
import { watchAgent } from "../../src/opencode/watch.ts";
import type { Ports, Variables } from "../../src/platform/ports.ts";
import type { RunningAgent } from "../../src/tui/apply-model.ts";
import { openTerminal, type TestTerminal } from "../e2e/terminal.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { modelConfig } from "../fakes/model-project.ts";
import { type ModelRequest, type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { until } from "../fakes/until.ts";

/** Whether `npm install` brought OpenCode; where CI runs, its absence is a failure. */
export const opencodeIsThere = existsSync(
  join(
    import.meta.dirname,
    "../../node_modules",
    `opencode-${process.platform}-${process.arch}`,
    "bin/opencode",
  ),
);

export type World = {
  readonly directory: string;
  readonly root: string;
  readonly run: string;
  readonly ports: Ports;
  readonly models: ModelServer;
  /** In the environment of every process that the world starts, as `NAME=value`. */
  readonly mark: string;
  open(options: OpenOptions): Promise<Pane>;
  /** Ends everything and removes all files. */
  close(): Promise<void>;
};

export type OpenOptions = {
  readonly mode: AgentMode;
  readonly sessionId?: string;
  readonly model?: string;
  readonly localModel?: AgentModel;
  /** Gives the conversation `localModel` when the agent has started. */
  readonly adopts?: boolean;
  /** What was typed before was put aside. */
  readonly stashed?: boolean;
  /** Variables beside those of the world. */
  readonly variables?: Variables;
};

export type Pane = {
  readonly terminal: TestTerminal;
  readonly agent: RunningAgent;
  readonly port: number;
  readonly reports: readonly AgentReport[];
  last<T extends AgentReport["type"]>(type: T): Extract<AgentReport, { type: T }> | undefined;
  /** Waits until the reports satisfy a condition; shows reports and screen on time-out. */
  seen(look: () => unknown): Promise<void>;
  /** Waits for an activity, and returns how many reports there were before it. */
  activity(type: string): Promise<void>;
  /** Asks the agent over HTTP; returns the tool results once the turn has ended. */
  ask(prompt: string): Promise<readonly string[]>;
  post(path: string, body: object): Promise<void>;
  get(path: string): Promise<unknown>;
  /** Ends it with SIGTERM. */
  end(): Promise<void>;
};

/** Makes a project with a git history, its files and OpenCode configuration, and a model server. */
export async function createWorld(config: object = {}): Promise<World> {
  const directory = await mkdtemp(join(await realpath(tmpdir()), "ai-rules-opencode-"));
  const mark = `AI_RULES_TEST=${directory}`;
  const models = await startModelServer();
  const root = join(directory, "my project");
  await mkdir(join(directory, "home"), { recursive: true });
  await mkdir(root);
  await writeFile(
    join(root, "opencode.json"),
    JSON.stringify({ ...modelConfig(models), ...config }, null, 2),
  );
  await writeFile(join(root, "notes.txt"), "one\ntwo\n");
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  for (const args of [
    ["init", "-q"],
    ["add", "."],
    [...identity, "commit", "-q", "-m", "first"],
  ])
    execFileSync("git", args, { cwd: root });
  const ports = isolatedPorts(directory, {
    LANG: "C.UTF-8",
    AI_RULES_TEST: directory,
    // OpenCode installs its plugin package into each configuration folder; here that fails at once.
    npm_config_offline: "true",
  });
  const panes = new Set<() => Promise<void>>();
  const run = join(directory, "run");
  const world = { directory, root, run, ports, models, mark };
  return {
    ...world,
    open: async (options) => {
      const { pane, close } = await openPane(world, options);
      panes.add(close);
      return pane;
    },
    close: async () => {
      await Promise.all([...panes].map((close) => close()));
      await models.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function openPane(
  { directory, root, run, ports, models }: Omit<World, "open" | "close">,
  {
    mode,
    sessionId,
    model = `fake/fake-${mode}`,
    localModel,
    adopts,
    stashed,
    variables,
  }: OpenOptions,
): Promise<{ readonly pane: Pane; readonly close: () => Promise<void> }> {
  const located = await locateOpencode(ports, {});
  if ("code" in located) throw new Error(located.message);
  const port = await ports.network.freePort();
  const password = ports.randomText(24);
  const session = sessionId === undefined ? {} : { sessionId };
  const launch = await prepareLaunch(ports, {
    mode,
    settings: { model, env: {} },
    project: { root },
    directories: { run, data: join(directory, "data") },
    port,
    password,
    environment: { ...ports.env, ...variables },
    opencode: located,
    ...(localModel ? { localModel } : {}),
    ...session,
  });
  const terminal = openTerminal({ ...launch, cols: 100, rows: 40, kitty: false });
  const reports: AgentReport[] = [];
  const cancel = watchAgent(ports, {
    mode,
    agentName: launch.agentName,
    wantedModel: localModel?.ref ?? model,
    port,
    password,
    report: (report) => reports.push(report),
    onReady: (client) =>
      adoptModel(client, {
        clock: ports.clock,
        agentName: launch.agentName,
        stashed: stashed === true,
        screen: () => terminal.screen(),
        ...session,
        ...(adopts && localModel ? { model: localModel } : {}),
      }),
    ...session,
  });

  const seen = async (look: () => unknown): Promise<void> => {
    await until(look, {
      timeoutMs: 40_000,
      seen: () => [
        reports.slice(-4),
        terminal
          .screen()
          .split("\n")
          .map((row) => row.trim()),
      ],
    });
  };
  const last = <T extends AgentReport["type"]>(type: T) =>
    reports.findLast((report): report is Extract<AgentReport, { type: T }> => report.type === type);
  const call = async (path: string, options: RequestInit): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...options,
      headers: {
        authorization: `Basic ${btoa(`opencode:${password}`)}`,
        "content-type": "application/json",
      },
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return text;
  };
  const post = async (path: string, body: object): Promise<void> => {
    await call(path, { method: "POST", body: JSON.stringify(body) });
  };

  const pane: Pane = {
    terminal,
    agent: {
      port,
      password,
      agentName: launch.agentName,
      modelsFile: launch.modelsFile,
      ...(launch.facts ? { facts: launch.facts } : {}),
    },
    port,
    reports,
    last,
    seen,
    activity: (type) => seen(() => last("activity")?.activity.type === type),
    ask: async (prompt) => {
      const before = models.requests.length;
      const id = last("session")?.id ?? "";
      const [providerID, modelID] = model.split("/");
      const parts = [{ type: "text", text: prompt }];
      const body = { agent: launch.agentName, model: { providerID, modelID }, parts };
      await post(`/session/${id}/prompt_async`, body);
      await seen(() => turnEnded(models.requests.slice(before), prompt));
      await pane.activity("idle");
      return models.requests.at(-1)?.toolResults ?? [];
    },
    post,
    get: async (path) => JSON.parse(await call(path, {})),
    end: async () => {
      cancel();
      await terminal.kill("SIGTERM");
      await terminal.exited;
    },
  };
  return {
    pane,
    close: async () => {
      cancel();
      await terminal.close();
    },
  };
}

/** The request after the last of the prompt's tool calls is the turn's last one. */
function turnEnded(requests: readonly ModelRequest[], prompt: string): boolean {
  const own = requests.filter((request) => request.prompt === prompt.trim());
  const calls = prompt.split("\n").filter((line) => line.startsWith("USETOOL:")).length;
  return (own.at(-1)?.toolResults.length ?? -1) >= calls;
}

/** A line that makes the model call a tool. */
export function toolCall(name: string, input: object): string {
  return `USETOOL:${name}:${JSON.stringify(input)}`;
}

/** A line that makes the model run a command. */
export function bash(command: string): string {
  return toolCall("bash", { command, description: "runs it" });
}

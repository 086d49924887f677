import type { AgentReport } from "../core/agent.ts";
import type { Problem } from "../core/error.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { Cancel, Ports } from "../platform/ports.ts";
import { nothingWatched, rootSession, type Watched, withEvent, withSnapshot } from "./activity.ts";
import { createOpencodeClient, type OpencodeClient } from "./client.ts";
import type { OpencodeEvent } from "./events.ts";
import { versionProblem } from "./version.ts";

export type WatchOptions = {
  readonly mode: AgentMode;
  /** OpenCode's name of the agent that must run. */
  readonly agentName: string;
  /** "provider/model" asked for by the settings. */
  readonly wantedModel?: string;
  readonly port: number;
  readonly password: string;
  /** The conversation it was started with. */
  readonly sessionId?: string;
  readonly report: (report: AgentReport) => void;
};

export type WatchPorts = Pick<Ports, "clock" | "network">;

const healthPauseMs = 250;
const reconnectPausesMs = [250, 500, 1000, 2000, 5000] as const;
/** OpenCode sends a heartbeat every 10 s. */
const silenceMs = 30_000;

/** Watches one OpenCode over HTTP from before it listens until it is cancelled. */
export function watchAgent(ports: WatchPorts, options: WatchOptions): Cancel {
  const client = createOpencodeClient(ports.network.fetch, options);
  const stop = new AbortController();
  const watcher: Watcher = {
    ports,
    options,
    client,
    stop: stop.signal,
    tell: createTeller(options),
  };
  void watch(watcher);
  return () => stop.abort();
}

type Watcher = {
  readonly ports: WatchPorts;
  readonly options: WatchOptions;
  readonly client: OpencodeClient;
  readonly stop: AbortSignal;
  readonly tell: Teller;
};

async function watch(watcher: Watcher): Promise<void> {
  const startedAt = watcher.ports.clock.now();
  const version = await untilHealthy(watcher);
  if (version === undefined) return;
  const checked = await checkAgent(watcher);
  if (watcher.stop.aborted) return;
  watcher.tell.ready({ version, ...checked });
  await follow(watcher, startedAt);
}

async function untilHealthy(watcher: Watcher): Promise<string | undefined> {
  while (!watcher.stop.aborted) {
    const version = await watcher.client.health();
    if (version !== undefined) return version;
    await pause(watcher, healthPauseMs);
  }
  return undefined;
}

/** Resolves after a time, or at once when the watch is stopped. */
function pause({ ports, stop }: Watcher, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) return resolve();
    const done = () => {
      cancel();
      stop.removeEventListener("abort", done);
      resolve();
    };
    const cancel = ports.clock.after(ms, done);
    stop.addEventListener("abort", done);
  });
}

type Checked = { readonly model?: string; readonly problem?: Problem };

/** Asks the agent what it is: a wrong name falls back to an agent that may write, without a word. */
async function checkAgent({ client, options }: Watcher): Promise<Checked> {
  const [agents, configured, models] = await Promise.all([
    client.agents(),
    client.configuredModel(),
    options.wantedModel ? client.models() : undefined,
  ]);
  const agent = agents?.find(({ name }) => name === options.agentName);
  const model = agent?.model ?? configured;
  const problem =
    (agents &&
      agentProblem(
        options,
        agents.map(({ name }) => name),
      )) ??
    modelProblem(options, { model, models });
  return { ...(model ? { model } : {}), ...(problem ? { problem } : {}) };
}

function agentProblem(
  { mode, agentName }: WatchOptions,
  names: readonly string[],
): Problem | undefined {
  if (!names.includes(agentName)) {
    return {
      code: "opencode/agent-missing",
      message: `OpenCode has no agent "${agentName}": ${mode} runs another one`,
      remedy: `define "${agentName}" under "agent" in opencode.json, or correct modes.${mode}.agent in ai-rules.json`,
    };
  }
  const others = agentModes.filter((other) => other !== agentName && names.includes(other));
  if (others.length === 0) return undefined;
  return {
    code: "opencode/agent-not-locked",
    message: `${mode} can be switched to ${others.join(" and ")}: something enables them again`,
    remedy: "look for managed OpenCode settings (/etc/opencode) that enable agents",
  };
}

type Models = {
  readonly model: string | undefined;
  readonly models: readonly string[] | undefined;
};

function modelProblem(
  { mode, wantedModel }: WatchOptions,
  { model, models }: Models,
): Problem | undefined {
  if (wantedModel === undefined) return undefined;
  if (models && !models.includes(wantedModel)) {
    return {
      code: "opencode/model-missing",
      message: `OpenCode knows no model ${wantedModel}: ${mode} runs another one`,
      remedy: `add it under "provider" in opencode.json, or correct modes.${mode}.model in ai-rules.json`,
    };
  }
  return model && model !== wantedModel ? otherModel(mode, model, wantedModel) : undefined;
}

function otherModel(mode: AgentMode, model: string, wanted: string): Problem {
  return {
    code: "opencode/other-model",
    message: `${mode} uses ${model}, not ${wanted}`,
    remedy: "begin a new conversation (ctrl+x n), or pick the model in OpenCode (ctrl+x m)",
  };
}

/** Follows the events for as long as the watch lasts, over any number of streams. */
async function follow(watcher: Watcher, startedAt: number): Promise<void> {
  let watched = nothingWatched;
  let failures = 0;
  while (!watcher.stop.aborted) {
    for await (const event of openEvents(watcher)) {
      if (watcher.stop.aborted) return;
      watched =
        event.type === "connected"
          ? await readAll(watcher, watched, startedAt)
          : withEvent(watched, event, watcher.ports.clock.now());
      failures = 0;
      if (!watcher.stop.aborted) watcher.tell.watched(watched);
    }
    if (watcher.stop.aborted) return;
    watcher.tell.lost();
    await pause(watcher, reconnectPausesMs[Math.min(failures, 4)] ?? 0);
    failures++;
  }
}

/** One stream of events; ends when it breaks, falls silent or the watch stops. */
async function* openEvents({ client, ports, stop }: Watcher): AsyncGenerator<OpencodeEvent> {
  const silence = new AbortController();
  let cancel = ports.clock.after(silenceMs, () => silence.abort());
  const onBytes = () => {
    cancel();
    cancel = ports.clock.after(silenceMs, () => silence.abort());
  };
  try {
    yield* client.events({ signal: AbortSignal.any([stop, silence.signal]), onBytes });
  } finally {
    cancel();
    silence.abort();
  }
}

/** Reads anew what may have changed while no stream was open. */
async function readAll(watcher: Watcher, watched: Watched, startedAt: number): Promise<Watched> {
  const { client, options, ports } = watcher;
  const [sessions = [], statuses, permissions, questions] = await Promise.all([
    client.sessions(),
    client.statuses(),
    client.permissions(),
    client.questions(),
  ]);
  const started = sessions.find(({ id }) => id === options.sessionId);
  const used = sessions
    .filter((session) => !session.parentId && session.updatedAt >= startedAt)
    .sort((a, b) => b.updatedAt - a.updatedAt)[0];
  const root = used ?? (watched.rootId === undefined ? started : undefined);
  // A session tells the model it was created with; its last message the one it goes on with.
  const model = root && (await client.lastModel(root.id));
  const snapshot = {
    sessions: sessions.map((session) =>
      session === root && model ? { ...session, model } : session,
    ),
    statuses,
    permissions,
    questions,
    rootId: root?.id,
  };
  return withSnapshot(watched, snapshot, ports.clock.now());
}

type Ready = Checked & { readonly version: string };

type Teller = {
  ready(ready: Ready): void;
  watched(watched: Watched): void;
  lost(): void;
};

/** Reports what is new, and only that. */
function createTeller({ mode, agentName, wantedModel, report }: WatchOptions): Teller {
  let ready: Ready | undefined;
  let activity = "";
  let session = "";
  let problem = "";
  let lost = false;

  /** "ready" clears the mismatch of a pane, so it is told again when all is well again. */
  function tellProblem(found: Problem | undefined): void {
    const text = JSON.stringify(found ?? "");
    if (text === problem || !ready) return;
    problem = text;
    if (found) return report({ type: "mismatch", problem: found });
    const { version, model } = ready;
    report({ type: "ready", version, agent: agentName, ...(model ? { model } : {}) });
  }

  return {
    ready(now) {
      ready = now;
      problem = "?";
      tellProblem(undefined);
      tellProblem(now.problem ?? versionProblem(now.version));
    },
    watched(watched) {
      const told = JSON.stringify(watched.activity);
      if (told !== activity || lost) report({ type: "activity", activity: watched.activity });
      activity = told;
      lost = false;
      const root = rootSession(watched);
      if (!root || !ready) return;
      const { id, title, model } = root;
      const text = JSON.stringify([id, title, model]);
      if (text !== session) report({ type: "session", id, title, ...(model ? { model } : {}) });
      session = text;
      const differs = model !== undefined && wantedModel !== undefined && model !== wantedModel;
      tellProblem(
        ready.problem ??
          (differs ? otherModel(mode, model, wantedModel) : versionProblem(ready.version)),
      );
    },
    lost() {
      if (!lost) report({ type: "lost" });
      lost = true;
    },
  };
}

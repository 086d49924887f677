import type { AgentReport } from "../core/agent.ts";
import type { Cancel, Ports } from "../platform/ports.ts";
import { nothingWatched, type Watched, withEvent, withSnapshot } from "./activity.ts";
import { type Checked, checkAgent, type Wanted } from "./agent-check.ts";
import { createTeller, type Teller } from "./agent-teller.ts";
import { createOpencodeClient, type OpencodeClient } from "./client.ts";
import type { OpencodeEvent } from "./events.ts";

export type WatchOptions = Wanted & {
  readonly port: number;
  readonly password: string;
  /** The conversation it was started with. */
  readonly sessionId?: string;
  /** Something to do once the agent answers and before its conversation is read. */
  readonly onReady?: (client: OpencodeClient, stop: AbortSignal) => Promise<void>;
  readonly report: (report: AgentReport) => void;
};

export type WatchPorts = Pick<Ports, "clock" | "network">;

const healthPauseMs = 250;
/** After so many checks, each of up to 2 s, an agent counts as ready without one. */
const maxChecks = 10;
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
    tell: createTeller(options, options.report),
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
  const checked = await untilChecked(watcher);
  if (watcher.stop.aborted) return;
  await watcher.options.onReady?.(watcher.client, watcher.stop);
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

/** While OpenCode reads its configuration it answers late; a check that is left out proves nothing. */
async function untilChecked(watcher: Watcher): Promise<Checked> {
  for (let tries = 1; ; tries++) {
    const checked = await checkAgent(watcher.client, watcher.options);
    if (checked.complete || tries === maxChecks || watcher.stop.aborted) return checked;
    await pause(watcher, healthPauseMs);
  }
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

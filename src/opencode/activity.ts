/**
 * From OpenCode's events to what a pane says of its agent. All sessions of the process count: a
 * sub-agent that waits for a permission makes its pane wait. The user's session is the root; it is
 * the newest one that was created or worked in this process.
 */
import type { Activity } from "../core/agent.ts";
import type { OpencodeEvent, PendingRequest, SessionInfo, SessionStatus } from "./events.ts";

export type Watched = {
  /** Sessions of the user and of sub-agents, oldest first; bounded. */
  readonly sessions: ReadonlyMap<string, SessionInfo>;
  /** Sessions that work or retry. */
  readonly working: ReadonlyMap<string, Exclude<SessionStatus, { type: "idle" }>>;
  readonly pending: ReadonlyMap<string, PendingRequest>;
  /** The session the pane shows. */
  readonly rootId?: string;
  /** How the last turn of the root ended, if not well; until the next one begins. */
  readonly ended?:
    | { readonly type: "aborted" }
    | { readonly type: "failed"; readonly message: string };
  readonly activity: Activity;
};

/** Before anything is known. */
export const nothingWatched: Watched = {
  sessions: new Map(),
  working: new Map(),
  pending: new Map(),
  activity: { type: "unknown" },
};

/** What was read over HTTP after the stream was opened; absent parts could not be read. */
export type Snapshot = {
  readonly sessions: readonly SessionInfo[];
  readonly statuses: ReadonlyMap<string, SessionStatus> | undefined;
  readonly permissions: readonly PendingRequest[] | undefined;
  readonly questions: readonly PendingRequest[] | undefined;
  readonly rootId: string | undefined;
};

/** Sub-agents come and go: more than this many are never asked for again. */
const maxSessions = 500;

/** Takes in one event; `now` in ms since the epoch. */
export function withEvent(watched: Watched, event: OpencodeEvent, now: number): Watched {
  return withActivity(applied(watched, event), now);
}

/** Takes in what was read, in place of all that was known. */
export function withSnapshot(watched: Watched, snapshot: Snapshot, now: number): Watched {
  const rootId = snapshot.rootId ?? watched.rootId;
  const working = snapshot.statuses ? workingOf(snapshot.statuses) : watched.working;
  const read = { permission: snapshot.permissions, question: snapshot.questions };
  const kept = [...watched.pending.values()].filter(
    ({ kind, sessionId }) => read[kind] === undefined && working.has(sessionId),
  );
  const requests = [...kept, ...(read.permission ?? []), ...(read.question ?? [])];
  const next = {
    ...snapshot.sessions.reduce(withSession, watched),
    working,
    pending: new Map(requests.map((request) => [request.id, request])),
    ...(rootId ? { rootId } : {}),
  };
  return withActivity(next, now);
}

/** The session the pane shows, as far as it is known. */
export function rootSession({ sessions, rootId }: Watched): SessionInfo | undefined {
  return rootId === undefined ? undefined : sessions.get(rootId);
}

function applied(watched: Watched, event: OpencodeEvent): Watched {
  switch (event.type) {
    case "connected":
      return watched;
    case "session": {
      const { session, created } = event;
      // Its messages know better which model a session goes on with.
      const model = watched.sessions.get(session.id)?.model;
      const next = withSession(watched, model ? { ...session, model } : session);
      return created || watched.working.has(session.id) ? withRoot(next, session.id) : next;
    }
    case "session-deleted":
      return without(watched, event.sessionId);
    case "status":
      return withStatus(watched, event.sessionId, event.status);
    case "message": {
      const session = watched.sessions.get(event.sessionId);
      return session ? withSession(watched, { ...session, model: event.model }) : watched;
    }
    case "asked":
      return { ...watched, pending: new Map(watched.pending).set(event.request.id, event.request) };
    case "answered": {
      const pending = new Map(watched.pending);
      pending.delete(event.requestId);
      return { ...watched, pending };
    }
    case "aborted":
      return { ...watched, ended: { type: "aborted" } };
    case "failed":
      // A sub-agent's failure goes back to the agent that called it, which goes on.
      if (event.sessionId && watched.sessions.get(event.sessionId)?.parentId) return watched;
      return { ...watched, ended: { type: "failed", message: event.message } };
    default:
      return event satisfies never;
  }
}

function withSession(watched: Watched, session: SessionInfo): Watched {
  const sessions = new Map(watched.sessions);
  const known = sessions.get(session.id);
  sessions.set(session.id, { ...known, ...session });
  const oldest = [...sessions.keys()].find((id) => id !== watched.rootId);
  if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest);
  return { ...watched, sessions };
}

function withRoot(watched: Watched, id: string): Watched {
  const session = watched.sessions.get(id);
  return session && !session.parentId ? { ...watched, rootId: id } : watched;
}

function withStatus(watched: Watched, id: string, status: SessionStatus): Watched {
  const working = new Map(watched.working);
  if (status.type === "idle") {
    working.delete(id);
    // An interrupted session takes its open requests along, without an event for each.
    const pending = [...watched.pending].filter(([, { sessionId }]) => sessionId !== id);
    return { ...watched, working, pending: new Map(pending) };
  }
  working.set(id, status);
  const next = withRoot({ ...watched, working }, id);
  const goesOn = status.type === "busy" && !watched.sessions.get(id)?.parentId;
  return goesOn ? withoutEnd(next) : next;
}

function withoutEnd(watched: Watched): Watched {
  const { ended: _, ...rest } = watched;
  return rest;
}

function without(watched: Watched, id: string): Watched {
  const sessions = new Map(watched.sessions);
  sessions.delete(id);
  const idle = withStatus({ ...watched, sessions }, id, { type: "idle" });
  if (idle.rootId !== id) return idle;
  const { rootId: _, ...rest } = idle;
  return rest;
}

function workingOf(statuses: ReadonlyMap<string, SessionStatus>): Watched["working"] {
  const working = new Map<string, Exclude<SessionStatus, { type: "idle" }>>();
  for (const [id, status] of statuses) if (status.type !== "idle") working.set(id, status);
  return working;
}

function withActivity(watched: Watched, now: number): Watched {
  return { ...watched, activity: activityOf(watched, now) };
}

/** What needs the user comes first; times are kept while the kind of activity stays. */
function activityOf(watched: Watched, now: number): Activity {
  const { activity: before, ended } = watched;
  const since = (type: Activity["type"]) =>
    before.type === type && before.type !== "unknown" ? before.since : now;
  const requests = [...watched.pending.values()];
  for (const type of ["permission", "question"] as const) {
    const asked = requests.filter(({ kind }) => kind === type);
    const [first] = asked;
    if (first) return { type, since: since(type), count: asked.length, detail: first.detail };
  }
  const statuses = [...watched.working.values()];
  const retry = statuses.find((status) => status.type === "retry");
  if (retry) return { ...retry, since: since("retry") };
  if (statuses.length > 0) return { type: "busy", since: since("busy") };
  if (ended?.type === "failed") {
    return { type: "error", since: since("error"), message: ended.message };
  }
  return idleAfter(watched, now);
}

function idleAfter({ activity: before, ended }: Watched, now: number): Activity {
  if (before.type === "idle") return before;
  const finished = before.type !== "unknown" && before.type !== "error";
  return { type: "idle", since: now, unseen: finished && ended?.type !== "aborted" };
}

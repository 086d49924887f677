import { describe, expect, it } from "vitest";
import {
  nothingWatched,
  rootSession,
  withEvent,
  withSnapshot,
} from "../../src/opencode/activity.ts";
import type { OpencodeEvent, PendingRequest } from "../../src/opencode/events.ts";

const session = (id: string, parentId?: string): OpencodeEvent => ({
  type: "session",
  created: true,
  session: { id, title: `title of ${id}`, updatedAt: 0, ...(parentId ? { parentId } : {}) },
});
const busy = (sessionId: string): OpencodeEvent => ({
  type: "status",
  sessionId,
  status: { type: "busy" },
});
const idle = (sessionId: string): OpencodeEvent => ({
  type: "status",
  sessionId,
  status: { type: "idle" },
});
const request = (kind: PendingRequest["kind"], id: string, sessionId: string): PendingRequest => ({
  kind,
  id,
  sessionId,
  detail: `detail of ${id}`,
});
const asked = (kind: PendingRequest["kind"], id: string, sessionId: string): OpencodeEvent => ({
  type: "asked",
  request: request(kind, id, sessionId),
});

/** Plays events one second apart, the first at 1000. */
const after = (...events: readonly OpencodeEvent[]) =>
  events.reduce(
    (watched, event, index) => withEvent(watched, event, 1000 * (index + 1)),
    nothingWatched,
  );

describe("the activity of an agent", () => {
  it("is idle and seen before the first turn", () => {
    expect(after({ type: "connected" }).activity).toEqual({
      type: "idle",
      since: 1000,
      unseen: false,
    });
  });

  it("is busy from the first to the last step of a turn", () => {
    expect(after(session("a"), busy("a"), busy("a")).activity).toEqual({
      type: "busy",
      since: 2000,
    });
  });

  it("is idle and unseen when a turn has ended", () => {
    expect(after(session("a"), busy("a"), idle("a"), idle("a")).activity).toEqual({
      type: "idle",
      since: 3000,
      unseen: true,
    });
  });

  it("is seen when the user ended the turn", () => {
    const activity = after(busy("a"), { type: "aborted", sessionId: "a" }, idle("a")).activity;

    expect(activity).toEqual({ type: "idle", since: 3000, unseen: false });
  });

  it("waits for a permission until it is answered, and counts sub-agents' requests", () => {
    const waiting = after(
      session("a"),
      busy("a"),
      session("b", "a"),
      busy("b"),
      asked("permission", "p1", "b"),
      asked("permission", "p2", "a"),
    );

    expect(waiting.activity).toEqual({
      type: "permission",
      since: 5000,
      count: 2,
      detail: "detail of p1",
    });
    const one = withEvent(waiting, { type: "answered", requestId: "p1" }, 7000);
    expect(one.activity).toMatchObject({ type: "permission", count: 1, since: 5000 });
    const none = withEvent(one, { type: "answered", requestId: "p2" }, 8000);
    expect(none.activity).toEqual({ type: "busy", since: 8000 });
  });

  it("tells a question from a permission; the permission comes first", () => {
    const question = after(busy("a"), asked("question", "q", "a"));

    expect(question.activity).toMatchObject({ type: "question", detail: "detail of q" });
    expect(withEvent(question, asked("permission", "p", "a"), 3000).activity.type).toBe(
      "permission",
    );
  });

  it("forgets the requests of a session that was interrupted", () => {
    expect(after(busy("a"), asked("permission", "p", "a"), idle("a")).activity.type).toBe("idle");
  });

  it("shows a retry with its message", () => {
    const status = { type: "retry", attempt: 2, message: "cannot connect", next: 9000 } as const;

    expect(after(busy("a"), { type: "status", sessionId: "a", status }).activity).toEqual({
      ...status,
      since: 2000,
    });
  });

  it("shows an error until the next turn", () => {
    const failed = after(
      session("a"),
      busy("a"),
      { type: "failed", sessionId: "a", message: "bad request" },
      idle("a"),
    );

    expect(failed.activity).toEqual({ type: "error", since: 4000, message: "bad request" });
    expect(withEvent(failed, busy("a"), 5000).activity.type).toBe("busy");
  });

  it("leaves a sub-agent's error to the agent that called it", () => {
    const activity = after(
      session("a"),
      busy("a"),
      session("b", "a"),
      { type: "failed", sessionId: "b", message: "bad request" },
      idle("b"),
      idle("a"),
    ).activity;

    expect(activity.type).toBe("idle");
  });
});

describe("the session a pane shows", () => {
  it("is the newest one of the user, never a sub-agent's", () => {
    const watched = after(session("a"), session("b"), session("c", "b"), busy("c"));

    expect(rootSession(watched)?.id).toBe("b");
  });

  it("is an older one again when the user works in it", () => {
    const watched = after(session("a"), session("b"), busy("a"));

    expect(rootSession(watched)?.id).toBe("a");
  });

  it("has the model of its last message", () => {
    const message = { type: "message", sessionId: "a", model: "p/new" } as const;
    const watched = after(session("a"), message, session("a"));

    expect(rootSession(watched)?.model).toBe("p/new");
  });

  it("is unknown once it is deleted", () => {
    expect(rootSession(after(session("a"), { type: "session-deleted", sessionId: "a" }))).toBe(
      undefined,
    );
  });
});

describe("reading everything anew", () => {
  const snapshot = {
    sessions: [],
    statuses: new Map(),
    permissions: [],
    questions: [],
    rootId: undefined,
  };

  it("finds a turn that ended meanwhile", () => {
    const watched = withSnapshot(after(session("a"), busy("a")), snapshot, 9000);

    expect(watched.activity).toEqual({ type: "idle", since: 9000, unseen: true });
  });

  it("finds a permission that was asked for meanwhile", () => {
    const statuses = new Map([["a", { type: "busy" }]] as const);
    const permissions = [request("permission", "p", "a")];
    const watched = withSnapshot(after(), { ...snapshot, statuses, permissions }, 9000);

    expect(watched.activity).toMatchObject({ type: "permission", count: 1 });
  });

  it("keeps what it knows where a list cannot be read and the session still works", () => {
    const statuses = new Map([["a", { type: "busy" }]] as const);
    const before = after(busy("a"), asked("permission", "p", "a"));
    const unreadable = { ...snapshot, statuses, permissions: undefined };

    expect(withSnapshot(before, unreadable, 9000).activity.type).toBe("permission");
    expect(withSnapshot(before, { ...snapshot, permissions: undefined }, 9000).activity.type).toBe(
      "idle",
    );
  });

  it("remembers a bounded number of sessions, the shown one always", () => {
    const first = after(session("root"), busy("root"));
    const many = Array.from({ length: 2000 }, (_, index) => session(`s${index}`, "root"));

    const watched = many.reduce((state, event) => withEvent(state, event, 0), first);

    expect(watched.sessions.size).toBeLessThanOrEqual(500);
    expect(rootSession(watched)?.id).toBe("root");
  });
});

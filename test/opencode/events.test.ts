import { describe, expect, it } from "vitest";
import { createEventParser, maxLineLength } from "../../src/opencode/events.ts";

const line = (type: string, properties: object): string =>
  `data: ${JSON.stringify({ id: "evt_1", type, properties })}\n\n`;

const parse = (text: string) => createEventParser().push(Buffer.from(text));

describe("the event parser", () => {
  it("reads the events that say what an agent does", () => {
    const text = [
      line("server.connected", {}),
      line("session.status", { sessionID: "ses_1", status: { type: "busy" } }),
      line("session.idle", { sessionID: "ses_1" }),
      line("permission.replied", { sessionID: "ses_1", requestID: "per_1", reply: "once" }),
      line("session.error", { sessionID: "ses_1", error: { name: "MessageAbortedError" } }),
    ].join("");

    expect(parse(text)).toEqual([
      { type: "connected" },
      { type: "status", sessionId: "ses_1", status: { type: "busy" } },
      { type: "status", sessionId: "ses_1", status: { type: "idle" } },
      { type: "answered", requestId: "per_1" },
      { type: "aborted", sessionId: "ses_1" },
    ]);
  });

  it("reads the model of users' and assistants' messages", () => {
    const user = { id: "m1", sessionID: "s", model: { providerID: "p", modelID: "a" } };
    const assistant = { id: "m2", sessionID: "s", providerID: "p", modelID: "b" };

    expect(
      parse(line("message.updated", { info: user }) + line("message.updated", { info: assistant })),
    ).toEqual([
      { type: "message", sessionId: "s", model: "p/a" },
      { type: "message", sessionId: "s", model: "p/b" },
    ]);
  });

  it("tells what a permission is about, without control characters", () => {
    const request = { id: "per_1", sessionID: "s", permission: "bash", patterns: ["x"] };
    const metadata = { command: "printf '\u001b[31m'\ntouch x" };

    expect(parse(line("permission.asked", { ...request, metadata }))).toEqual([
      {
        type: "asked",
        request: {
          kind: "permission",
          id: "per_1",
          sessionId: "s",
          detail: "bash: printf '' touch x",
        },
      },
    ]);
  });

  it.each([
    ['{"message":"out of memory","type":"api_error","code":null}', "out of memory"],
    ['{"error":{"message":"out of memory"}}', "out of memory"],
    ['{"error":"out of\\u001b[2J memory"}', "out of memory"],
    ["{half of", "{half of"],
    ["out of memory", "out of memory"],
  ])("tells of the failure %j what its sentence is", (message, said) => {
    const error = { name: "APIError", data: { message } };
    const status = { type: "retry", attempt: 1, message, next: 5 };

    expect(parse(line("session.error", { sessionID: "s", error }))).toEqual([
      { type: "failed", sessionId: "s", message: said },
    ]);
    expect(parse(line("session.status", { sessionID: "s", status }))).toMatchObject([
      { status: { message: said } },
    ]);
  });

  it("joins events that arrive in pieces, also within a character", () => {
    const bytes = Buffer.from(
      line("session.updated", { info: { id: "s", title: "héllo 🚀", time: { updated: 5 } } }),
    );
    const parser = createEventParser();

    const events = [...bytes].flatMap((byte) => parser.push(Uint8Array.of(byte)));

    expect(events).toEqual([
      {
        type: "session",
        created: false,
        session: { id: "s", title: "héllo 🚀", updatedAt: 5 },
      },
    ]);
  });

  it("drops broken JSON, unknown events and lines without an end, and goes on", () => {
    const parser = createEventParser();
    const endless = Buffer.from(`data: ${"x".repeat(maxLineLength / 2)}`);

    const events = [
      ...parser.push(Buffer.from('data: {"type":\n\ndata: 5\n\n: comment\n\n')),
      ...parser.push(Buffer.from(line("plugin.added", {}))),
      ...parser.push(endless),
      ...parser.push(endless),
      ...parser.push(endless),
      ...parser.push(Buffer.from(`"}\n\n${line("session.idle", { sessionID: "s" })}`)),
    ];

    expect(events).toEqual([{ type: "status", sessionId: "s", status: { type: "idle" } }]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AgentReport } from "../../src/core/agent.ts";
import { type WatchOptions, type WatchPorts, watchAgent } from "../../src/opencode/watch.ts";
import { createClock } from "../../src/platform/clock.ts";
import { createNetwork } from "../../src/platform/network.ts";
import type { Clock } from "../../src/platform/ports.ts";
import { type OpencodeServer, startOpencodeServer } from "../fakes/opencode-server.ts";
import { until } from "../fakes/until.ts";

const ports = { clock: createClock(), network: createNetwork() };
let server: OpencodeServer;
let reports: AgentReport[];
let cancel: () => void;

beforeEach(async () => {
  server = await startOpencodeServer("secret");
  reports = [];
  cancel = () => {};
});

afterEach(async () => {
  cancel();
  await server.close();
});

function start(options: Partial<WatchOptions> = {}, through: WatchPorts = ports): void {
  const base: WatchOptions = {
    mode: "plan",
    agentName: "plan",
    port: server.port,
    password: "secret",
    report: (report) => reports.push(report),
  };
  // Not spread: a wanted model that changes is a getter.
  const given = Object.getOwnPropertyDescriptors(options);
  cancel = watchAgent(through, Object.defineProperties({ ...base }, given));
}

const types = () => reports.map(({ type }) => type);
const last = (type: AgentReport["type"]) => reports.findLast((report) => report.type === type);
const seen = (look: () => unknown) => until(look, { seen: () => reports });
const watching = () => seen(() => last("activity") && server.streamCount() === 1);
const session = (id: string, updated: number) => ({ id, title: "a talk", time: { updated } });

describe("watching an agent", () => {
  it("reports it ready with what it says it runs, then idle", async () => {
    start();
    await watching();

    expect(reports).toMatchObject([
      { type: "ready", version: "1.18.33", agent: "plan", model: "fake/one" },
      { type: "activity", activity: { type: "idle", unseen: false } },
    ]);
  });

  it("asks again when the first request is never answered", async () => {
    server.leaveUnanswered(1);
    start();

    await seen(() => types().includes("ready"));
  });

  it("checks again when the agents cannot be read yet", async () => {
    server.answers.delete("/agent");
    start({ agentName: "architect" });
    await until(() => server.countOf("/agent") > 0);

    server.answers.set("/agent", [{ name: "plan" }]);

    await seen(() => last("mismatch"));
    expect(types().slice(0, 2)).toEqual(["ready", "mismatch"]);
  });

  it("connects again when the stream falls silent", async () => {
    const clock = createClock();
    const hurried: Clock = { ...clock, after: (ms, deed) => clock.after(ms / 100, deed) };
    start({}, { ...ports, clock: hurried });

    await seen(() => last("lost"));
    await until(() => server.streamsOpened() >= 2);
  });

  it("reports nothing twice", async () => {
    start();
    await watching();

    server.emit("session.created", { info: session("ses_1", 1) });
    server.emit("session.updated", { info: session("ses_1", 2) });
    server.emit("session.status", { sessionID: "ses_1", status: { type: "busy" } });
    server.emit("session.status", { sessionID: "ses_1", status: { type: "busy" } });
    server.emit("session.idle", { sessionID: "ses_1" });

    await seen(() => reports.length === 5);
    expect(types()).toEqual(["ready", "activity", "session", "activity", "activity"]);
    expect(last("activity")).toMatchObject({ activity: { type: "idle", unseen: true } });
  });

  it("reports an agent that is missing: OpenCode would run another without a word", async () => {
    start({ agentName: "architect" });

    await seen(() => last("mismatch"));
    expect(last("mismatch")).toMatchObject({ problem: { code: "opencode/agent-missing" } });
  });

  it("reports another mode's agent that can still be chosen", async () => {
    server.answers.set("/agent", [{ name: "plan" }, { name: "build" }]);
    start();

    await seen(() => last("mismatch"));
    expect(last("mismatch")).toMatchObject({
      problem: { code: "opencode/agent-not-locked", message: expect.stringContaining("build") },
    });
  });

  it("reports a model that OpenCode does not know", async () => {
    start({ wantedModel: "fake/three" });

    await seen(() => last("mismatch"));
    expect(last("mismatch")).toMatchObject({ problem: { code: "opencode/model-missing" } });
  });

  it("reports a conversation that goes on with another model, until it no longer does", async () => {
    server.answers.set("/session", [session("ses_1", 1)]);
    server.answers.set("/session/ses_1/message", [
      { info: { role: "user", model: { providerID: "fake", modelID: "two" } } },
    ]);
    start({ wantedModel: "fake/one", sessionId: "ses_1" });

    await seen(() => last("mismatch"));
    expect(last("session")).toMatchObject({ id: "ses_1", title: "a talk", model: "fake/two" });
    expect(last("mismatch")).toMatchObject({ problem: { code: "opencode/other-model" } });
    await watching();
    const message = { sessionID: "ses_1", providerID: "fake", modelID: "one" };
    server.emit("message.updated", { info: message });
    await seen(() => types().filter((type) => type === "ready").length === 2);
  });

  it("takes the model of a switch as wanted from then on", async () => {
    let wantedModel = "fake/three";
    start({
      get wantedModel() {
        return wantedModel;
      },
    });
    await watching();
    server.emit("session.created", { info: session("ses_1", 1) });
    await seen(() => last("session"));

    wantedModel = "fake/two";
    const message = { sessionID: "ses_1", providerID: "fake", modelID: "two" };
    server.emit("message.updated", { info: message });
    await seen(() => types().at(-1) === "ready");
    expect(last("ready")).toMatchObject({ model: "fake/two" });

    server.emit("message.updated", { info: { ...message, modelID: "one" } });
    await seen(() => types().at(-1) === "mismatch");
    expect(last("mismatch")).toMatchObject({
      problem: { code: "opencode/other-model", message: "plan uses fake/one, not fake/two" },
    });
  });

  it("gives a conversation its model before it is read", async () => {
    server.answers.set("/session", [session("ses_1", 1)]);
    const adopted: string[] = [];
    start({
      sessionId: "ses_1",
      onReady: async (client) => {
        const model = { agent: "plan", provider: "fake", model: "two" };
        await client.setSessionModel("ses_1", model);
        adopted.push(...types());
      },
    });

    await seen(() => last("session"));
    expect(adopted).toEqual([]);
    expect(server.posts[0]?.path).toBe("/session/ses_1/message");
  });

  it("reports a version it does not know", async () => {
    server.answers.set("/global/health", { healthy: true, version: "0.9.1" });
    start();

    await seen(() => last("mismatch"));
    expect(last("mismatch")).toMatchObject({ problem: { code: "opencode/unknown-version" } });
  });

  it("connects again when the stream breaks, and finds what it missed", async () => {
    start();
    await watching();
    server.answers.set("/session/status", { ses_1: { type: "busy" } });
    server.answers.set("/permission", [
      { id: "per_1", sessionID: "ses_1", permission: "bash", metadata: { command: "mix test" } },
    ]);

    server.dropStreams();

    await seen(() => last("lost"));
    await seen(() => server.streamsOpened() === 2 && reports.length >= 4);
    expect(last("activity")).toMatchObject({
      activity: { type: "permission", count: 1, detail: "bash: mix test" },
    });
  });

  it("shows the session that was used in this process, not an older one", async () => {
    const now = Date.now();
    server.answers.set("/session", [session("old", now - 60_000), session("new", now + 1000)]);
    start();

    await seen(() => last("session"));
    expect(last("session")).toMatchObject({ id: "new" });
  });

  it("survives nonsense in the stream", async () => {
    start();
    await watching();

    server.sendRaw(`data: {{{\n\ndata: []\n\nevent: x\n\n`);
    server.emit("session.status", { sessionID: "ses_1", status: { type: "busy" } });

    await seen(() => reports.length === 3);
    expect(last("activity")).toMatchObject({ activity: { type: "busy" } });
  });

  it("goes on asking a server that refuses the password, and reports nothing", async () => {
    start({ password: "wrong" });

    await until(() => server.refusedCount() > 1);

    expect(reports).toEqual([]);
  });

  it("closes its stream and says nothing more when it is cancelled", async () => {
    start();
    await watching();
    const count = reports.length;

    cancel();

    await until(() => server.streamCount() === 0);
    expect(reports).toHaveLength(count);
  });
});

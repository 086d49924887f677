import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { AiRulesError } from "../../../src/core/error.ts";
import { asObject } from "../../../src/core/json.ts";
import { createNetwork } from "../../../src/platform/network.ts";
import { createRuntimeClient, type RuntimeClient } from "../../../src/runtimes/http/client.ts";
import {
  type RuntimeServerOptions,
  sendJson,
  startEvents,
  startNdjson,
  startRuntimeServer,
} from "../../fakes/runtime-server.ts";
import { until } from "../../fakes/until.ts";

const network = createNetwork();
const never = new AbortController().signal;

describe("a request", () => {
  it("sends JSON and reads JSON, whatever its content type says", async () => {
    const { client, server } = await serve({
      "POST /echo": ({ request, response }) => {
        response.writeHead(201, { "content-type": "text/html", "X-Seen": "yes" });
        response.end(request.text);
      },
    });

    const answer = await client.request("/echo", { abort: never, body: { a: 1 } });

    expect(answer).toMatchObject({ status: 201, json: { a: 1 }, text: '{"a":1}' });
    expect(answer.headers["x-seen"]).toBe("yes");
    expect(server.requests[0]?.headers["content-type"]).toBe("application/json");
  });

  it("hands over a status and a body that is no JSON", async () => {
    const { client } = await serve({});

    expect(await client.request("/nothing", { abort: never })).toMatchObject({
      status: 404,
      json: undefined,
      text: "404 page not found",
    });
  });

  it("waits for the same question that is under way, and for no other", async () => {
    const held: (() => void)[] = [];
    const { client, server } = await serve({
      "GET /api/ps": async () => {
        await new Promise<void>((resolve) => held.push(resolve));
        return { answer: held.length };
      },
      "GET /api/version": () => ({}),
      "POST /api/ps": () => ({}),
    });
    const ask = (abort = never) => client.request("/api/ps", { abort });
    const gone = new AbortController();
    const first = ask();
    const aborted = ask(gone.signal);
    const second = ask();
    await until(() => held.length === 1);
    await client.request("/api/version", { abort: never });
    await client.request("/api/ps", { abort: never, body: {} });

    gone.abort(new Error("not any more"));
    await expect(aborted).rejects.toThrow("not any more");
    expect(
      server.requests.filter(({ method, path }) => `${method} ${path}` === "GET /api/ps"),
    ).toHaveLength(1);
    held[0]?.();
    expect((await first).json).toEqual({ answer: 1 });
    await until(() => held.length === 2);
    held[1]?.();
    // Each has an answer of its own: what was asked before tells nothing of now.
    expect((await second).json).toEqual({ answer: 2 });
  });

  it("has its turn when the one before it gets no answer", async () => {
    let asked = 0;
    const { client } = await serve({
      "GET /api/ps": () => (++asked === 1 ? undefined : { asked }),
    });
    const first = client.request("/api/ps", { abort: never, timeoutMs: 50 });
    const second = client.request("/api/ps", { abort: never });

    await expect(first).rejects.toMatchObject({ problem: { code: "runtime/timed-out" } });
    expect((await second).json).toEqual({ asked: 2 });
  });

  it("reads 10 MB and gives up beyond 16 MB", async () => {
    const { client } = await serve({
      "GET /big": () => ({ text: "x".repeat(10 * 1024 * 1024), end: true }),
      "GET /huge": () => ({ text: "x".repeat(17 * 1024 * 1024) }),
    });

    const { json } = await client.request("/big", { abort: never });
    expect(asObject(json)["end"]).toBe(true);
    await expect(client.request("/huge", { abort: never })).rejects.toMatchObject({
      problem: { code: "runtime/answer-too-long" },
    });
  });

  it("gives up when its time is over, before the headers and within the body", async () => {
    const { client, server } = await serve({ "GET /": () => ({}) });
    for (const type of ["hang", "stall"] as const) {
      server.trouble({ type });

      await expect(client.request("/", { abort: never, timeoutMs: 50 })).rejects.toMatchObject({
        problem: { code: "runtime/timed-out" },
      });
    }
  });

  it("rejects with the signal's reason when it is aborted, and breaks the request off", async () => {
    const gone = Promise.withResolvers<void>();
    const { client, server } = await serve({
      "GET /load": ({ gone: signal }) => {
        signal.addEventListener("abort", () => gone.resolve());
      },
    });
    const abort = new AbortController();
    const reason = new Error("not any more");
    const answer = client.request("/load", { abort: abort.signal });
    answer.catch(() => undefined);
    await until(() => server.requests.length > 0);

    abort.abort(reason);

    await expect(answer).rejects.toBe(reason);
    await gone.promise;
    await expect(client.request("/load", { abort: abort.signal })).rejects.toBe(reason);
  });

  it("uses one connection for requests that follow each other", async () => {
    const ports = new Set<number | undefined>();
    const { client } = await serve({
      "GET /": ({ response }) => {
        ports.add(response.socket?.remotePort);
        return {};
      },
    });

    for (let count = 0; count < 5; count += 1) await client.request("/", { abort: never });

    expect(ports.size).toBe(1);
  });

  it("says that nothing runs there when the connection is refused", async () => {
    const client = clientOf(`http://127.0.0.1:${await network.freePort()}`);

    await expect(client.request("/", { abort: never })).rejects.toMatchObject({
      problem: { code: "runtime/not-running" },
    });
  });

  it("says so when what answers speaks no HTTP", async () => {
    const server = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;

    await expect(
      clientOf(`http://127.0.0.1:${port}`).request("/", { abort: never }),
    ).rejects.toMatchObject({ problem: { code: "runtime/not-http" } });
  });
});

describe("the credentials", () => {
  const cases = [
    { name: "a token", token: "abc", sent: "Bearer abc" },
    { name: "a token with its scheme", token: "Basic YTpi", sent: "Basic YTpi" },
    { name: "an address with a user", token: "http://me:p%40ss@host:1", sent: basic("me:p@ss") },
    { name: "no token", token: undefined, sent: undefined },
  ];
  for (const { name, token, sent } of cases) {
    it(`are sent for ${name}`, async () => {
      const { server } = await serve({ "GET /": () => ({}) });

      await clientOf(server.url, token).request("/", { abort: never });

      expect(server.requests[0]?.headers.authorization).toBe(sent);
    });
  }

  it("are taken out of the URL and sent as Basic", async () => {
    const { server } = await serve({ "GET /base/x": () => ({}) });
    const client = clientOf(`${server.url.replace("//", "//me:secret@")}/base/`);

    expect((await client.request("/x", { abort: never })).status).toBe(200);
    expect(client.url).toBe(`${server.url}/base`);
    expect(server.requests[0]?.headers.authorization).toBe(basic("me:secret"));
  });

  it("are in no error text", async () => {
    const client = clientOf(
      `http://me:secret@127.0.0.1:${await network.freePort()}`,
      "token-of-mine",
    );

    const error = await client.request("/", { abort: never }).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(AiRulesError);
    const text = JSON.stringify(error instanceof AiRulesError ? error.problem : undefined);
    expect(text).not.toMatch(/secret|token-of-mine/);
  });

  it("are in no error text either when the server repeats them", async () => {
    const { client } = await serve(
      {
        "GET /": ({ request, response }) =>
          sendJson(response, 500, { error: `I do not know ${request.headers.authorization}` }),
      },
      "token-of-mine",
    );

    const answer = await client.request("/", { abort: never });
    const error = await collect(client.ndjson("/", { abort: never })).catch(
      (caught: unknown) => caught,
    );

    expect(answer.json).toEqual({ error: "I do not know Bearer ***" });
    expect(error).toMatchObject({ problem: { detail: "I do not know Bearer ***" } });
  });
});

describe("a stream of JSON lines", () => {
  it("is read line by line, cut anywhere, with its last line and without what is no JSON", async () => {
    const { client } = await serve({
      "POST /pull": async ({ response }) => {
        const bytes = Buffer.from('{"n":"ä"}\r\n\nnonsense\n{"n":2}\n{"n":3}');
        for (const byte of bytes) {
          response.write(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      },
    });

    const values = await collect(client.ndjson("/pull", { abort: never, body: {} }));

    expect(values).toEqual([{ n: "ä" }, { n: 2 }, { n: 3 }]);
  });

  it("leaves out lines of more than 1 MB", async () => {
    const { client } = await serve({
      "GET /pull": ({ response }) => {
        const lines = startNdjson(response);
        for (const text of ["a", "x".repeat(1024 * 1024), "b"]) lines.send(text);
        lines.end();
      },
    });

    expect(await collect(client.ndjson("/pull", { abort: never }))).toEqual(["a", "b"]);
  });

  it("rejects with what the body says when the status is an error", async () => {
    const { client, server } = await serve({});
    server.trouble({ type: "status", status: 500, body: { error: "no space left" } });

    await expect(collect(client.ndjson("/", { abort: never }))).rejects.toMatchObject({
      problem: { code: "runtime/refused", detail: "no space left" },
    });
  });

  it("breaks the request off when its reader stops early", async () => {
    const gone = Promise.withResolvers<void>();
    const { client } = await serve({
      "GET /pull": ({ response, gone: signal }) => {
        startNdjson(response).send(1);
        signal.addEventListener("abort", () => gone.resolve());
      },
    });

    for await (const value of client.ndjson("/pull", { abort: never })) {
      expect(value).toBe(1);
      break;
    }

    await gone.promise;
  });

  it("rejects when it breaks within", async () => {
    const { client } = await serve({
      "GET /pull": ({ response }) => {
        startNdjson(response).send(1);
        setImmediate(() => response.socket?.resetAndDestroy());
      },
    });

    await expect(collect(client.ndjson("/pull", { abort: never }))).rejects.toMatchObject({
      problem: { code: "runtime/connection-lost" },
    });
  });
});

describe("a stream of events", () => {
  it("is read with names, lines of data joined, comments left out, and its tail", async () => {
    const { client } = await serve({
      "GET /events": ({ response }) => {
        const events = startEvents(response);
        events.comment("keepalive 1/2");
        events.send({ a: 1 });
        events.send("one\ntwo", "model.load");
        response.end("event: end\r\nid: 7\r\ndata:tail");
      },
    });

    expect(await collect(client.events("/events", { abort: never }))).toEqual([
      { name: "message", data: '{"a":1}' },
      { name: "model.load", data: "one\ntwo" },
      { name: "end", data: "tail" },
    ]);
  });

  it("ends with the signal's reason when it is aborted", async () => {
    const { client } = await serve({
      "GET /events": ({ response }) => startEvents(response) && undefined,
    });
    const abort = new AbortController();
    const events = collect(client.events("/events", { abort: abort.signal }));
    events.catch(() => undefined);

    abort.abort();

    await expect(events).rejects.toMatchObject({ name: "AbortError" });
  });
});

async function serve(routes: RuntimeServerOptions["routes"], token?: string) {
  const server = await startRuntimeServer({ routes });
  onTestFinished(() => server.close());
  return { server, client: clientOf(server.url, token) };
}

function clientOf(url: string, token?: string): RuntimeClient {
  return createRuntimeClient({ fetch: network.fetchPatiently, url, token });
}

async function collect<T>(values: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

function basic(user: string): string {
  return `Basic ${Buffer.from(user).toString("base64")}`;
}

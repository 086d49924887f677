import { afterEach, describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { startModelServer } from "./model-server.ts";
import { derivedModel, ollamaModel } from "./ollama-models.ts";
import { type OllamaServer, type OllamaServerOptions, startOllamaServer } from "./ollama-server.ts";
import { until } from "./until.ts";

const gigabyte = 1024 ** 3;
const minute = 60_000;
const small = (name: string) => ollamaModel({ name, sizeBytes: 4 * gigabyte });
const models = [small("a:1b"), small("b:1b"), small("c:1b"), small("d:1b")];
const servers: OllamaServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function setUp(options: OllamaServerOptions = {}) {
  const clock = createManualClock(Date.parse("2026-08-01T12:00:00Z"));
  const server = await startOllamaServer({ clock, models, ...options });
  servers.push(server);
  return { server, clock };
}

function post(server: OllamaServer, path: string, body: unknown, signal?: AbortSignal) {
  return fetch(`${server.url}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

async function load(server: OllamaServer, model: string, rest: object = {}): Promise<number> {
  const response = await post(server, "/api/generate", { model, ...rest });
  await response.text();
  return response.status;
}

function chat(server: OllamaServer, model: string, content = "hello", rest: object = {}) {
  const messages = [{ role: "user", content }];
  return post(server, "/v1/chat/completions", { model, messages, stream: true, ...rest });
}

async function get(server: OllamaServer, path: string): Promise<unknown> {
  return (await fetch(`${server.url}${path}`)).json();
}

describe("the stand-in's timers", () => {
  it("unload a model when its time is up", async () => {
    const { server, clock } = await setUp();
    await load(server, "a:1b");
    await load(server, "b:1b", { keep_alive: "30m" });
    await load(server, "c:1b", { keep_alive: -1 });

    clock.advance(5 * minute);
    expect(server.loadedNames()).toEqual(["c:1b", "b:1b"]);
    clock.advance(25 * minute);
    expect(server.loadedNames()).toEqual(["c:1b"]);
    clock.advance(1000 * 24 * 60 * minute);
    expect(server.loadedNames()).toEqual(["c:1b"]);
  });

  it("stand still while a request runs and start anew after it, with the keep_alive of before", async () => {
    const { server, clock } = await setUp();
    await load(server, "a:1b", { keep_alive: "30m" });

    const answer = chat(server, "a:1b", "HOLD");
    await until(() => server.heldCount() === 1);
    clock.advance(60 * minute);
    expect(server.loaded()).toMatchObject([{ users: 1 }]);
    expect(server.loaded()[0]?.expiresAt).toBeLessThan(clock.now());

    server.release();
    await (await answer).text();
    await until(() => server.loaded()[0]?.users === 0);
    expect(server.loaded()[0]?.expiresAt).toBe(clock.now() + 30 * minute);
  });

  it("answer an unload at once, which happens when the request has ended", async () => {
    const { server } = await setUp();
    const answer = chat(server, "a:1b", "HOLD");
    await until(() => server.heldCount() === 1);

    expect(await load(server, "a:1b", { keep_alive: 0 })).toBe(200);
    expect(server.loadedNames()).toEqual(["a:1b"]);
    server.release();
    await (await answer).text();
    await until(() => server.loaded().length === 0);
  });

  it("refuse a number in a text", async () => {
    const { server } = await setUp();
    const response = await post(server, "/api/generate", { model: "a:1b", keep_alive: "30" });

    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: 'time: missing unit in duration "30"' });
  });
});

describe("the stand-in's loads", () => {
  it("evict the idle model with the shortest keep_alive when there are too many", async () => {
    const { server } = await setUp({ contextLength: 4096 });
    await load(server, "a:1b", { keep_alive: "1h" });
    await load(server, "b:1b", { keep_alive: "10m" });
    await load(server, "c:1b", { keep_alive: -1 });

    await load(server, "d:1b");

    expect(server.loadedNames().toSorted()).toEqual(["a:1b", "c:1b", "d:1b"]);
  });

  it("pass a busy model over, and wait for one when all are busy", async () => {
    const { server } = await setUp({ maxLoaded: 1 });
    const answer = chat(server, "a:1b", "HOLD");
    await until(() => server.heldCount() === 1);

    const loading = load(server, "b:1b");
    await until(() => server.requests.length === 2);
    expect(server.loadedNames()).toEqual(["a:1b"]);
    expect((await chat(server, "a:1b")).status).toBe(200);
    server.release();
    await (await answer).text();
    await loading;
    expect(server.loadedNames()).toEqual(["b:1b"]);
  });

  it("evict when the new model needs more than 80 % of what is free", async () => {
    const { server } = await setUp({ gpuBytes: 11 * gigabyte });
    await load(server, "a:1b");
    await load(server, "b:1b");

    expect(server.loadedNames()).toEqual(["b:1b"]);
  });

  it("load one file of weights once, with the context of the last model that asked", async () => {
    const base = small("a:1b");
    const { server } = await setUp({ models: [base, derivedModel(base, "a:1b-ctx64k", 65_536)] });

    await load(server, "a:1b");
    await load(server, "a:1b-ctx64k");
    expect(server.loaded()).toMatchObject([{ model: { name: "a:1b-ctx64k" }, context: 65_536 }]);
    await load(server, "a:1b");
    expect(server.loadCount("a:1b")).toBe(2);
  });

  it("reload for options and again for a request without them", async () => {
    const { server } = await setUp();
    await load(server, "a:1b", { options: { num_ctx: 65_536 } });
    await (await chat(server, "a:1b")).text();

    expect(server.loadCount("a:1b")).toBe(2);
    expect(server.loaded()).toMatchObject([{ context: 32_768 }]);
  });

  it.each([
    ["0.33.0", 16, 4096],
    ["0.33.0", 24, 32_768],
    ["0.33.0", 48, 131_072],
    ["0.15.4", 48, 4096],
  ])("have in %s with %i GiB a context of %i", async (version, gib, context) => {
    const { server } = await setUp({ version, gpuBytes: gib * gigabyte });
    await load(server, "a:1b");

    expect(server.loaded()).toMatchObject([{ context }]);
  });

  it("go partly to the CPU where the GPU has no room, and all when it is lost", async () => {
    const { server } = await setUp({ gpuBytes: 3 * gigabyte });
    await load(server, "a:1b");
    expect(server.loaded()[0]?.gpuBytes).toBe(3 * gigabyte);

    server.setGpu(0);
    expect(await get(server, "/api/ps")).toMatchObject({ models: [{ size_vram: 0 }] });
  });

  it("lower an automatic context once from 0.30 on, and fail in each version's words", async () => {
    const wide = ollamaModel({ name: "wide:1b", sizeBytes: 4 * gigabyte, kvHeads: 32 });
    const memory = { gpuBytes: 24 * gigabyte, ramBytes: 0, contextLength: 131_072 };
    const { server } = await setUp({ models: [wide], ...memory });
    expect(await load(server, "wide:1b")).toBe(200);
    expect(server.loaded()).toMatchObject([{ context: 32_768 }]);

    const old = await setUp({ models: [wide], ...memory, version: "0.24.0" });
    const response = await post(old.server, "/api/generate", { model: "wide:1b" });
    expect(response.status).toBe(500);
    expect(await response.text()).toMatch(
      /requires more system memory \(68.5 GiB\) than is available/,
    );
  });

  it("end when their request goes away, and those behind go on", async () => {
    const { server } = await setUp({ loadMs: "manual" });
    const controller = new AbortController();
    const gone = post(server, "/api/generate", { model: "a:1b" }, controller.signal);
    await until(() => server.loadingName() === "a:1b");
    const behind = load(server, "b:1b");
    await until(() => server.queued() === 1);

    controller.abort();
    await expect(gone).rejects.toThrow();
    await until(() => server.loadingName() === "b:1b");
    server.finishLoad();
    expect(await behind).toBe(200);
    expect(server.loadedNames()).toEqual(["b:1b"]);
  });

  it("are refused when the queue is full", async () => {
    const { server } = await setUp({ loadMs: "manual", maxQueue: 1 });
    const first = load(server, "a:1b");
    await until(() => server.loadingName() === "a:1b");
    const second = load(server, "b:1b");
    await until(() => server.queued() === 1);

    expect(await load(server, "c:1b")).toBe(503);
    server.finishLoad();
    await first;
    await until(() => server.loadingName() === "b:1b");
    server.finishLoad();
    await second;
  });

  it("fail as a test says", async () => {
    const { server } = await setUp({ loadMs: "manual" });
    const failing = load(server, "a:1b");
    await until(() => server.loadingName() === "a:1b");
    server.failLoad("llama-server process has terminated: exit status 2");

    expect(await failing).toBe(500);
    expect(server.loaded()).toEqual([]);
  });
});

describe("the stand-in's chats", () => {
  it("load their model and say which one answered", async () => {
    const { server } = await setUp();
    const text = await (await chat(server, "A:1B")).text();

    expect(text).toContain("a:1b heard: hello");
    expect(text.trimEnd()).toMatch(/data: \[DONE\]$/);
    expect(server.loadedNames()).toEqual(["a:1b"]);
  });

  it("refuse tools for a model without, and a model that is not there", async () => {
    const plain = ollamaModel({ name: "plain", capabilities: ["completion"] });
    const { server } = await setUp({ models: [plain] });
    const tools = [{ type: "function", function: { name: "read" } }];

    const refused = await chat(server, "plain:latest", "hello", { tools });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      error: { message: "registry.ollama.ai/library/plain does not support tools" },
    });
    expect((await chat(server, "none")).status).toBe(404);
    expect(server.loadCount("plain")).toBe(0);
  });

  it("unload everything when one runs out of memory", async () => {
    const { server } = await setUp();
    await load(server, "b:1b");
    server.setChatFailure("CUDA error: out of memory");

    expect((await chat(server, "a:1b")).status).toBe(500);
    await until(() => server.loaded().length === 0);
  });

  it("are passed on to another server while the model counts as loaded here", async () => {
    const other = await startModelServer(["inner"]);
    const { server } = await setUp({ chatUrl: other.url, chatModel: () => "inner" });

    const response = await chat(server, "a:1b", "hello", { tools: [{ function: { name: "x" } }] });
    expect(await response.text()).toContain("inner heard: hello");
    expect(server.loadedNames()).toEqual(["a:1b"]);
    await other.close();
  });
});

describe("the stand-in's versions", () => {
  it("list a model that loads until 0.24, and not from 0.30 on", async () => {
    for (const [version, count] of [
      ["0.24.0", 1],
      ["0.33.0", 0],
    ] as const) {
      const { server } = await setUp({ version, loadMs: "manual" });
      const loading = load(server, "a:1b");
      await until(() => server.loadingName() === "a:1b");

      expect(await get(server, "/api/ps")).toMatchObject({ models: { length: count } });
      server.finishLoad();
      await loading;
    }
  });

  it("name no context in ps before 0.12, and say :latest before 0.30", async () => {
    const named = [ollamaModel({ name: "a:latest", sizeBytes: gigabyte })];
    const old = await setUp({ version: "0.9.6", models: named });
    await load(old.server, "a");
    const ps = await get(old.server, "/api/ps");
    expect(ps).toMatchObject({ models: [{ name: "a:latest" }] });
    expect(JSON.stringify(ps)).not.toContain("context_length");

    const { server } = await setUp({ models: named });
    await load(server, "A:latest");
    expect(await get(server, "/api/ps")).toMatchObject({
      models: [{ name: "a", context_length: 32_768 }],
    });
  });
});

describe("the stand-in's bad days", () => {
  it("stall ps while memory is given back, and as long as a test wants", async () => {
    const { server, clock } = await setUp({ unloadMs: 2000 });
    await load(server, "a:1b");
    await load(server, "a:1b", { keep_alive: 0 });
    const waiting = get(server, "/api/ps");
    expect(await get(server, "/api/version")).toEqual({ version: "0.33.0" });
    clock.advance(2000);
    expect(await waiting).toEqual({ models: [] });

    server.stallPs(true);
    await expect(
      fetch(`${server.url}/api/ps`, { signal: AbortSignal.timeout(50) }),
    ).rejects.toThrow();
    server.stallPs(false);
    expect(await get(server, "/api/ps")).toEqual({ models: [] });
  });

  it("come back at the same port with nothing loaded", async () => {
    const { server } = await setUp();
    await load(server, "a:1b");
    await server.stop();
    await expect(get(server, "/api/version")).rejects.toThrow();

    await server.start();
    expect(await get(server, "/api/ps")).toEqual({ models: [] });
    expect(server.requests.map(({ path }) => path)).toEqual(["/api/generate", "/api/ps"]);
  });
});

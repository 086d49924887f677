import { describe, expect, it, onTestFinished } from "vitest";
import type { FileStatus } from "../../../src/platform/ports.ts";
import type { RuntimeEvent } from "../../../src/runtimes/adapter.ts";
import { llamaServer } from "../../../src/runtimes/llama-server/llama-server.ts";
import { adapterContext, neverAborted } from "../../fakes/adapter-context.ts";
import {
  type LlamaRouterOptions,
  type LlamaServer,
  type LlamaSingleOptions,
  startLlamaRouter,
  startLlamaSingle,
} from "../../fakes/llama-server.ts";
import { until } from "../../fakes/until.ts";

const qwen = "qwen3-coder-30b";
const gpt = "gpt-oss-20b";
const never = neverAborted();

function adapt(server: LlamaServer, token?: string) {
  onTestFinished(() => server.close());
  const status = (path: string) => Promise.resolve(path.endsWith(".gguf") ? file(path) : undefined);
  const context = adapterContext(server, { token, files: { status } });
  const progress: number[] = [];
  return {
    server,
    context,
    progress,
    load: (model: string, abort = never) =>
      llamaServer.load?.(context, { model, onProgress: (share) => progress.push(share), abort }),
    unload: (name: string) => llamaServer.unload?.(context, { name, instance: name }),
    loaded: () => llamaServer.loaded(context, never),
    installed: () => llamaServer.installed(context, never),
  };
}

function file(path: string): FileStatus {
  return { kind: "file", size: path.length * 1000, modifiedMs: 0, mode: 0o644, uid: 0 };
}

const router = async (options: LlamaRouterOptions = {}, token?: string) =>
  adapt(await startLlamaRouter(options), token);
const single = async (options: LlamaSingleOptions = {}, token?: string) =>
  adapt(await startLlamaSingle(options), token);

describe("a llama-server with one model", () => {
  it("has it loaded, with the context of one conversation", async () => {
    const { loaded, installed, context } = await single();

    expect(await llamaServer.version(context, never)).toBe("b11669-Debian");
    expect(await loaded()).toEqual([
      {
        name: qwen,
        instance: qwen,
        state: "loaded",
        stays: true,
        context: 65_536,
        sizeBytes: 18 * 1024 ** 3,
        quantization: "Q4_K_M",
      },
    ]);
    expect(await installed()).toEqual([
      {
        name: qwen,
        sizeBytes: 18 * 1024 ** 3,
        quantization: "Q4_K_M",
        parameters: "30.5B",
        maxContext: 262_144,
        ownContext: 65_536,
        tools: true,
        vision: false,
        chat: true,
        cloud: false,
        described: true,
      },
    ]);
  });

  it("is asked one thing while its model is the same, and sees it fall asleep", async () => {
    const { server, loaded, context } = await single();
    const before = await loaded();
    const asked = server.requests.length;

    expect(await llamaServer.loaded(context, never, before)).toEqual(before);
    server.sleep(qwen);
    expect(await llamaServer.loaded(context, never, before)).toMatchObject([{ state: "sleeping" }]);
    expect(server.requests.slice(asked).map(({ path }) => path)).toEqual(["/props", "/props"]);
  });

  it("is asked for its model again when that is another one or loads", async () => {
    const { loaded, context } = await single();
    const [model] = await loaded();
    const other = model ? [{ ...model, name: "other", instance: "other" }] : [];
    const { context: loading } = await single({ loading: true });

    expect(await llamaServer.loaded(context, never, other)).toEqual([model]);
    expect(await llamaServer.loaded(loading, never, other)).toMatchObject([{ state: "loading" }]);
  });

  it("knows from the chat template whether it calls tools", async () => {
    const { installed } = await single({ tools: false });

    expect(await installed()).toMatchObject([{ tools: false }]);
  });

  it("lives while it loads, and has no list yet", async () => {
    const { loaded, installed, context, server } = await single({ loading: true });

    expect(await llamaServer.version(context, never)).toBeUndefined();
    expect(await loaded()).toMatchObject([{ state: "loading" }]);
    await expect(installed()).rejects.toMatchObject({ problem: { code: "runtime/loading" } });

    server.finishLoad();
    expect(await loaded()).toMatchObject([{ name: qwen, state: "loaded" }]);
  });

  it("sleeps on while it is looked at", async () => {
    const { loaded, installed, context, server } = await single();
    server.sleep(qwen);
    await llamaServer.version(context, never);
    await installed();

    expect(await loaded()).toMatchObject([{ name: qwen, state: "sleeping", context: 65_536 }]);
    expect(server.wokenBy).toEqual([]);
  });

  it("is woken by a load, and waited for", async () => {
    const { load, loaded, server } = await single({ loading: true });
    const done = load(qwen);
    await until(() => server.requests.length > 1);
    server.sleep(qwen);

    await done;

    expect(await loaded()).toMatchObject([{ state: "loaded" }]);
  });

  it("says that it serves no other and cannot unload", async () => {
    const { load, unload } = await single();

    await expect(load(gpt)).rejects.toMatchObject({
      problem: { code: "model/not-found", message: expect.stringContaining(`only ${qwen}`) },
    });
    await expect(unload(qwen)).rejects.toMatchObject({
      problem: {
        code: "model/cannot-unload",
        remedy: expect.stringContaining("stop llama-server"),
      },
    });
  });
});

describe("a llama-server as a router", () => {
  it("lists its models, with what their files and arguments tell of idle ones", async () => {
    const { loaded, installed } = await router();

    expect(await loaded()).toEqual([]);
    expect(await installed()).toMatchObject([
      {
        name: qwen,
        sizeBytes: `/models/${qwen}.gguf`.length * 1000,
        maxContext: 262_144,
        ownContext: 65_536,
      },
      { name: gpt },
      { name: "broken" },
    ]);
    for (const model of await installed()) expect(model).not.toHaveProperty("tools");
  });

  it("loads a model, tells how far it is, and unloads it", async () => {
    const { load, unload, loaded, server, progress } = await router({ loadMs: "manual" });
    const done = load(qwen);
    await until(() => server.stateOf(qwen) === "loading");
    expect(await loaded()).toEqual([{ name: qwen, instance: qwen, state: "loading" }]);
    await until(() => server.requests.some(({ path }) => path === "/models/sse"));
    server.progress(qwen, 0.75);
    await until(() => progress.includes(0.75), { seen: () => progress });

    server.finishLoad();
    await done;
    expect(await loaded()).toMatchObject([
      { name: qwen, state: "loaded", context: 65_536, sizeBytes: 18 * 1024 ** 3 },
    ]);

    await unload(qwen);
    expect(await loaded()).toEqual([]);
  });

  it("ends a load that is given up", async () => {
    const { load, server } = await router({ loadMs: "manual" });
    const control = new AbortController();
    const done = load(qwen, control.signal);
    await until(() => server.stateOf(qwen) === "loading");

    control.abort(new Error("given up"));

    await expect(done).rejects.toThrow("given up");
    expect(server.stateOf(qwen)).toBe("unloaded");
  });

  it("does not end the load of somebody else", async () => {
    const { load, server } = await router({ loadMs: "manual" });
    const theirs = load(qwen);
    await until(() => server.stateOf(qwen) === "loading");
    const control = new AbortController();
    const ours = load(qwen, control.signal);
    await until(() => server.requests.filter(({ path }) => path === "/models").length > 2);

    control.abort(new Error("given up"));
    await expect(ours).rejects.toThrow("given up");
    expect(server.stateOf(qwen)).toBe("loading");

    server.finishLoad();
    await theirs;
    expect(server.loadsOf(qwen)).toBe(1);
  });

  it("says that a model cannot be loaded, and how its process ended", async () => {
    const { load } = await router();

    await expect(load("broken")).rejects.toMatchObject({
      problem: { code: "model/runner-crashed", detail: expect.stringContaining("exit code 1") },
    });
  });

  it("loses a good model to a load that fails, when it may not have more", async () => {
    const { load, loaded } = await router({ maxModels: 1 });
    await load(qwen);

    await expect(load("broken")).rejects.toThrow();

    expect(await loaded()).toEqual([]);
  });

  it("names the model that was likely meant", async () => {
    const { load } = await router();

    await expect(load("gpt-os-20b")).rejects.toMatchObject({
      problem: { code: "model/not-found", remedy: `use ${gpt}` },
    });
  });

  it("is never made to load or wake a model by a look", async () => {
    const { load, loaded, installed, context, server } = await router();
    await load(qwen);
    server.sleep(qwen);
    const before = server.requests.length;
    await llamaServer.version(context, never);
    await installed();

    expect(await loaded()).toMatchObject([{ name: qwen, state: "sleeping", context: 65_536 }]);
    expect(server.wokenBy).toEqual([]);
    const looks = server.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(new Set(looks)).toEqual(new Set(["GET /models", "GET /props"]));
  });

  it("wakes a sleeping model for a load, and loads no other by it", async () => {
    const { load, server } = await router();
    await load(qwen);
    server.sleep(qwen);

    await load(qwen);

    expect(server.stateOf(qwen)).toBe("loaded");
    expect(server.wokenBy).toEqual([`/slots?model=${qwen}&autoload=false`]);
  });

  it("tells by itself what changes", async () => {
    const { load, context, server } = await router({ loadMs: "manual" });
    const control = new AbortController();
    const seen: RuntimeEvent[] = [];
    const reading = (async () => {
      const events = llamaServer.events?.(context, control.signal) ?? [];
      for await (const event of events) seen.push(event);
    })();
    await until(() => server.requests.some(({ path }) => path === "/models/sse"));

    const done = load(qwen);
    await until(() => seen.length >= 2, { seen: () => seen });
    server.finishLoad();
    await done;
    await until(() => seen.length >= 3, { seen: () => seen });
    control.abort(new Error("enough"));

    await expect(reading).rejects.toThrow("enough");
    expect(seen).toEqual([
      { type: "loading", model: qwen },
      { type: "loading", model: qwen, progress: 0 },
      { type: "changed" },
    ]);
  });

  it("wants its token for everything that is asked", async () => {
    const { context, loaded } = await router({ token: "secret" });

    for (const answer of [llamaServer.version(context, never), loaded()])
      await expect(answer).rejects.toMatchObject({
        problem: { code: "runtime/needs-token", remedy: expect.stringContaining("LLAMA_API_KEY") },
      });
    const known = await router({ token: "secret" }, "secret");
    expect(await known.loaded()).toEqual([]);
  });

  it("gives the commands that do the same", () => {
    const url = "http://127.0.0.1:8080";
    expect(llamaServer.byHand({ deed: "load", url, model: qwen })).toBe(
      `curl ${url}/models/load -H 'content-type: application/json' -d '{"model":"${qwen}"}'`,
    );
    expect(llamaServer.byHand({ deed: "unload", url, model: qwen })).toContain("/models/unload");
  });
});

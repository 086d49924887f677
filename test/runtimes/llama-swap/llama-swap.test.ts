import { describe, expect, it, onTestFinished } from "vitest";
import type { RuntimeEvent } from "../../../src/runtimes/adapter.ts";
import { llamaSwap } from "../../../src/runtimes/llama-swap/llama-swap.ts";
import { createEventReader } from "../../../src/runtimes/llama-swap/llama-swap-models.ts";
import { adapterContext, neverAborted } from "../../fakes/adapter-context.ts";
import { type LlamaSwapOptions, startLlamaSwapServer } from "../../fakes/llama-swap-server.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { until } from "../../fakes/until.ts";

const never = neverAborted();

async function start(options: LlamaSwapOptions = {}, token?: string) {
  const server = await startLlamaSwapServer(options);
  onTestFinished(() => server.close());
  const context = adapterContext(server, { token });
  return {
    server,
    context,
    load: (model: string, abort = never) =>
      llamaSwap.load?.(context, { model, onProgress: () => {}, abort }),
    unload: (name: string) => llamaSwap.unload?.(context, { name, instance: name }),
    loaded: () => llamaSwap.loaded(context, never),
    installed: () => llamaSwap.installed(context, never),
    version: () => llamaSwap.version(context, never),
  };
}

describe("what llama-swap has", () => {
  it("is read from its configuration", async () => {
    const { installed, version } = await start();

    expect(await version()).toBe("250");
    expect(await installed()).toEqual([
      {
        name: "qwen",
        title: "Qwen3 Coder 30B",
        maxContext: 65_536,
        ownContext: 65_536,
        tools: true,
        chat: true,
        cloud: false,
        described: true,
      },
      { name: "author/gpt", chat: true, cloud: false, described: true },
      { name: "broken", chat: true, cloud: false, described: true },
      { name: "far", chat: true, cloud: true, described: true },
    ]);
  });

  it("runs with the context of its command, through all its states", async () => {
    const { server, load, unload, loaded } = await start({ loadMs: "manual", stopMs: "manual" });
    const one = { name: "qwen", instance: "qwen", context: 65_536 };
    const loading = load("qwen");
    await until(() => server.stateOf("qwen") === "starting");
    expect(await loaded()).toEqual([{ ...one, state: "loading" }]);

    server.finishLoad();
    await loading;
    expect(await loaded()).toEqual([{ ...one, state: "loaded" }]);

    const unloading = unload("qwen");
    await until(() => server.stateOf("qwen") === "stopping");
    expect(await loaded()).toEqual([{ ...one, state: "unloading" }]);

    server.finishStop();
    await unloading;
    expect(await loaded()).toEqual([]);
  });

  it("stays for ever without a time-out", async () => {
    const { load, loaded } = await start();
    await load("author/gpt");

    expect(await loaded()).toMatchObject([{ name: "author/gpt", expiresAt: "never" }]);
  });

  it("goes when its time is over, however often one looks", async () => {
    const clock = createManualClock();
    const { load, loaded, installed, version } = await start({ clock });
    await load("qwen");
    clock.advance(200_000);
    await loaded();
    await installed();
    await version();

    clock.advance(101_000);

    await until(async () => (await loaded()).length === 0);
  });
});

describe("a load in llama-swap", () => {
  it("takes the place of the model that ran", async () => {
    const { load, loaded } = await start();
    await load("qwen");
    await load("author/gpt");

    expect((await loaded()).map(({ name }) => name)).toEqual(["author/gpt"]);
  });

  it("stops the process when it is given up", async () => {
    const { server, load } = await start({ loadMs: "manual" });
    const control = new AbortController();
    const done = load("qwen", control.signal);
    await until(() => server.stateOf("qwen") === "starting");

    control.abort(new Error("given up"));

    await expect(done).rejects.toThrow("given up");
    expect(server.stateOf("qwen")).toBeUndefined();
  });

  it("says that the process ended, and what there is instead of an unknown model", async () => {
    const { load } = await start();

    await expect(load("broken")).rejects.toMatchObject({
      problem: {
        code: expect.stringMatching(/^model\//),
        detail: expect.stringContaining("exited prematurely"),
      },
    });
    await expect(load("qwem")).rejects.toMatchObject({
      problem: { code: "model/not-found", message: expect.stringContaining("qwen") },
    });
  });
});

describe("llama-swap on a bad day", () => {
  it("is known without a version, and says so when it cannot unload one model", async () => {
    const { server, load, unload, version } = await start({ hasApi: false });
    expect(await version()).toBeUndefined();
    await load("qwen");

    await expect(unload("qwen")).rejects.toMatchObject({
      problem: { code: "runtime/too-old", remedy: expect.stringContaining(`${server.url}/unload`) },
    });
  });

  it("takes an unload of what does not run for done", async () => {
    const { unload } = await start();

    await expect(unload("qwen")).resolves.toBeUndefined();
  });

  it("wants its token", async () => {
    const { loaded, version } = await start({ token: "secret" });

    for (const answer of [loaded(), version()])
      await expect(answer).rejects.toMatchObject({ problem: { code: "runtime/needs-token" } });
    expect(await (await start({ token: "secret" }, "secret")).loaded()).toEqual([]);
  });

  it("starts nothing because of a look", async () => {
    const { server, loaded, installed, version } = await start();
    await version();
    await loaded();
    await installed();

    expect(server.requests.map(({ path }) => path)).toEqual([
      "/api/version",
      "/running",
      "/v1/models",
    ]);
  });

  it("tells by itself what changes", async () => {
    const { server, context, load } = await start({ loadMs: "manual" });
    const control = new AbortController();
    const seen: RuntimeEvent[] = [];
    const reading = (async () => {
      for await (const event of llamaSwap.events?.(context, control.signal) ?? []) seen.push(event);
    })();
    await until(() => seen.length === 1);

    const done = load("qwen");
    await until(() => seen.length === 3, { seen: () => seen });
    server.finishLoad();
    await done;
    await until(() => seen.length === 4, { seen: () => seen });
    control.abort(new Error("enough"));

    await expect(reading).rejects.toThrow("enough");
    expect(seen.slice(1)).toEqual([
      { type: "loading", model: "qwen" },
      { type: "changed" },
      { type: "changed" },
    ]);
  });

  it("tells which model a request runs on, and when it has ended", async () => {
    const { server, context } = await start();
    const control = new AbortController();
    const seen: RuntimeEvent[] = [];
    const reading = (async () => {
      for await (const event of llamaSwap.events?.(context, control.signal) ?? []) seen.push(event);
    })();
    await until(() => seen.length > 0);

    const body = JSON.stringify({ model: "qwen", messages: [{ role: "user", content: "hi" }] });
    await (await fetch(`${server.url}/v1/chat/completions`, { method: "POST", body })).text();

    const used = () => seen.filter(({ type }) => type === "in-use");
    await until(() => used().length === 2, { seen: () => seen });
    control.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    expect(used()).toEqual([
      { type: "in-use", models: ["qwen"] },
      { type: "in-use", models: [] },
    ]);
  });

  it.each<[string, readonly object[], readonly (readonly string[])[]]>([
    [
      "one by one, each model once",
      [
        { operation: "snapshot", requests: [{ id: "1", model: "a" }] },
        { operation: "upsert", request: { id: "2", model: "a" } },
        { operation: "upsert", request: { id: "3", model: "b" } },
        { operation: "remove", id: "1" },
        { operation: "remove", id: "2" },
        { operation: "snapshot", requests: [] },
      ],
      [["a"], ["a", "b"], ["b"], []],
    ],
    [
      "as a number by an old one",
      [{ total: 0 }, { total: 2 }, { total: 1 }, { total: 0 }],
      [["a"], []],
    ],
  ])("reads the requests that run, told %s", (_, told, models) => {
    const read = createEventReader((text) => JSON.parse(text));
    const event = (type: string, data: unknown) => read({ type, data: JSON.stringify(data) });
    event("modelStatus", [
      { id: "a", state: "ready" },
      { id: "b", state: "stopped" },
    ]);

    expect(told.flatMap((data) => event("inflight", data))).toEqual(
      models.map((each) => ({ type: "in-use", models: each })),
    );
  });

  it("gives the commands that do the same", () => {
    const deed = { url: "http://127.0.0.1:8080", model: "author/it's" };

    expect(llamaSwap.byHand({ deed: "load", ...deed })).toBe(
      `curl 'http://127.0.0.1:8080/upstream/author/it'\\''s/health'`,
    );
    expect(llamaSwap.byHand({ deed: "unload", ...deed })).toBe(
      `curl -X POST 'http://127.0.0.1:8080/api/models/unload/author/it'\\''s'`,
    );
    expect(llamaSwap.byHand({ ...deed, deed: "load", model: "half\ud83d" })).toContain("half%EF");
  });
});

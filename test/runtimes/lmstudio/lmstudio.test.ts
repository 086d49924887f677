import { describe, expect, it, onTestFinished } from "vitest";
import { lmstudio } from "../../../src/runtimes/lmstudio/lmstudio.ts";
import { adapterContext, neverAborted } from "../../fakes/adapter-context.ts";
import {
  type LmStudioModel,
  type LmStudioOptions,
  lmStudioModels,
  startLmStudioServer,
} from "../../fakes/lmstudio-server.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { until } from "../../fakes/until.ts";

const gemma = "google/gemma-4-26b-a4b";
const phi = "phi-4-mini-instruct";
const never = neverAborted();

async function start(options: LmStudioOptions = {}, token?: string) {
  const server = await startLmStudioServer(options);
  onTestFinished(() => server.close());
  const context = adapterContext(server, { token });
  const load = (model: string, more: { context?: number; abort?: AbortSignal } = {}) =>
    lmstudio.load?.(context, { model, onProgress: () => {}, abort: never, ...more });
  const loaded = () => lmstudio.loaded(context, never);
  const installed = () => lmstudio.installed(context, never);
  const unload = (name: string, instance = name) => lmstudio.unload?.(context, { name, instance });
  return { server, context, load, loaded, installed, unload };
}

async function chat(url: string, model: string): Promise<string> {
  const messages = [{ role: "user", content: "hello" }];
  const body = JSON.stringify({ model, messages });
  const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", body });
  return response.text();
}

describe("what LM Studio has", () => {
  it("is read from its v1 API", async () => {
    const { installed, loaded, load } = await start();
    await load(gemma, { context: 65_536 });

    expect(await installed()).toEqual([
      {
        name: gemma,
        title: "Gemma 4 26B A4B",
        sizeBytes: 17_990_911_801,
        quantization: "Q4_K_M",
        parameters: "26B-A4B",
        family: "gemma4",
        maxContext: 262_144,
        tools: true,
        vision: true,
        thinking: false,
        chat: true,
        cloud: false,
        described: true,
      },
      expect.objectContaining({ name: phi, tools: false, vision: false, chat: true }),
      expect.objectContaining({ name: "text-embedding-nomic-embed-text-v1.5", chat: false }),
    ]);
    expect(await loaded()).toEqual([
      {
        name: gemma,
        instance: gemma,
        state: "loaded",
        context: 65_536,
        sizeBytes: 17_990_911_801,
        quantization: "Q4_K_M",
      },
    ]);
  });

  it("is read from v0 where there is no v1, which answers 200 as well", async () => {
    const { server, installed, loaded } = await start({ api: "v0" });
    await chat(server.url, gemma);

    expect(await installed()).toMatchObject([
      { name: gemma, tools: true, vision: true, maxContext: 262_144, quantization: "Q4_K_M" },
      { name: phi, tools: false, chat: true },
      { chat: false },
    ]);
    expect(await loaded()).toEqual([
      { name: gemma, instance: gemma, state: "loaded", context: 4096, quantization: "Q4_K_M" },
    ]);
  });

  it("does not say who calls tools before 0.3.16", async () => {
    const { installed } = await start({ api: "early v0" });

    for (const model of await installed()) expect(model).not.toHaveProperty("tools");
  });

  it("holds each instance of one model, in both APIs", async () => {
    for (const api of ["v1", "v0"] as const) {
      const { server, loaded, installed } = await start({ api, jit: false });
      const twice = [gemma, `${gemma}:2`];
      server.addInstance(gemma, 4096);
      server.addInstance(gemma, 8192);

      expect((await loaded()).map(({ name, instance }) => [name, instance])).toEqual(
        twice.map((instance) => [gemma, instance]),
      );
      expect((await installed()).map(({ name }) => name)).toEqual(
        lmStudioModels.map(({ key }) => key),
      );
    }
  });
});

describe("a load in LM Studio", () => {
  it("sends the context, and waits until the model is loaded", async () => {
    const { server, load, loaded } = await start({ loadMs: "manual" });
    const done = load(gemma, { context: 32_768 });
    await until(() => server.loading === 1);
    expect(await loaded()).toEqual([]);

    server.finishLoad();
    await done;

    expect(await loaded()).toMatchObject([{ name: gemma, context: 32_768 }]);
  });

  it("leaves a model alone that has the context already", async () => {
    const { server, load } = await start();
    await load(gemma, { context: 8192 });

    await load(gemma, { context: 8192 });
    await load(gemma);

    expect(server.loadsOf(gemma)).toBe(1);
  });

  it("replaces an instance with another context", async () => {
    const { load, loaded } = await start();
    await load(gemma, { context: 8192 });

    await load(gemma, { context: 65_536 });

    expect(await loaded()).toMatchObject([{ instance: gemma, context: 65_536 }]);
  });

  it("can be given up, and leaves nothing behind", async () => {
    for (const abortEndsLoad of [true, false]) {
      const { server, load, loaded } = await start({ loadMs: "manual", abortEndsLoad });
      const control = new AbortController();
      const done = load(gemma, { abort: control.signal });
      await until(() => server.loading === 1);

      control.abort(new Error("given up"));
      if (!abortEndsLoad) server.finishLoad();

      await expect(done).rejects.toThrow("given up");
      expect(await loaded()).toEqual([]);
    }
  });

  it("says that memory does not suffice, in LM Studio's words too", async () => {
    const { server, load } = await start();
    const words =
      "Model loading was stopped due to insufficient system resources. Under the current settings, this model requires approximately 65.68 GB of memory.";
    server.failLoads(gemma, words);

    await expect(load(gemma)).rejects.toMatchObject({
      problem: { code: "model/out-of-memory", detail: words },
    });
  });

  it("names the model that was likely meant", async () => {
    const { load } = await start();

    await expect(load("phi-4-mini-instuct")).rejects.toMatchObject({
      problem: { code: "model/not-found", message: expect.stringContaining(phi) },
    });
  });

  it("says how to load by hand what is too old to be asked", async () => {
    const { load } = await start({ api: "v0" });

    await expect(load(phi, { context: 8192 })).rejects.toMatchObject({
      problem: {
        code: "runtime/too-old",
        remedy: expect.stringContaining("lms load phi-4-mini-instruct --context-length 8192"),
      },
    });
  });

  it("stays where chats evict each other's models", async () => {
    const { server, load, loaded } = await start();
    await load(gemma);
    await chat(server.url, phi);
    await chat(server.url, "text-embedding-nomic-embed-text-v1.5");

    const names = (await loaded()).map(({ name }) => name);
    expect(names).toEqual([gemma, "text-embedding-nomic-embed-text-v1.5"]);
  });

  it("has no time-out, unlike a chat's", async () => {
    const clock = createManualClock();
    const { server, load, loaded } = await start({ clock });
    await load(gemma);
    await chat(server.url, phi);

    clock.advance(61 * 60_000);

    expect((await loaded()).map(({ name }) => name)).toEqual([gemma]);
  });
});

describe("an unload in LM Studio", () => {
  it("frees one instance", async () => {
    const { server, unload, loaded } = await start();
    server.addInstance(gemma, 4096);
    server.addInstance(gemma, 8192);

    await unload(gemma, `${gemma}:2`);

    expect(await loaded()).toMatchObject([{ instance: gemma, context: 4096 }]);
  });

  it("takes one that is gone already for done", async () => {
    const { unload } = await start();

    await expect(unload(gemma)).resolves.toBeUndefined();
  });

  it("says how to do it by hand what is too old to be asked", async () => {
    const { server, unload } = await start({ api: "v0" });
    server.addInstance(gemma, 4096);

    await expect(unload(gemma)).rejects.toMatchObject({
      problem: { code: "runtime/too-old", remedy: expect.stringContaining(`lms unload ${gemma}`) },
    });
  });
});

describe("a download in LM Studio", () => {
  const granite: LmStudioModel = {
    key: "ibm/granite-4-micro",
    title: "Granite 4 micro",
    type: "llm",
    sizeBytes: 2_279_145_003,
    quantization: "Q4_K_M",
    maxContext: 131_072,
    tools: true,
  };

  it("tells how far it is until the model is there", async () => {
    const { server, context, installed } = await start({ library: [granite] });
    server.downloadTo(0.5);
    const seen: (number | undefined)[] = [];
    const done = lmstudio.pull?.(context, {
      model: granite.key,
      onProgress: ({ doneBytes }) => seen.push(doneBytes),
      abort: never,
    });

    await until(() => seen.includes(1_139_572_502), { seen: () => seen });
    server.downloadTo(1);
    await done;

    expect(seen.at(-1)).toBe(granite.sizeBytes);
    expect((await installed()).map(({ name }) => name)).toContain(granite.key);
  });

  it("is done at once for a model that is there", async () => {
    const { context } = await start();
    const pulled = lmstudio.pull?.(context, { model: gemma, onProgress: () => {}, abort: never });

    await expect(pulled).resolves.toBeUndefined();
  });

  it("can be left to itself, and found again further on", async () => {
    const { server, context } = await start({ library: [granite] });
    const control = new AbortController();
    const seen: string[] = [];
    const pull = (abort: AbortSignal) =>
      lmstudio.pull?.(context, {
        model: granite.key,
        onProgress: ({ note }) => seen.push(note),
        abort,
      });
    const first = pull(control.signal);
    await until(() => seen.length > 0);

    control.abort(new Error("later"));
    await expect(first).rejects.toThrow("later");
    server.downloadTo(1);

    await pull(never);
    expect(seen.at(-1)).toBe("completed");
  });

  it("fails with a reason", async () => {
    const { server, context } = await start({ library: [granite] });
    server.downloadTo(0.2, "failed");
    const pull = (model: string) =>
      lmstudio.pull?.(context, { model, onProgress: () => {}, abort: never });

    await expect(pull(granite.key)).rejects.toMatchObject({
      problem: { code: "model/failed", message: expect.stringContaining("download is failed") },
    });
    await expect(pull("nobody/nothing")).rejects.toMatchObject({
      problem: { code: "model/not-found" },
    });
  });
});

describe("LM Studio on a bad day", () => {
  it("is known by its greeting, and by what it says where it has none", async () => {
    const { server, context } = await start();
    expect(await lmstudio.version(context, never)).toBeUndefined();

    const error = "Unexpected endpoint or method. (GET /lmstudio-greeting)";
    server.trouble({ type: "status", status: 200, body: { error } });
    expect(await lmstudio.version(context, never)).toBeUndefined();

    server.trouble({ type: "status", status: 200, body: { version: "0.33.0" } });
    await expect(lmstudio.version(context, never)).rejects.toMatchObject({
      problem: { code: "runtime/strange-answer" },
    });
  });

  it("wants its token, however it says so", async () => {
    for (const refusal of [401, "unexpected endpoint"] as const) {
      const { context } = await start({ token: "secret", refusal });

      await expect(lmstudio.loaded(context, never)).rejects.toMatchObject({
        problem: { code: "runtime/needs-token", remedy: expect.stringContaining("LM_API_TOKEN") },
      });
    }
    const { loaded } = await start({ token: "secret" }, "secret");
    expect(await loaded()).toEqual([]);
  });

  it("is asked for nothing that loads a model", async () => {
    const { server, context, loaded, installed } = await start();
    await lmstudio.version(context, never);
    await loaded();
    await installed();

    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /lmstudio-greeting",
      "GET /api/v1/models",
      "GET /api/v1/models",
    ]);
  });
});

describe("LM Studio's commands by hand", () => {
  const own = "http://127.0.0.1:1234";

  it("are those of lms on this machine", () => {
    const deed = { url: own, model: gemma };

    expect(lmstudio.byHand({ deed: "load", ...deed, context: 65_536 })).toBe(
      `lms load ${gemma} --context-length 65536`,
    );
    expect(lmstudio.byHand({ deed: "unload", ...deed })).toBe(`lms unload ${gemma}`);
    expect(lmstudio.byHand({ deed: "pull", ...deed })).toBe(`lms get ${gemma}`);
  });

  it("are curl for another machine and for a name that no command line wants", () => {
    expect(lmstudio.byHand({ deed: "unload", url: "http://mac:1234", model: gemma })).toBe(
      `curl http://mac:1234/api/v1/models/unload -H 'content-type: application/json' -d '{"instance_id":"${gemma}"}'`,
    );
    expect(lmstudio.byHand({ deed: "load", url: own, model: "it's\u001b[31m" })).toBe(
      `curl ${own}/api/v1/models/load -H 'content-type: application/json' -d '{"model":"it'\\''s\\u001b[31m"}'`,
    );
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { AiRulesError } from "../../../src/core/error.ts";
import type { AdapterContext, PullProgress } from "../../../src/runtimes/adapter.ts";
import { ollama } from "../../../src/runtimes/ollama/ollama.ts";
import { adapterContext, neverAborted } from "../../fakes/adapter-context.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { ollamaModel } from "../../fakes/ollama-models.ts";
import {
  type OllamaServer,
  type OllamaServerOptions,
  startOllamaServer,
} from "../../fakes/ollama-server.ts";
import { until } from "../../fakes/until.ts";

const coder = "qwen3-coder:30b";
const start = Date.parse("2026-08-01T12:00:00Z");
const servers: OllamaServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function setUp(options: OllamaServerOptions = {}) {
  const clock = createManualClock(start);
  const server = await startOllamaServer({ clock, ...options });
  servers.push(server);
  const context: AdapterContext = {
    ...adapterContext(server),
    clock: { now: () => clock.now(), wait: () => new Promise((resolve) => setImmediate(resolve)) },
  };
  return { server, clock, context };
}

type Start = { readonly model: string; readonly keepAlive?: string; readonly abort?: AbortSignal };

function load(context: AdapterContext, request: Start): Promise<void> {
  const rest = { onProgress: () => {}, abort: neverAborted(), ...request };
  return ollama.load?.(context, rest) ?? Promise.reject(new Error("cannot load"));
}

async function faultOf(deed: Promise<unknown> | undefined) {
  const error: unknown = await Promise.resolve(deed).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AiRulesError)) throw new Error(`no problem but ${String(error)}`);
  return error.problem;
}

function installedOf(context: AdapterContext, name: string) {
  return ollama.installed(context, neverAborted()).then((models) => {
    const found = models.find((model) => model.name === name);
    if (!found) throw new Error(`${name} is not installed`);
    return found;
  });
}

describe("Ollama", () => {
  it("tells its version", async () => {
    const { context } = await setUp({ version: "0.32.15" });

    expect(await ollama.version(context, neverAborted())).toBe("0.32.15");
  });

  it("is not what answers its version with a commit, or each path with 200 and an error", async () => {
    const { context, server } = await setUp();

    server.trouble({ type: "status", status: 200, body: { version: "1", commit: "abc" } });
    expect((await faultOf(ollama.version(context, neverAborted()))).code).toBe(
      "runtime/strange-answer",
    );
    const error = "Unexpected endpoint or method. (GET /api/version)";
    server.trouble({ type: "status", status: 200, body: { error } });
    expect((await faultOf(ollama.version(context, neverAborted()))).code).toBe(
      "runtime/strange-answer",
    );
    server.trouble({ type: "html" });
    expect((await faultOf(ollama.loaded(context, neverAborted()))).code).toBe(
      "runtime/strange-answer",
    );
  });

  it("names the command that starts it when it is down", async () => {
    const { context, server } = await setUp();
    await server.stop();

    expect(await faultOf(ollama.version(context, neverAborted()))).toMatchObject({
      code: "runtime/not-running",
      remedy: "start it: `ollama serve`",
    });
  });

  it("asks nothing that loads a model when it looks", async () => {
    const { context, server } = await setUp();

    await ollama.version(context, neverAborted());
    await ollama.loaded(context, neverAborted());
    const models = await ollama.installed(context, neverAborted());
    for (const model of models) await ollama.describe?.(context, model, neverAborted());

    expect(server.loaded()).toEqual([]);
    expect(new Set(server.requests.map(({ path }) => path))).toEqual(
      new Set(["/api/version", "/api/ps", "/api/tags", "/api/show"]),
    );
  });

  it("describes a model with unlike layers by asking for all of it", async () => {
    const { context, server } = await setUp();

    const gemma = await ollama.describe?.(
      context,
      await installedOf(context, "gemma3"),
      neverAborted(),
    );

    expect(gemma?.shape?.kvHeads).toEqual([4, 4, 0, 4]);
    expect(server.requests.at(-1)?.body).toEqual({ model: "gemma3", verbose: true });
  });
});

describe("loading in Ollama", () => {
  it("sends the model and its keep_alive, and no options", async () => {
    const { context, server } = await setUp();

    await load(context, { model: coder, keepAlive: "30m" });
    await load(context, { model: coder, keepAlive: "-1" });
    await load(context, { model: coder });

    expect(server.requests.map(({ body }) => body)).toEqual([
      { model: coder, keep_alive: "30m" },
      { model: coder, keep_alive: -1 },
      { model: coder },
    ]);
    expect(server.loadCount(coder)).toBe(1);
  });

  it("ends when the model is loaded", async () => {
    const { context, server, clock } = await setUp({ loadMs: 20 * 60_000 });
    let done = false;

    const loading = load(context, { model: coder, keepAlive: "30m" }).then(() => {
      done = true;
    });
    await until(() => server.loadingName() === coder);
    expect(await ollama.loaded(context, neverAborted())).toEqual([]);
    expect(done).toBe(false);
    clock.advance(20 * 60_000);
    await loading;

    expect(await ollama.loaded(context, neverAborted())).toMatchObject([
      { name: coder, state: "loaded", context: 32_768, expiresAt: clock.now() + 30 * 60_000 },
    ]);
  });

  it("is cancelled by the signal", async () => {
    const { context, server } = await setUp({ loadMs: "manual" });
    const controller = new AbortController();
    const reason = new Error("the user pressed esc");

    const loading = load(context, { model: coder, abort: controller.signal });
    await until(() => server.loadingName() === coder);
    controller.abort(reason);

    await expect(loading).rejects.toBe(reason);
    await until(() => server.loadingName() === undefined);
    expect(server.loaded()).toEqual([]);
  });

  it("says which model was meant when there is none of that name", async () => {
    const { context } = await setUp();

    const problem = await faultOf(load(context, { model: "qwen3-coder:30" }));

    expect(problem.code).toBe("model/not-found");
    expect(problem.message).toContain("did you mean qwen3-coder:30b?");
  });

  it.each([
    ["0.24.0", "model/out-of-memory"],
    ["0.33.0", "model/out-of-memory"],
  ])("says in version %s that a model does not fit into memory", async (version, code) => {
    const huge = ollamaModel({ name: "huge:1t", sizeBytes: 10 ** 12 });
    const { context } = await setUp({ version, models: [huge] });

    expect((await faultOf(load(context, { model: "huge:1t" }))).code).toBe(code);
  });

  it.each([
    ["llama-server process has terminated: exit status 1", "model/runner-crashed"],
    [
      "model runner has unexpectedly stopped, this may be due to resource limitations",
      "model/runner-crashed",
    ],
    ["timed out waiting for llama-server to start - progress 0.00", "model/load-stalled"],
  ])("tells %j as a fault of its own", async (text, code) => {
    const { context, server } = await setUp();
    server.setLoadFailure(coder, text);

    expect(await faultOf(load(context, { model: coder }))).toMatchObject({ code, detail: text });
  });

  it("says that too many requests wait", async () => {
    const { context, server } = await setUp({ loadMs: "manual", maxQueue: 0 });
    const { code } = await faultOf(load(context, { model: coder }));

    expect(code).toBe("model/queue-full");
    expect(server.loaded()).toEqual([]);
  });

  it("refuses a model for embeddings", async () => {
    const { context } = await setUp();

    expect((await faultOf(load(context, { model: "nomic-embed-text" }))).code).toBe(
      "model/no-chat",
    );
  });

  it("wants a token where a proxy does", async () => {
    const { context } = await setUp({ token: "secret" });

    const problem = await faultOf(load(context, { model: coder }));

    expect(problem.code).toBe("runtime/needs-token");
    expect(problem.remedy).toContain("OLLAMA_API_KEY");
  });
});

describe("unloading in Ollama", () => {
  it("ends when the model is gone", async () => {
    const { context, server, clock } = await setUp({ unloadMs: 1500 });
    await load(context, { model: coder });

    const unloading = ollama.unload?.(context, { name: coder, instance: coder });
    await until(() => server.loaded().length === 0);
    clock.advance(1500);
    await unloading;

    expect(await ollama.loaded(context, neverAborted())).toEqual([]);
  });

  it("gives up waiting for a model that a request holds", async () => {
    const { context, server } = await setUp();
    const answer = fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: coder, messages: [{ role: "user", content: "HOLD" }] }),
    });
    await until(() => server.heldCount() === 1);

    await ollama.unload?.(context, { name: coder, instance: coder });
    expect(server.loadedNames()).toEqual([coder]);

    server.release();
    await (await answer).text();
    await until(() => server.loaded().length === 0);
  });

  it("takes a model that is not loaded as done, and one that is not there as a fault", async () => {
    const { context } = await setUp();

    await ollama.unload?.(context, { name: coder, instance: coder });
    const gone = ollama.unload?.(context, { name: "none", instance: "none" });

    expect((await faultOf(gone)).code).toBe("model/not-found");
  });
});

describe("the keep_alive of a loaded model", () => {
  it("is changed without loading it again", async () => {
    const { context, server, clock } = await setUp();
    await load(context, { model: coder });

    await ollama.setKeepAlive?.(context, coder, "2h");
    expect(await ollama.loaded(context, neverAborted())).toMatchObject([
      { expiresAt: clock.now() + 2 * 3_600_000 },
    ]);
    await ollama.setKeepAlive?.(context, coder.toUpperCase(), "-1");
    expect(await ollama.loaded(context, neverAborted())).toMatchObject([{ expiresAt: "never" }]);
    expect(server.loadCount(coder)).toBe(1);
  });

  it("never loads a model that has gone meanwhile", async () => {
    const { context, server } = await setUp();

    const { code } = await faultOf(ollama.setKeepAlive?.(context, coder, "2h"));

    expect(code).toBe("model/not-loaded");
    expect(server.loadCount(coder)).toBe(0);
  });

  it("that cannot be read is refused in Ollama's words", async () => {
    const { context } = await setUp();
    await load(context, { model: coder });

    const problem = await faultOf(ollama.setKeepAlive?.(context, coder, "soon"));

    expect(problem.detail).toContain('time: invalid duration "soon"');
  });
});

describe("the times of a loaded model", () => {
  it("go by the clock here, whatever the server's says", async () => {
    const { context, clock } = await setUp({ clockSkewMs: 3_600_000 });
    await load(context, { model: coder });

    const [model] = await ollama.loaded(context, neverAborted());

    // The header of the server's clock has whole seconds.
    expect(Math.abs(Number(model?.expiresAt) - (clock.now() + 300_000))).toBeLessThan(1000);
  });

  it("are not past while a long request runs: the model is in use", async () => {
    const { context, server, clock } = await setUp();
    await load(context, { model: coder });
    const answer = fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: coder, messages: [{ role: "user", content: "HOLD" }] }),
    });
    await until(() => server.heldCount() === 1);
    clock.advance(20 * 60_000);

    expect(await ollama.loaded(context, neverAborted())).toMatchObject([
      { state: "loaded", busy: true },
    ]);

    server.release();
    await (await answer).text();
  });
});

describe("a model derived in Ollama", () => {
  it("has a context of its own and shares the weights", async () => {
    const { context, server } = await setUp();
    const name = "llama3.1:8b-ctx16k";
    const request = { from: "llama3.1:8b", name, context: 16_384, abort: neverAborted() };

    await ollama.derive?.(context, request);
    const base = await ollama.describe?.(
      context,
      await installedOf(context, "llama3.1:8b"),
      neverAborted(),
    );
    const made = await ollama.describe?.(context, await installedOf(context, name), neverAborted());

    expect(made).toMatchObject({ ownContext: 16_384, derivedFrom: "llama3.1:8b" });
    expect(made?.weights).toBe(base?.weights);
    await load(context, { model: name });
    expect(server.loaded()).toMatchObject([{ context: 16_384 }]);
  });

  it("is not made of one that is not there: Ollama would download that", async () => {
    const { context, server } = await setUp();
    const request = { from: "qwen9:1t", name: "x", context: 8192, abort: neverAborted() };

    expect((await faultOf(ollama.derive?.(context, request))).code).toBe("model/not-found");
    expect(server.requests.map(({ path }) => path)).not.toContain("/api/create");
  });

  it("fails with the error of the stream, and when the stream ends early", async () => {
    const { context, server } = await setUp();
    const request = { from: coder, name: "x", context: 8192, abort: neverAborted() };

    server.setPullTrouble({ afterPieces: 0, error: "no space left on device" });
    expect((await faultOf(ollama.derive?.(context, request))).code).toBe("model/disk-full");
    server.setPullTrouble({ afterPieces: 0 });
    expect((await faultOf(ollama.derive?.(context, request))).detail).toContain("ended its answer");
  });
});

describe("a pull in Ollama", () => {
  const library = [ollamaModel({ name: "devstral:24b", sizeBytes: 14_000_000_000 })];

  function pull(context: AdapterContext, model: string, abort = neverAborted()) {
    const progress: PullProgress[] = [];
    const onProgress = (step: PullProgress) => void progress.push(step);
    return { progress, done: ollama.pull?.(context, { model, onProgress, abort }) };
  }

  it("tells its progress over all parts and installs the model", async () => {
    const { context } = await setUp({ library });

    const { progress, done } = pull(context, "devstral:24b");
    await done;

    const sizes = progress.flatMap(({ doneBytes }) => doneBytes ?? []);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(progress[0]).toEqual({ note: "pulling manifest" });
    expect(progress.at(-1)).toEqual({
      note: "success",
      doneBytes: 14_000_012_000,
      totalBytes: 14_000_012_000,
    });
    await expect(installedOf(context, "devstral:24b")).resolves.toMatchObject({ chat: true });
  });

  it("is cancelled by the signal and goes on where it stopped", async () => {
    const { context, server, clock } = await setUp({ library, pullStepMs: 1000 });
    const controller = new AbortController();

    const first = pull(context, "devstral:24b", controller.signal);
    await until(() => {
      clock.advance(1000);
      return (first.progress.at(-1)?.doneBytes ?? 0) > 4_000_000_000;
    });
    controller.abort(new Error("cancelled"));
    await expect(first.done).rejects.toThrow("cancelled");
    expect(server.installedNames()).not.toContain("devstral:24b");

    const second = pull(context, "devstral:24b");
    await until(() => {
      clock.advance(1000);
      return server.installedNames().includes("devstral:24b");
    });
    await second.done;
    const began = second.progress.find(({ doneBytes }) => (doneBytes ?? 0) > 0);
    expect(began?.doneBytes).toBeGreaterThan(4_000_000_000);
  });

  it("of a model nobody has is a fault although its status is 200", async () => {
    const { context } = await setUp();

    expect((await faultOf(pull(context, "no-such-model").done)).code).toBe("model/not-in-library");
  });

  it("fails with an error in the middle, and when the stream ends without success", async () => {
    const { context, server } = await setUp({ library });

    const error = "max retries exceeded: dial tcp: lookup registry.ollama.ai: no such host";
    server.setPullTrouble({ afterPieces: 5, error });
    const broken = pull(context, "devstral:24b");
    expect((await faultOf(broken.done)).code).toBe("model/download-failed");
    expect(broken.progress.at(-1)?.doneBytes).toBe(7_000_000_000);
    server.setPullTrouble({ afterPieces: 7 });
    expect((await faultOf(pull(context, "devstral:24b").done)).detail).toContain("last: pulling");
  });
});

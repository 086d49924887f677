/** The monitor with the real adapters and HTTP, on stand-ins of the runtimes. */
import { describe, expect, it, onTestFinished } from "vitest";
import type { ModelJob } from "../../../src/core/models.ts";
import type { RuntimeAddress, RuntimeKind, RuntimeState } from "../../../src/core/runtime.ts";
import { createClock } from "../../../src/platform/clock.ts";
import { createNetwork } from "../../../src/platform/network.ts";
import { createJobs, type JobEnd } from "../../../src/runtimes/jobs.ts";
import { createMonitor } from "../../../src/runtimes/monitor/monitor.ts";
import { surveyRuntimes } from "../../../src/runtimes/survey.ts";
import { startLlamaRouter } from "../../fakes/llama-server.ts";
import { startLmStudioServer } from "../../fakes/lmstudio-server.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { memoryFiles } from "../../fakes/memory-files.ts";
import { startMlxServer } from "../../fakes/mlx-server.ts";
import { startOllamaServer } from "../../fakes/ollama-server.ts";
import { scriptedAddress } from "../../fakes/scripted-runtime.ts";
import { until } from "../../fakes/until.ts";

type Server = { readonly url: string; close(): Promise<void> };

async function closing<T extends Server>(starting: Promise<T>): Promise<T> {
  const server = await starting;
  onTestFinished(() => server.close());
  return server;
}

function address(kind: RuntimeKind, { url }: Server, id: string = kind): RuntimeAddress {
  return scriptedAddress({ id, kind, url });
}

function watch(
  addresses: readonly RuntimeAddress[],
  tokens: Readonly<Record<string, string>> = {},
) {
  const clock = createManualClock(Date.now());
  const states = new Map<string, RuntimeState>();
  const ends: JobEnd[] = [];
  const progress: number[] = [];
  const monitor = createMonitor(
    { clock, files: memoryFiles({}), network: createNetwork() },
    {
      addresses,
      attention: "shown",
      tokenOf: ({ tokenVariable = "" }) => tokens[tokenVariable],
      onChange: (state) => states.set(state.address.id, state),
      onSurveyed: () => {},
    },
  );
  const jobs = createJobs({
    runtime: monitor.contextOf,
    watch: monitor.jobs,
    onProgress: (each) => progress.push(each.progress),
    onEnd: (end) => ends.push(end),
  });
  onTestFinished(() => {
    jobs.stop();
    monitor.stop();
  });
  /** Time passes until something is seen. */
  const seen = <T>(look: (state: RuntimeState | undefined) => T, id = "ollama") =>
    until(
      () => {
        clock.advance(40);
        return look(states.get(id));
      },
      { seen: () => states.get(id) },
    );
  return { ...monitor, jobs, ends, progress, seen, states };
}

const isUp = (state: RuntimeState | undefined) => state?.connection.type === "up";

function job(runtime: string, deed: ModelJob["deed"]): ModelJob {
  return { id: `${deed.type} ${deed.model}`, runtime, deed };
}

describe("an Ollama that is watched", () => {
  it("loads, keeps and unloads a model, and shows each of it", async () => {
    const server = await closing(startOllamaServer({ loadMs: "manual" }));
    const { seen, jobs, ends } = watch([address("ollama", server)]);
    const name = "qwen3-coder:30b";
    await seen(isUp);

    jobs.run(job("ollama", { type: "load", model: name, keepAlive: "30m" }));
    await seen(() => server.loadingName());
    server.finishLoad();
    const full = await seen((state) => (state?.loaded.length ? state : undefined));
    expect(full.loaded).toMatchObject([{ name, state: "loaded" }]);
    expect(full.loaded[0]?.context).toBeGreaterThan(0);

    jobs.run(job("ollama", { type: "keep-alive", model: name, keepAlive: "-1" }));
    await seen((state) => state?.loaded[0]?.expiresAt === "never");
    jobs.run(job("ollama", { type: "unload", model: name, instance: name }));
    const empty = await seen((state) => (state?.loaded.length === 0 ? state : undefined));

    await seen(() => ends.length === 3);
    expect(ends.map(({ end }) => end)).toEqual(["done", "done", "done"]);
    expect(empty.troubles).toEqual([]);
    expect(empty.reloads).toEqual({});
    expect(server.loadCount(name)).toBe(1);
  });

  it("stops loading when the job is cancelled", async () => {
    const server = await closing(startOllamaServer({ loadMs: "manual" }));
    const { seen, jobs, ends } = watch([address("ollama", server)]);
    await seen(isUp);
    jobs.run(job("ollama", { type: "load", model: "qwen3-coder:30b" }));
    await seen(() => server.loadingName());

    jobs.cancel("load qwen3-coder:30b");

    await seen(() => ends.length > 0 && server.loadingName() === undefined);
    expect(ends[0]?.end).toBe("cancelled");
  });

  it.each([
    ["model requires more system memory (45.3 GiB) than is available (13.3 GiB)", "45.3 GiB"],
    ["llama-server reported out-of-memory during startup: cudaMalloc failed: out of memory", ""],
  ])("says that a model does not fit when it says %j", async (text, told) => {
    const server = await closing(startOllamaServer());
    server.setLoadFailure("qwen3-coder:30b", text);
    const { seen, jobs, ends } = watch([address("ollama", server)]);
    await seen(isUp);

    jobs.run(job("ollama", { type: "load", model: "qwen3-coder:30b" }));
    await seen(() => ends.length > 0);

    expect(ends[0]).toMatchObject({ end: "failed", problem: { code: "model/out-of-memory" } });
    expect(ends[0]?.problem?.message).toContain(told);
  });

  it("is down when it ends and back when it returns, and says what that did", async () => {
    const server = await closing(startOllamaServer());
    const { seen, jobs } = watch([address("ollama", server)]);
    await seen(isUp);
    jobs.run(job("ollama", { type: "load", model: "qwen3-coder:30b", keepAlive: "-1" }));
    await seen((state) => state?.loaded.length === 1);

    await server.stop();
    const down = await seen((state) => (state?.connection.type === "down" ? state : undefined));
    expect(down.connection).toMatchObject({ problem: { remedy: "start it: `ollama serve`" } });
    await server.start();
    const back = await seen((state) => (isUp(state) ? state : undefined));

    expect(back.loaded).toEqual([]);
    expect(back.troubles).toMatchObject([
      {
        code: "runtime/restarted",
        remedy: "load it again: `ai-rules models load ollama/qwen3-coder:30b`",
      },
    ]);
  });

  it("is stale while it does not tell what is loaded", async () => {
    const server = await closing(startOllamaServer());
    const { seen } = watch([address("ollama", server)]);
    await seen(isUp);

    server.stallPs(true);
    await seen((state) => state?.connection.type === "stale");
    server.stallPs(false);

    await seen(isUp);
  });
});

describe("runtimes that are watched", () => {
  it("of one kind at two addresses are two", async () => {
    const one = await closing(startOllamaServer());
    const other = await closing(startOllamaServer({ version: "0.24.0" }));
    const { seen, states } = watch([address("ollama", one), address("ollama", other, "box")]);
    await seen(isUp);
    await seen(isUp, "box");

    await one.stop();
    await seen((state) => state?.connection.type === "down");

    expect(states.get("box")).toMatchObject({ connection: { type: "up" }, version: "0.24.0" });
  });

  it("tell by events what somebody else loads, and how far it is", async () => {
    const server = await closing(startLlamaRouter({ loadMs: "manual" }));
    const { seen, jobs, progress } = watch([address("llama-server", server)]);
    await seen(isUp, "llama-server");
    jobs.run(job("llama-server", { type: "load", model: "gpt-oss-20b" }));
    await seen(() => server.loadsOf("gpt-oss-20b") > 0, "llama-server");

    server.progress("gpt-oss-20b", 0.5);
    await seen(() => progress.includes(0.5), "llama-server");
    server.finishLoad();
    await seen((state) => state?.loaded[0]?.state === "loaded", "llama-server");

    server.stop("gpt-oss-20b");
    await seen((state) => state?.loaded.length === 0, "llama-server");
    expect(server.wokenBy).toEqual([]);
  });

  it("that are others than they are called say so", async () => {
    const server = await closing(startLmStudioServer());
    const { seen } = watch([address("ollama", server)]);

    const state = await seen((found) => (found?.connection.type === "probing" ? undefined : found));

    expect(state.connection).toMatchObject({
      type: "wrong-service",
      found: "LM Studio",
      problem: { code: "runtime/wrong-service" },
    });
  });

  it("get the token of their kind, which never comes into the state", async () => {
    const server = await closing(startOllamaServer({ token: "a-secret" }));
    const { seen, states } = watch([address("ollama", server)], { OLLAMA_API_KEY: "a-secret" });

    await seen(isUp);

    expect(JSON.stringify([...states.values()])).not.toContain("a-secret");
  });

  it("that want a token name the variable it is read from", async () => {
    const server = await closing(startOllamaServer({ token: "a-secret" }));
    const { seen } = watch([address("ollama", server)]);

    const state = await seen((found) => (found?.connection.type === "probing" ? undefined : found));

    expect(state.connection).toMatchObject({
      type: "needs-token",
      problem: { remedy: expect.stringContaining("OLLAMA_API_KEY") },
    });
  });

  it("get no token before it is known what they are, unless someone sent us there", async () => {
    const server = await closing(startLmStudioServer());
    const usual = scriptedAddress({ ...address("ollama", server), expected: false });
    const { refresh, seen } = watch([usual], { OLLAMA_API_KEY: "a-secret" });
    await seen(() => server.requests.length > 0);

    refresh();
    await seen(() => server.requests.length > 2);

    const headers = server.requests.map(({ headers: { authorization } }) => authorization);
    expect(new Set(headers)).toEqual(new Set([undefined]));
  });

  it("survive lists of 10 MB", async () => {
    const server = await closing(startOllamaServer());
    server.trouble({ type: "big" });
    const { seen } = watch([address("ollama", server)]);

    const state = await seen((found) => (found?.installedAt ? found : undefined));

    expect(state.connection.type).toBe("up");
  });

  it("are surveyed all at once, each described", async () => {
    const servers = {
      ollama: await closing(startOllamaServer({ version: "0.24.0" })),
      lmstudio: await closing(startLmStudioServer()),
      mlx: await closing(startMlxServer()),
      "llama-server": await closing(startLlamaRouter()),
    };
    const kinds = ["ollama", "lmstudio", "mlx", "llama-server"] as const;

    const survey = await surveyRuntimes(
      { clock: createClock(), files: memoryFiles({}), network: createNetwork() },
      {
        addresses: kinds.map((kind) => address(kind, servers[kind])),
        tokenOf: () => undefined,
        timeoutMs: 10_000,
      },
    );

    expect(survey.runtimes.map(({ kind, connection }) => [kind, connection.type])).toEqual(
      kinds.map((kind) => [kind, "up"]),
    );
    const [ollama] = survey.runtimes;
    const chats = ollama?.installed.filter(({ chat, cloud }) => chat && !cloud) ?? [];
    expect(chats.length).toBeGreaterThan(0);
    expect(chats.every(({ described, tools }) => described && tools !== undefined)).toBe(true);
    expect(servers.mlx.downloads).toEqual([]);
    expect(servers["llama-server"].wokenBy).toEqual([]);
  });
});

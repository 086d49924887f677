import { describe, expect, it } from "vitest";
import { AiRulesError } from "../../src/core/error.ts";
import type { ModelJob } from "../../src/core/models.ts";
import { createRuntimeClient } from "../../src/runtimes/http/client.ts";
import { createJobs, type JobEnd } from "../../src/runtimes/jobs.ts";
import { memoryFiles } from "../fakes/memory-files.ts";
import { createScriptedRuntime, type ScriptedOptions } from "../fakes/scripted-runtime.ts";

function setUp(options: ScriptedOptions = {}) {
  const runtime = createScriptedRuntime(options);
  const ends: JobEnd[] = [];
  const progress: number[] = [];
  const watched: string[] = [];
  let tellOther: (share: number) => void = () => {};
  const fetch = () => Promise.reject(new Error("no network here"));
  const client = createRuntimeClient({ fetch, url: "http://127.0.0.1:1" });
  const jobs = createJobs({
    runtime: (id) =>
      id === "ollama"
        ? { adapter: runtime.adapter, context: { client, files: memoryFiles({}) } }
        : undefined,
    watch: {
      started: (job, onProgress) => {
        watched.push(`started ${job.id}`);
        tellOther = onProgress;
      },
      ended: (job, { end }) => watched.push(`${end} ${job.id}`),
    },
    onProgress: (each) => progress.push(each.progress),
    onEnd: (end) => ends.push(end),
  });
  return { runtime, jobs, ends, progress, watched, tellOther: (share: number) => tellOther(share) };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

function load(id: string, change: Partial<ModelJob> = {}): ModelJob {
  const deed = { type: "load", model: "a", keepAlive: "30m", context: 4096 } as const;
  return { id, runtime: "ollama", deed, ...change };
}

describe("a job", () => {
  it("loads a model, tells how far it is, and ends", async () => {
    const { runtime, jobs, ends, progress, watched, tellOther } = setUp();
    jobs.run(load("one"));
    const [request] = runtime.loads;
    expect(request).toMatchObject({ model: "a", keepAlive: "30m" });

    request?.onProgress(0.25);
    tellOther(0.5);
    request?.onProgress(0.4);
    request?.onProgress(0.501);
    request?.onProgress(Number.NaN);
    request?.onProgress(7);
    request?.done();
    await settle();

    expect(progress).toEqual([0.25, 0.5, 1]);
    expect(ends).toEqual([{ id: "one", end: "done" }]);
    expect(watched).toEqual(["started one", "done one"]);
  });

  it("gives a context only to a runtime that takes one, and a time only to one that keeps it", () => {
    const plain = setUp({ abilities: { loadContext: false, keepAlive: false } });
    const able = setUp({ abilities: { loadContext: true } });
    plain.jobs.run(load("one"));
    able.jobs.run(load("one"));

    expect(plain.runtime.loads[0]).not.toHaveProperty("context");
    expect(plain.runtime.loads[0]).not.toHaveProperty("keepAlive");
    expect(able.runtime.loads[0]).toMatchObject({ context: 4096, keepAlive: "30m" });
    plain.jobs.stop();
    able.jobs.stop();
  });

  it("that is cancelled breaks its request off", async () => {
    const { runtime, jobs, ends, watched } = setUp();
    jobs.run(load("one"));

    jobs.cancel("one");
    jobs.cancel("unknown");
    await settle();

    expect(runtime.loads[0]?.abort.aborted).toBe(true);
    expect(ends).toEqual([{ id: "one", end: "cancelled" }]);
    expect(watched).toEqual(["started one", "cancelled one"]);
  });

  it("ends with the problem that the runtime has", async () => {
    const { runtime, jobs, ends } = setUp();
    const problem = {
      code: "model/out-of-memory",
      message: "a does not fit",
      remedy: "unload b",
    } as const;
    jobs.run(load("one"));

    runtime.loads[0]?.fail(new AiRulesError(problem));
    await settle();

    expect(ends).toEqual([{ id: "one", end: "failed", problem }]);
  });

  it("takes the place of one of the same id, which says nothing more", async () => {
    const { runtime, jobs, ends } = setUp();
    jobs.run(load("one"));
    jobs.run(load("one", { deed: { type: "load", model: "b" } }));
    await settle();
    expect(ends).toEqual([]);
    expect(runtime.loads[0]?.abort.aborted).toBe(true);

    runtime.loads[1]?.done();
    await settle();

    expect(ends).toEqual([{ id: "one", end: "done" }]);
  });

  it("unloads one instance", async () => {
    const { runtime, jobs, ends } = setUp();
    jobs.run(load("one", { deed: { type: "unload", model: "a", instance: "a:2" } }));
    await settle();

    expect(runtime.unloads).toEqual(["a:2"]);
    expect(ends).toEqual([{ id: "one", end: "done" }]);
  });

  it("that the runtime cannot do fails and says so", async () => {
    const { jobs, ends } = setUp();
    jobs.run(load("one", { deed: { type: "derive", from: "a", model: "b", context: 1 } }));
    await settle();

    expect(ends).toMatchObject([{ end: "failed", problem: { code: "runtime/cannot" } }]);
  });

  it("for a runtime that is not there fails and says so", async () => {
    const { jobs, ends } = setUp();
    jobs.run(load("one", { runtime: "elsewhere" }));
    await settle();

    expect(ends).toMatchObject([{ end: "failed", problem: { code: "runtime/not-there" } }]);
  });

  it("is broken off by the end, after which nothing is said", async () => {
    const { runtime, jobs, ends } = setUp();
    jobs.run(load("one"));
    jobs.run(load("two"));

    jobs.stop();
    await settle();

    expect(runtime.loads.every(({ abort }) => abort.aborted)).toBe(true);
    expect(ends).toEqual([]);
  });
});

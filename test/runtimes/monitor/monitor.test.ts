import { describe, expect, it, onTestFinished } from "vitest";
import type { ModelJob } from "../../../src/core/models.ts";
import type {
  InstalledModel,
  LoadedModel,
  RuntimeAddress,
  RuntimeState,
} from "../../../src/core/runtime.ts";
import { createMonitor } from "../../../src/runtimes/monitor/monitor.ts";
import type { Attention } from "../../../src/runtimes/monitor/pace.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { memoryFiles } from "../../fakes/memory-files.ts";
import {
  adaptersOf,
  createScriptedRuntime,
  type ScriptedRuntime,
  scriptedAddress,
} from "../../fakes/scripted-runtime.ts";

const GiB = 1024 ** 3;

type Place = { readonly runtime: ScriptedRuntime; readonly address: Partial<RuntimeAddress> };

function watch(
  runtimes: readonly (ScriptedRuntime | Place)[],
  { attention = "shown" }: { readonly attention?: Attention } = {},
) {
  const clock = createManualClock();
  let slept = 0;
  const places = runtimes.map((each) =>
    "runtime" in each ? each : { runtime: each, address: {} },
  );
  const addresses = places.map(({ address }) => scriptedAddress(address));
  const told: RuntimeState[] = [];
  const surveyed: number[] = [];
  const start = clock.monotonic();
  const monitor = createMonitor(
    {
      clock: { ...clock, now: () => clock.now() + slept },
      files: memoryFiles({}),
      network: {
        fetch: () => Promise.reject(new Error("no network here")),
        fetchPatiently: () => Promise.reject(new Error("no network here")),
        freePort: () => Promise.reject(new Error("no network here")),
      },
    },
    {
      addresses,
      attention,
      tokenOf: () => undefined,
      onChange: (state) => told.push(state),
      onSurveyed: () => surveyed.push(clock.monotonic() - start),
      parts: {
        adapters: adaptersOf(places.map(({ runtime }) => runtime)),
        identify: (client, abort) => {
          const index = addresses.findIndex(({ url }) => url === client.url);
          const place = places[index];
          return place ? place.runtime.identify(abort) : Promise.reject(new Error("nobody"));
        },
        random: () => 1,
      },
    },
  );
  onTestFinished(() => monitor.stop());
  /** Lets time pass in small steps, so that what is asked is answered in between. */
  const pass = async (ms: number, step = 250) => {
    clock.advance(0);
    await settle();
    for (let passed = 0; passed < ms; passed += step) {
      clock.advance(Math.min(step, ms - passed));
      await settle();
    }
  };
  return {
    ...monitor,
    clock,
    told,
    surveyed,
    pass,
    /** The machine sleeps: the wall clock goes on, the monotonic one does not. */
    sleep: (ms: number) => {
      slept += ms;
    },
    last: (id = "ollama") => told.findLast(({ address }) => address.id === id),
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

function installedModel(name: string, change: Partial<InstalledModel> = {}): InstalledModel {
  return { name, chat: true, cloud: false, described: false, sizeBytes: 4 * GiB, ...change };
}

function loadedModel(name: string, change: Partial<LoadedModel> = {}): LoadedModel {
  return { name, instance: name, state: "loaded", ...change };
}

function loadJob(model: string, change: Partial<ModelJob> = {}): ModelJob {
  return { id: `load ${model}`, runtime: "ollama", deed: { type: "load", model }, ...change };
}

describe("a runtime that is watched", () => {
  it("is told as it is found, whole, after one round", async () => {
    const runtime = createScriptedRuntime();
    runtime.installed = [installedModel("a")];
    runtime.loaded = [loadedModel("a")];
    const { told, pass, surveyed } = watch([runtime]);
    await pass(0);

    expect(told.map(({ connection }) => connection.type)).toEqual(["probing", "up"]);
    expect(told.at(-1)).toMatchObject({
      kind: "ollama",
      version: "1.0",
      loaded: [{ name: "a" }],
      installed: [{ name: "a" }],
      abilities: { derive: true },
      troubles: [],
    });
    expect(runtime.asked).toEqual(["identify", "loaded", "version", "installed"]);
    expect(surveyed).toEqual([0]);
  });

  it("shows a change within 3 s, and says nothing while nothing changes", async () => {
    const runtime = createScriptedRuntime();
    const { told, pass, last } = watch([runtime]);
    await pass(10_000);
    expect(told).toHaveLength(2);

    runtime.loaded = [loadedModel("a", { context: 4096 })];
    await pass(3000);

    expect(last()?.loaded).toEqual([loadedModel("a", { context: 4096 })]);
    await pass(120_000);
    expect(told).toHaveLength(3);
  });

  it("is not asked while nobody looks, and at once when somebody does again", async () => {
    const runtime = createScriptedRuntime();
    const { attend, pass, clock } = watch([runtime]);
    await pass(1000);
    attend("hidden");
    const before = runtime.asked.length;

    await pass(600_000, 10_000);
    expect(runtime.asked).toHaveLength(before);
    expect(clock.waiting).toBeLessThanOrEqual(1);

    attend("shown");
    await pass(0);
    expect(runtime.asked.slice(before)).toEqual(["loaded", "version", "installed"]);
  });

  it("is found although nobody looks", async () => {
    const runtime = createScriptedRuntime();
    const { pass, last, surveyed } = watch([runtime], { attention: "hidden" });
    await pass(0);

    expect(last()?.connection.type).toBe("up");
    expect(surveyed).toHaveLength(1);
  });

  it("is never asked two things at once, however slow it is and whatever is wanted", async () => {
    const runtime = createScriptedRuntime();
    const { refresh, pass } = watch([runtime]);
    await pass(1000);
    runtime.hangs.add("loaded");
    for (let turn = 0; turn < 20; turn++) {
      refresh();
      await pass(500);
    }

    expect(runtime.atOnce()).toBe(1);
  });

  it("is asked everything at once when that is wanted, hidden or not", async () => {
    const runtime = createScriptedRuntime();
    const { refresh, pass } = watch([runtime], { attention: "hidden" });
    await pass(1000);
    runtime.asked.length = 0;

    refresh("ollama");
    await pass(250);

    expect(runtime.asked).toEqual(["loaded", "version", "installed"]);
  });

  it("has its installed models read again when it has loaded one that is not among them, once", async () => {
    const runtime = createScriptedRuntime();
    runtime.installed = [installedModel("a")];
    const { pass, last } = watch([runtime]);
    await pass(1000);
    runtime.asked.length = 0;

    runtime.loaded = [loadedModel("new")];
    runtime.installed = [installedModel("a"), installedModel("new:latest")];
    await pass(3000);
    expect(last()?.installed).toHaveLength(2);

    runtime.loaded = [loadedModel("never listed")];
    await pass(20_000);
    expect(runtime.asked.filter((question) => question === "installed")).toHaveLength(2);
  });

  it("does not tell that each request moves the time a model is unloaded, if only a little", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a", { expiresAt: 5_000_000 })];
    const { pass, told } = watch([runtime]);
    await pass(1000);

    runtime.loaded = [loadedModel("a", { expiresAt: 5_001_500 })];
    await pass(5000);
    expect(told).toHaveLength(2);
    runtime.loaded = [loadedModel("a", { expiresAt: 5_003_000 })];
    await pass(5000);

    expect(told).toHaveLength(3);
  });

  it("is told no more once the monitor is stopped, and no timer is left", async () => {
    const runtime = createScriptedRuntime({ events: true });
    const { stop, pass, told, clock, refresh, attend, jobs } = watch([runtime]);
    await pass(1000);
    runtime.hangs.add("loaded");
    await pass(3000);
    runtime.loaded = [loadedModel("a")];

    stop();
    refresh();
    attend("focused");
    jobs.ended(loadJob("a"), { end: "failed" });
    runtime.emit({ type: "changed" });
    await pass(60_000, 5000);

    expect(told).toHaveLength(2);
    expect(clock.waiting).toBe(0);
    expect(runtime.streams()).toBe(0);
  });

  it("keeps what a second request told of a model as long as it is the same", async () => {
    const runtime = createScriptedRuntime();
    runtime.installed = [installedModel("a", { digest: "1" }), installedModel("b")];
    const { describe: describeModel, pass, last } = watch([runtime]);
    await pass(1000);

    const [one, same] = await Promise.all([
      describeModel("ollama", "a"),
      describeModel("ollama", "a"),
    ]);
    expect(one).toMatchObject({ tools: true, described: true });
    expect(same).toBe(one);
    expect(last()?.installed[0]).toMatchObject({ tools: true });
    await pass(70_000, 1000);
    expect(last()?.installed[0]).toMatchObject({ tools: true });

    runtime.installed = [installedModel("a", { digest: "2" })];
    await pass(70_000, 1000);
    expect(last()?.installed).toEqual([installedModel("a", { digest: "2" })]);
  });
});

describe("a runtime that does not answer", () => {
  it("is down within 5 s of its end, with what starts it, and up within 3 s of its return", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a")];
    runtime.installed = [installedModel("a")];
    const { pass, last } = watch([runtime]);
    await pass(10_000);

    runtime.is = "refusing";
    await pass(3000);
    expect(last()).toMatchObject({
      connection: {
        type: "down",
        problem: { code: "runtime/not-running", remedy: "start it: `ollama serve`" },
      },
      loaded: [],
      installed: [{ name: "a" }],
    });

    await pass(600_000, 2500);
    runtime.is = "up";
    await pass(3000);
    expect(last()?.connection).toEqual({ type: "up" });
  });

  it("is stale, not down, while it still tells its version; what is shown stays", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a")];
    const { pass, last, told } = watch([runtime]);
    await pass(1000);
    runtime.hangs.add("loaded");

    await pass(30_000);
    expect(last()).toMatchObject({
      connection: { type: "stale", problem: { code: "runtime/timed-out" } },
      loaded: [{ name: "a" }],
    });
    expect(told).toHaveLength(3);

    runtime.hangs.clear();
    await pass(6000);
    expect(last()?.connection.type).toBe("up");
  });

  it("is down when it accepts and never answers", async () => {
    const runtime = createScriptedRuntime();
    const { pass, last } = watch([runtime]);
    await pass(1000);
    for (const question of ["identify", "version", "loaded", "installed"] as const)
      runtime.hangs.add(question);

    await pass(8000);

    expect(last()?.connection).toMatchObject({
      type: "down",
      problem: { code: "runtime/timed-out" },
    });
  });

  it("gets three times as long on another machine", async () => {
    const runtime = createScriptedRuntime();
    const { pass, last } = watch([{ runtime, address: { local: false } }]);
    await pass(1000);
    runtime.hangs.add("loaded");

    await pass(8500);
    expect(last()?.connection.type).toBe("up");
    await pass(2500);

    expect(last()?.connection.type).toBe("stale");
  });

  it("is told as down but not expected where nobody asked for it", async () => {
    const runtime = createScriptedRuntime();
    runtime.is = "refusing";
    const { pass, told, surveyed } = watch([{ runtime, address: { expected: false } }]);
    await pass(1000);

    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ connection: { type: "down" }, address: { expected: false } });
    expect(surveyed).toHaveLength(1);
  });

  it("does not hold the survey up for ever", async () => {
    const runtime = createScriptedRuntime();
    runtime.hangs.add("identify");
    const { pass, surveyed } = watch([runtime]);
    await pass(10_000);

    expect(surveyed).toEqual([4000]);
  });

  it("which wants a token says so, and is asked seldom", async () => {
    const runtime = createScriptedRuntime();
    runtime.is = "wants-token";
    const { pass, last } = watch([runtime]);
    await pass(0);
    expect(last()?.connection).toMatchObject({
      type: "needs-token",
      problem: { code: "runtime/needs-token" },
    });
    runtime.asked.length = 0;

    await pass(120_000, 1000);

    expect(runtime.asked.length).toBeLessThanOrEqual(7);
  });

  it("whose list of models cannot be read is up, and its trouble is told", async () => {
    const runtime = createScriptedRuntime();
    runtime.fails.set("installed", new Error("too long"));
    const { pass, last } = watch([runtime]);
    await pass(0);

    expect(last()).toMatchObject({ connection: { type: "up" }, installed: [] });
    expect(last()).not.toHaveProperty("installedAt");
    expect(last()?.troubles).toHaveLength(1);
    runtime.fails.clear();
    await pass(16_000);

    expect(last()?.troubles).toEqual([]);
    expect(last()).toHaveProperty("installedAt");
  });
});

describe("several addresses with one URL", () => {
  const url = "http://127.0.0.1:8080";
  const ids = ["mlx", "llama-server", "llama-swap"] as const;
  const defaults = (runtime: ScriptedRuntime): readonly Place[] =>
    ids.map((id) => ({ runtime, address: { id, kind: id, url, expected: false } }));

  it("are asked once, and only the one that is there is told", async () => {
    const runtime = createScriptedRuntime({ kind: "llama-server" });
    const { pass, told } = watch(defaults(runtime));
    await pass(0);

    expect(told.map(({ address }) => address.id)).toEqual(["llama-server"]);
    expect(runtime.asked).toHaveLength(4);
  });

  it("are none when something else is there", async () => {
    const runtime = createScriptedRuntime({ kind: "llama-server" });
    runtime.foreign = "a web page";
    const { pass, told, surveyed } = watch(defaults(runtime));
    await pass(1000);

    expect(told).toEqual([]);
    expect(surveyed).toHaveLength(1);
  });

  it("tell what is there instead of the one that someone asked for", async () => {
    const runtime = createScriptedRuntime({ kind: "llama-server" });
    const mlx = { id: "mlx", kind: "mlx", url, expected: true } as const;
    const { pass, last } = watch([{ runtime, address: mlx }]);
    await pass(0);

    expect(last("mlx")).toMatchObject({
      connection: {
        type: "wrong-service",
        found: "llama-server",
        problem: {
          remedy: expect.stringContaining("correct what runtimes.mlx says, or start"),
        },
      },
      loaded: [],
      installed: [],
    });
  });

  it("change with what is there", async () => {
    const first = createScriptedRuntime({ kind: "llama-server" });
    const { pass, last } = watch(defaults(first));
    await pass(1000);
    first.is = "refusing";
    await pass(3000);
    expect(last("llama-server")?.connection.type).toBe("down");
    expect(last("mlx")).toBeUndefined();

    first.is = "up";
    first.foreign = "Phoenix";
    await pass(3000);

    expect(last("llama-server")?.connection).toMatchObject({
      type: "down",
      problem: { code: "runtime/wrong-service" },
    });
  });

  it("forget what was there when a runtime of another kind takes its place", async () => {
    const first = createScriptedRuntime({ kind: "llama-server" });
    first.loaded = [loadedModel("a", { expiresAt: "never" })];
    first.installed = [installedModel("a")];
    const next = createScriptedRuntime({ kind: "llama-swap" });
    next.fails.set("installed", new Error("too long"));
    let current = first;
    const { pass, last } = watch(
      [first, next].map(({ adapter: { kind } }, index) => ({
        runtime: {
          ...(index === 0 ? first : next),
          identify: (abort: AbortSignal) => current.identify(abort),
        },
        address: { id: kind, kind, url },
      })),
    );
    await pass(1000);
    first.is = "refusing";
    await pass(3000);

    current = next;
    await pass(5000);

    expect(last("llama-swap")).toMatchObject({
      connection: { type: "up" },
      loaded: [],
      installed: [],
    });
    expect(last("llama-swap")?.troubles).not.toContainEqual(
      expect.objectContaining({ code: "runtime/restarted" }),
    );
    expect(last("llama-server")?.connection.type).toBe("wrong-service");
  });

  it("believe who calls any runtime one that speaks as OpenAI does", async () => {
    const runtime = createScriptedRuntime({ kind: "llama-server" });
    const address = { id: "box", kind: "openai", url, expected: true } as const;
    const { pass, last } = watch([{ runtime, address }]);
    await pass(0);

    expect(last("box")).toMatchObject({ kind: "openai", connection: { type: "up" } });
  });

  it("hide the default address behind one that someone wrote", async () => {
    const runtime = createScriptedRuntime();
    const { pass, told } = watch([
      { runtime, address: { expected: false } },
      { runtime, address: { id: "box", expected: true } },
    ]);
    await pass(0);

    expect(told.map(({ address }) => address.id)).toEqual(["box", "box"]);
  });
});

describe("a stream of events", () => {
  it("tells changes at once, and lets the runtime be asked seldom", async () => {
    const runtime = createScriptedRuntime({ events: true });
    const { pass, last } = watch([runtime]);
    await pass(1000);
    expect(runtime.streams()).toBe(1);

    runtime.loaded = [loadedModel("a")];
    runtime.installed = [installedModel("a")];
    runtime.emit({ type: "changed" });
    await pass(500);
    expect(last()?.loaded).toHaveLength(1);

    runtime.asked.length = 0;
    await pass(29_000);
    expect(runtime.asked.filter((question) => question === "loaded").length).toBeLessThan(3);
  });

  it("tells how far a load is", async () => {
    const runtime = createScriptedRuntime({ events: true });
    const { pass, last, jobs } = watch([runtime]);
    await pass(1000);
    const progress: number[] = [];
    jobs.started(loadJob("a"), (share) => progress.push(share));

    runtime.emit({ type: "loading", model: "a", progress: 0.5 });
    await settle();

    expect(last()?.loaded).toEqual([loadedModel("a", { state: "loading", progress: 0.5 })]);
    expect(progress).toEqual([0.5]);
  });

  it("tells which models are in use, for as long as it lasts", async () => {
    const runtime = createScriptedRuntime({ events: true });
    runtime.loaded = [loadedModel("a"), loadedModel("b")];
    const { pass, last } = watch([runtime]);
    await pass(1000);
    const busy = () => last()?.loaded.map((model) => model.busy);
    expect(busy()).toEqual([undefined, undefined]);

    runtime.emit({ type: "in-use", models: ["b"] });
    await settle();
    expect(busy()).toEqual([false, true]);
    runtime.emit({ type: "in-use", models: [] });
    await settle();
    expect(busy()).toEqual([false, false]);

    runtime.emit({ type: "in-use", models: ["a"] });
    runtime.breakStreams();
    await pass(500);
    expect(busy()).toEqual([undefined, undefined]);
  });

  it("that breaks has the runtime asked at once, and is opened again", async () => {
    const runtime = createScriptedRuntime({ events: true });
    const { pass, last } = watch([runtime]);
    await pass(1000);
    runtime.emit({ type: "changed" });
    await pass(1000);

    runtime.is = "refusing";
    runtime.breakStreams();
    await pass(500);
    expect(last()?.connection.type).toBe("down");

    runtime.is = "up";
    await pass(6000);
    expect(runtime.streams()).toBe(1);
  });

  it("is closed while nobody looks", async () => {
    const runtime = createScriptedRuntime({ events: true });
    const { pass, attend } = watch([runtime]);
    await pass(1000);

    attend("hidden");
    await settle();
    expect(runtime.streams()).toBe(0);
    attend("shown");
    await pass(250);

    expect(runtime.streams()).toBe(1);
  });
});

describe("troubles", () => {
  const keptLong = { expiresAt: "never" } as const;

  it("a server that was restarted has lost its models", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a", keptLong)];
    const { pass, last } = watch([runtime]);
    await pass(1000);

    runtime.is = "refusing";
    await pass(3000);
    runtime.is = "up";
    runtime.loaded = [];
    await pass(3000);
    expect(last()?.troubles).toMatchObject([{ code: "runtime/restarted" }]);

    runtime.loaded = [loadedModel("a", keptLong)];
    await pass(3000);
    expect(last()?.troubles).toEqual([]);
  });

  it("a restart between two looks shows by another version", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a", keptLong)];
    const { pass, last } = watch([runtime]);
    await pass(10_000);

    runtime.version = "2.0";
    runtime.loaded = [];
    await pass(3500);

    expect(last()?.version).toBe("2.0");
    expect(last()?.troubles).toMatchObject([{ code: "runtime/restarted" }]);
  });

  it("a restart between two looks shows by nothing being loaded for long", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a", keptLong)];
    const { pass, last } = watch([runtime]);
    await pass(10_000);
    runtime.loaded = [];

    await pass(25_000);
    expect(last()?.troubles).toEqual([]);
    await pass(10_000);
    expect(last()?.troubles).toMatchObject([{ code: "runtime/restarted" }]);
    expect(last()?.troubles[0]?.message).toContain("or another program");

    await pass(600_000, 2500);
    expect(last()?.troubles).toEqual([]);
  });

  it.each([
    ["whose time was over", { expiresAt: 1_003_000 }, 5000],
    ["of which nobody knows when", {}, 60_000],
  ])("a model %s is no sign of a restart", async (_, change, ms) => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a", change)];
    const { pass, last } = watch([runtime]);
    await pass(1000);

    runtime.loaded = [];
    await pass(ms);

    expect(last()?.troubles).toEqual([]);
  });

  it("what a job of ours unloads is no sign of a restart, nor what is evicted for a load", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a", keptLong)];
    const { pass, last, jobs } = watch([runtime]);
    await pass(1000);
    const job = loadJob("b");
    jobs.started(job, () => {});
    runtime.loaded = [];
    await pass(120_000);
    runtime.loaded = [loadedModel("b", keptLong)];
    jobs.ended(job, { end: "done" });
    await pass(3000);
    const unload: ModelJob = {
      id: "unload",
      runtime: "ollama",
      deed: { type: "unload", model: "b", instance: "b" },
    };
    jobs.started(unload, () => {});
    runtime.loaded = [];
    jobs.ended(unload, { end: "done" });
    await pass(60_000);

    expect(last()?.troubles).toEqual([]);
    expect(last()?.reloads).toEqual({});
  });

  it("a GPU is lost when a model that had one has none after the machine slept", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a", { sizeBytes: GiB, gpuBytes: GiB })];
    const { pass, last, sleep } = watch([runtime]);
    await pass(1000);
    sleep(3_600_000);
    await pass(3000);
    expect(last()?.troubles).toEqual([]);

    runtime.loaded = [loadedModel("a", { sizeBytes: GiB, gpuBytes: 0 })];
    await pass(3000);
    expect(last()?.troubles).toEqual([]);

    sleep(3_600_000);
    await pass(3000);
    expect(last()?.troubles).toMatchObject([{ code: "runtime/gpu-lost" }]);
    runtime.loaded = [loadedModel("a", { sizeBytes: GiB, gpuBytes: GiB })];
    await pass(3000);
    expect(last()?.troubles).toEqual([]);
  });

  it("a machine that slept has everything asked at once", async () => {
    const runtime = createScriptedRuntime();
    const { pass, sleep } = watch([runtime]);
    await pass(1000);
    runtime.asked.length = 0;

    sleep(60_000);
    await pass(2000);

    expect(runtime.asked).toEqual(["loaded", "version", "installed"]);
  });

  it("loads that nobody here asked for are counted, for ten minutes", async () => {
    const runtime = createScriptedRuntime();
    runtime.loaded = [loadedModel("a")];
    const { pass, last } = watch([runtime]);
    await pass(1000);
    for (let turn = 0; turn < 3; turn++) {
      runtime.loaded = [loadedModel("b")];
      await pass(3000);
      runtime.loaded = [loadedModel("a", { context: 4096 + turn })];
      await pass(3000);
    }

    expect(last()?.reloads).toEqual({ a: 3, b: 3 });
    await pass(700_000, 2500);
    expect(last()?.reloads).toEqual({});
  });

  it("a server that lives but never ends a load is dead, where nothing else tells", async () => {
    const runtime = createScriptedRuntime({
      kind: "mlx",
      abilities: { seesLoaded: false, unload: false },
    });
    runtime.installed = [installedModel("a", { sizeBytes: 6_000_000_000 })];
    const address = { id: "mlx", kind: "mlx" } as const;
    const { pass, last, jobs } = watch([{ runtime, address }]);
    await pass(1000);
    const job = loadJob("a", { runtime: "mlx" });
    jobs.started(job, () => {});

    await pass(115_000, 1000);
    expect(last("mlx")?.troubles).toEqual([]);
    await pass(8000);
    expect(last("mlx")?.troubles).toMatchObject([{ code: "runtime/hangs" }]);
    expect(runtime.asked).not.toContain("loaded");

    jobs.ended(job, { end: "done" });
    expect(last("mlx")?.troubles).toEqual([]);
  });
});

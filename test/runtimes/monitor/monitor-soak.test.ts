/** Thousands of rounds with random bad days, the same ones at each run. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RuntimeKind, RuntimeState } from "../../../src/core/runtime.ts";
import { createNetwork } from "../../../src/platform/network.ts";
import { createJobs } from "../../../src/runtimes/jobs.ts";
import { createMonitor } from "../../../src/runtimes/monitor/monitor.ts";
import type { Question } from "../../../src/runtimes/monitor/pace.ts";
import { startLlamaRouter, startLlamaSingle } from "../../fakes/llama-server.ts";
import { startLlamaSwapServer } from "../../fakes/llama-swap-server.ts";
import { startLmStudioServer } from "../../fakes/lmstudio-server.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { memoryFiles } from "../../fakes/memory-files.ts";
import { startMlxServer } from "../../fakes/mlx-server.ts";
import { startOllamaServer } from "../../fakes/ollama-server.ts";
import { startOpenaiServer } from "../../fakes/openai-server.ts";
import type { Trouble } from "../../fakes/runtime-server.ts";
import {
  adaptersOf,
  createScriptedRuntime,
  type ScriptedRuntime,
  scriptedAddress,
} from "../../fakes/scripted-runtime.ts";
import { type Random, seededRandom } from "../../fakes/seeded-random.ts";

const places = [
  { kind: "ollama", seesLoaded: true, events: false },
  { kind: "llama-server", seesLoaded: true, events: true },
  { kind: "mlx", seesLoaded: false, events: false },
] as const satisfies readonly { kind: RuntimeKind; seesLoaded: boolean; events: boolean }[];

const questions: readonly [Question, ...Question[]] = [
  "identify",
  "version",
  "loaded",
  "installed",
];
const models: readonly [string, ...string[]] = ["a:8b", "b:30b", "c:70b"];
const noNetwork = () => Promise.reject(new Error("no network here"));

function watch(random: Random) {
  const clock = createManualClock();
  let slept = 0;
  const told = new Map<string, RuntimeState>();
  const repeated: string[] = [];
  let reports = 0;
  const runtimes = places.map(({ kind, seesLoaded, events }) =>
    createScriptedRuntime({ kind, events, abilities: { seesLoaded } }),
  );
  const addresses = places.map(({ kind }, index) =>
    scriptedAddress({ id: kind, kind, url: `http://127.0.0.1:${9000 + index}` }),
  );
  const monitor = createMonitor(
    {
      clock: { ...clock, now: () => clock.now() + slept },
      files: memoryFiles({}),
      network: { fetch: noNetwork, fetchPatiently: noNetwork, freePort: noNetwork },
    },
    {
      addresses,
      attention: "shown",
      tokenOf: () => undefined,
      onChange: (state) => {
        reports += 1;
        const { installedAt: _, ...shown } = state;
        const { installedAt: __, ...before } = told.get(state.address.id) ?? state;
        const isFirst = !told.has(state.address.id);
        const isListed = (told.get(state.address.id)?.installedAt ?? 0) !== state.installedAt;
        if (!isFirst && !isListed && JSON.stringify(shown) === JSON.stringify(before))
          repeated.push(JSON.stringify(shown));
        told.set(state.address.id, state);
      },
      onSurveyed: () => {},
      parts: {
        adapters: adaptersOf(runtimes),
        identify: (client, abort) => {
          const runtime = runtimes[addresses.findIndex(({ url }) => url === client.url)];
          return runtime ? runtime.identify(abort) : Promise.reject(new Error("nobody"));
        },
        random,
      },
    },
  );
  const jobs = createJobs({
    runtime: monitor.contextOf,
    watch: monitor.jobs,
    onProgress: () => {},
    onEnd: () => {},
  });
  onTestFinished(() => {
    jobs.stop();
    monitor.stop();
  });
  return {
    ...monitor,
    jobs,
    clock,
    told,
    repeated,
    runtimes,
    reports: () => reports,
    sleep: (ms: number) => {
      slept += ms;
    },
    pass: async (ms: number) => {
      clock.advance(ms);
      for (let turn = 0; turn < 60; turn++) await Promise.resolve();
    },
  };
}

type Watched = ReturnType<typeof watch>;

/** One thing that can happen to runtimes and to who watches them. */
function mishap(watched: Watched, random: Random): void {
  const index = Math.floor(random() * places.length);
  const runtime = watched.runtimes[index];
  const id = places[index]?.kind;
  if (!runtime || !id) return;
  const model = random.of(models);
  random.of<() => void>([
    () => (runtime.is = "refusing"),
    () => (runtime.is = "wants-token"),
    () => (runtime.is = "up"),
    () => (runtime.is = "up"),
    () => (random() < 0.5 ? (runtime.foreign = "a web page") : delete runtime.foreign),
    () => runtime.hangs.add(random.of(questions)),
    () => runtime.hangs.clear(),
    () => runtime.fails.set(random.of(questions), new SyntaxError("Unexpected token <")),
    () => runtime.fails.clear(),
    () => (runtime.version = `1.${Math.floor(random() * 3)}`),
    () => (runtime.loaded = []),
    () => load(runtime, model, random),
    () => load(runtime, model, random),
    () => runtime.emit({ type: "changed" }),
    () => runtime.emit({ type: "loading", model, progress: random() }),
    () => runtime.breakStreams(),
    () => watched.sleep(3_600_000),
    () => watched.attend(random.of(["focused", "shown", "hidden"])),
    () => watched.refresh(random() < 0.5 ? id : undefined),
    () => void watched.describe(id, model).catch(() => undefined),
    () => watched.jobs.run({ id: `load ${model}`, runtime: id, deed: { type: "load", model } }),
    () => watched.jobs.cancel(`load ${model}`),
    () => runtime.loads.shift()?.done(),
    () => runtime.loads.shift()?.fail(new Error("cudaMalloc failed")),
  ])();
}

function load(runtime: ScriptedRuntime, name: string, random: Random): void {
  runtime.installed = models.map((each) => ({
    name: each,
    chat: true,
    cloud: false,
    described: false,
  }));
  const gpuBytes = random() < 0.5 ? 0 : 4e9;
  const model = { name, instance: name, state: "loaded", sizeBytes: 4e9, gpuBytes } as const;
  runtime.loaded = [...runtime.loaded.filter((each) => each.name !== name), model];
}

function mend(watched: Watched): void {
  watched.attend("shown");
  for (const model of models) watched.jobs.cancel(`load ${model}`);
  for (const runtime of watched.runtimes) {
    runtime.is = "up";
    delete runtime.foreign;
    runtime.hangs.clear();
    runtime.fails.clear();
    runtime.loaded = [];
  }
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}

function roundsOf({ runtimes }: Watched): number {
  return runtimes.reduce((sum, { asked }) => sum + asked.length, 0);
}

describe("runtimes that are watched for long", () => {
  it.each([1, 2])(
    "are never asked two things at once, come back by themselves and leave nothing (seed %i)",
    { timeout: 60_000 },
    async (seed) => {
      const random = seededRandom(seed);
      const watched = watch(random);
      let rounds = 0;
      let settledHeap = 0;
      let timers = 0;

      while (rounds < 10_000) {
        if (random() < 0.2) mishap(watched, random);
        await watched.pass(random() < 0.1 ? 5000 : 700);
        timers = Math.max(timers, watched.clock.waiting);
        rounds += roundsOf(watched);
        for (const { asked } of watched.runtimes) asked.length = 0;
        if (settledHeap === 0 && rounds > 4000) settledHeap = heapBytes();
      }
      const grown = heapBytes() - settledHeap;

      expect(watched.runtimes.map((runtime) => runtime.atOnce())).toEqual([1, 1, 1]);
      expect(watched.repeated).toEqual([]);
      // Of each place: the next round, the limit of a question, the retry of a stream.
      expect(timers).toBeLessThanOrEqual(places.length * 3 + 1);
      expect(watched.runtimes.map((runtime) => runtime.streams() <= 1)).toEqual([true, true, true]);
      expect(grown).toBeLessThan(1_000_000);

      mend(watched);
      for (let second = 0; second < 45; second++) await watched.pass(1000);
      expect([...watched.told.values()].map(({ connection }) => connection.type)).toEqual([
        "up",
        "up",
        "up",
      ]);
      const before = watched.reports();
      for (let minute = 0; minute < 240; minute++) await watched.pass(700);
      expect(watched.reports()).toBe(before);
    },
  );
});

const troubles: readonly [Trouble | undefined, ...(Trouble | undefined)[]] = [
  undefined,
  undefined,
  { type: "hang" },
  { type: "stall" },
  { type: "garbage" },
  { type: "html" },
  { type: "big" },
  { type: "reset" },
  { type: "status", status: 401 },
  { type: "status", status: 404 },
  { type: "status", status: 500, body: { error: "boom" } },
  { type: "status", status: 503, body: { error: { message: "Loading model", code: 503 } } },
  { type: "status", status: 502 },
];

/** What makes a runtime load or wake a model when it is asked. */
const waking = /chat|generate|completions|\/load|\/upstream|\/slots|[?&]model=(?!.*autoload=false)/;

describe("stand-ins of all runtimes that are watched for long", () => {
  it("are never made to load, wake or change anything by a look", { timeout: 60_000 }, async () => {
    const random = seededRandom(3);
    const llama = [await startLlamaRouter(), await startLlamaSingle()];
    const mlx = await startMlxServer();
    const swap = await startLlamaSwapServer();
    const servers = [
      { kind: "ollama", server: await startOllamaServer() },
      { kind: "lmstudio", server: await startLmStudioServer() },
      { kind: "mlx", server: mlx },
      { kind: "llama-swap", server: swap },
      { kind: "openai", server: await startOpenaiServer() },
      ...llama.map((server) => ({ kind: "llama-server", server }) as const),
    ] as const;
    onTestFinished(
      async () => void (await Promise.all(servers.map((each) => each.server.close()))),
    );
    const clock = createManualClock(Date.now());
    const told = new Map<string, RuntimeState>();
    const monitor = createMonitor(
      { clock, files: memoryFiles({}), network: createNetwork() },
      {
        addresses: servers.map(({ kind, server: { url } }, index) =>
          scriptedAddress({ id: `${kind}-${index}`, kind, url }),
        ),
        attention: "focused",
        tokenOf: () => undefined,
        onChange: (state) => told.set(state.address.id, state),
        onSurveyed: () => {},
        parts: { random },
      },
    );
    onTestFinished(monitor.stop);
    const asked = () => servers.flatMap(({ server }) => server.requests);
    const pass = async (ms: number) => {
      clock.advance(ms);
      await new Promise((resolve) => setTimeout(resolve, 4));
    };

    while (asked().length < 600) {
      if (random() < 0.1)
        servers[Math.floor(random() * servers.length)]?.server.trouble(random.of(troubles));
      await pass(500);
    }
    for (const { server } of servers) server.trouble(undefined);
    const areUp = () => [...told.values()].every(({ connection }) => connection.type === "up");
    for (let turn = 0; turn < 1000 && !areUp(); turn++) await pass(200);

    expect([...told.values()].map(({ connection }) => connection.type)).toEqual(
      servers.map(() => "up"),
    );
    const looks = ["GET", "HEAD"];
    expect(asked().filter(({ method }) => !looks.includes(method))).toEqual([]);
    expect(asked().filter(({ path }) => waking.test(path))).toEqual([]);
    expect(llama.flatMap(({ wokenBy }) => wokenBy)).toEqual([]);
    expect([...mlx.downloads, ...mlx.loads]).toEqual([]);
  });
});

/**
 * The adapter of llama-server with a real one, where LLAMA_SERVER names its program (see README.md).
 * It proves what the stand-in of `test/fakes/llama-server.ts` claims.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createFiles } from "../../src/platform/files.ts";
import { createNetwork } from "../../src/platform/network.ts";
import type { AdapterContext, RuntimeEvent } from "../../src/runtimes/adapter.ts";
import { identify } from "../../src/runtimes/identify.ts";
import { llamaServer } from "../../src/runtimes/llama-server/llama-server.ts";
import { adapterContext, neverAborted } from "../fakes/adapter-context.ts";
import { until } from "../fakes/until.ts";
import { modeScripts } from "./scripts.ts";
import { tinyGguf } from "./tiny-gguf.ts";

const program = process.env["LLAMA_SERVER"];
if (!program)
  process.stdout.write("LLAMA_SERVER is not set: nothing is tested with a real llama-server\n");

const never = neverAborted();
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ai-rules-llama-"));
  for (const [name, script] of Object.entries(modeScripts))
    await writeFile(join(directory, `${name}.gguf`), tinyGguf(name, script));
  await writeFile(join(directory, "broken.gguf"), "GGUF and nothing more");
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe.skipIf(!program)("a real llama-server with one model", () => {
  it("tells what it has, and the context of one conversation", async () => {
    const { context } = await start(single(["-c", "4096", "-np", "4", "--alias", "tiny"]));

    expect(await llamaServer.version(context, never)).toMatch(/^b\d+/);
    expect(await identify(context.client, never)).toMatchObject({ kind: "llama-server" });
    expect(await llamaServer.loaded(context, never)).toMatchObject([
      { name: "tiny", state: "loaded", context: 1024, sizeBytes: 3_101_184 },
    ]);
    expect(await llamaServer.installed(context, never)).toMatchObject([
      { name: "tiny", maxContext: 32_768, ownContext: 1024, tools: true, vision: false },
    ]);
  });

  it("sleeps on while it is looked at, and is woken by a load", async () => {
    const { context } = await start(single(["--alias", "tiny", "--sleep-idle-seconds", "1"]));
    await until(async () => (await stateOf(context, "tiny")) === "sleeping");
    await llamaServer.version(context, never);
    await llamaServer.installed(context, never);
    expect(await stateOf(context, "tiny")).toBe("sleeping");

    await load(context, "tiny");

    expect(await stateOf(context, "tiny")).toBe("loaded");
  });

  it("wants its key", async () => {
    const { url } = await start(single(["--api-key", "secret"]), "secret");

    await expect(llamaServer.version(adapterContext({ url }), never)).rejects.toMatchObject({
      problem: { code: "runtime/needs-token" },
    });
  });
});

describe.skipIf(!program)("a real llama-server as a router", () => {
  it("loads and unloads, and tells so by itself", async () => {
    const { context } = await start(router([]));
    const seen = follow(context);
    expect(await llamaServer.loaded(context, never)).toEqual([]);
    expect(await llamaServer.installed(context, never)).toMatchObject([
      { name: "broken" },
      { name: "tiny-build", sizeBytes: expect.any(Number), maxContext: 32_768, ownContext: 4096 },
      { name: "tiny-plan" },
      { name: "tiny-review" },
    ]);

    const progress = await load(context, "tiny-plan");
    expect(await llamaServer.loaded(context, never)).toMatchObject([
      { name: "tiny-plan", state: "loaded", context: 4096, sizeBytes: 3_101_184 },
    ]);
    expect(progress).toContain(1);

    await llamaServer.unload?.(context, { name: "tiny-plan", instance: "tiny-plan" });
    expect(await llamaServer.loaded(context, never)).toEqual([]);
    await until(() => seen.some(({ type }) => type === "loading"), { seen: () => seen });
    await until(() => seen.some(({ type }) => type === "changed"), { seen: () => seen });
  });

  it("says that a model cannot be loaded, and loses a good one by it", async () => {
    const { context } = await start(router(["--models-max", "1"]));
    await load(context, "tiny-plan");

    await expect(load(context, "broken")).rejects.toMatchObject({
      problem: { code: "model/runner-crashed" },
    });

    expect(await llamaServer.loaded(context, never)).toEqual([]);
  });

  it("ends a load that is given up", async () => {
    const { context } = await start(router([]));
    const control = new AbortController();
    const done = load(context, "tiny-plan", control.signal);
    await until(async () => (await stateOf(context, "tiny-plan")) !== undefined);

    control.abort(new Error("given up"));

    // So small a model may be loaded before; then there is nothing to give up.
    const end = await done.then(
      () => "loaded",
      () => undefined,
    );
    await until(async () => (await stateOf(context, "tiny-plan")) === end);
  });

  it("loads and wakes nothing because of a look", async () => {
    const { context } = await start(router(["--sleep-idle-seconds", "1"]));
    await load(context, "tiny-plan");
    await until(async () => (await stateOf(context, "tiny-plan")) === "sleeping");
    for (let look = 0; look < 3; look++) {
      await identify(context.client, never);
      await llamaServer.version(context, never);
      await llamaServer.installed(context, never);
    }

    expect(await llamaServer.loaded(context, never)).toMatchObject([
      { name: "tiny-plan", state: "sleeping", context: 4096 },
    ]);

    await load(context, "tiny-plan");
    expect(await stateOf(context, "tiny-plan")).toBe("loaded");
  });
});

describe.skipIf(!program)("what the adapter never asks a real router", () => {
  it("is what would load a model for a look", async () => {
    const { url, context } = await start(router([]));

    const forbidden = await fetch(`${url}/props?model=tiny-plan&autoload=false`);
    expect(forbidden.status).toBe(400);
    expect(await llamaServer.loaded(context, never)).toEqual([]);

    await fetch(`${url}/props?model=tiny-plan`);
    expect(await stateOf(context, "tiny-plan")).toBe("loaded");
  });
});

function single(args: readonly string[]): readonly string[] {
  return ["-m", join(directory, "tiny-plan.gguf"), ...args];
}

function router(args: readonly string[]): readonly string[] {
  return ["--models-dir", directory, "-c", "4096", ...args];
}

/** Starts it on a free port and waits until it answers; the test's end ends it. */
async function start(args: readonly string[], token?: string) {
  const port = await createNetwork().freePort();
  const common = ["--port", String(port), "--offline", "--no-webui", "--threads", "1"];
  const child = spawn(program ?? "", [...args, ...common], { stdio: "ignore" });
  onTestFinished(() => stop(child));
  const url = `http://127.0.0.1:${port}`;
  const context = adapterContext({ url }, { token, files: createFiles() });
  await until(() => llamaServer.version(context, never).catch(() => undefined), {
    timeoutMs: 30_000,
    seen: () => child.exitCode,
  });
  return { url, context };
}

/** A router ends its models' processes itself when it is asked to go. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}

async function load(
  context: AdapterContext,
  model: string,
  abort = never,
): Promise<readonly number[]> {
  const progress: number[] = [];
  const onProgress = (share: number): void => void progress.push(share);
  await llamaServer.load?.(context, { model, onProgress, abort });
  return progress;
}

async function stateOf(context: AdapterContext, name: string): Promise<string | undefined> {
  const loaded = await llamaServer.loaded(context, never);
  return loaded.find((model) => model.name === name)?.state;
}

function follow(context: AdapterContext): readonly RuntimeEvent[] {
  const seen: RuntimeEvent[] = [];
  const control = new AbortController();
  onTestFinished(() => control.abort());
  const read = async (): Promise<void> => {
    for await (const event of llamaServer.events?.(context, control.signal) ?? []) seen.push(event);
  };
  void read().catch(() => {});
  return seen;
}

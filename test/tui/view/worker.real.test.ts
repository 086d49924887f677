import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrange } from "../../../src/core/layout.ts";
import type { State } from "../../../src/core/state.ts";
import type { ChromeWorkerData, FromWorker, ToWorker } from "../../../src/tui/view/protocol.ts";
import { surfaces } from "../../../src/tui/view/surfaces.ts";
import { sampleNow as now, sampleState } from "../../fakes/sample-state.ts";
import { surfaceEmulators } from "../../fakes/surface-emulators.ts";
import { until } from "../../fakes/until.ts";

const root = resolve(import.meta.dirname, "../../..");

// A worker thread runs what the compiler makes of the sources: Node has no loader for .tsx.
describe("the chrome's worker thread", () => {
  let directory: string;
  let worker: Worker;
  const received: FromWorker[] = [];
  const streams: string[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "ai-rules-view-"));
    await symlink(join(root, "node_modules"), join(directory, "node_modules"));
    const tsc = join(root, "node_modules/.bin/tsc");
    await promisify(execFile)(tsc, ["-p", root, "--outDir", join(directory, "dist")]).catch(
      // The compiler complains of errors elsewhere and still writes; a missing worker fails below.
      () => undefined,
    );
    const workerData: ChromeWorkerData = { ascii: false, color: true };
    const entry = new URL(`file://${directory}/dist/tui/view/worker.js`);
    worker = new Worker(entry, { workerData, stdout: true, stderr: true });
    worker.on("message", (message: FromWorker) => received.push(message));
    worker.on("error", (error) => streams.push(String(error)));
    worker.stdout.on("data", (chunk) => streams.push(String(chunk)));
    worker.stderr.on("data", (chunk) => streams.push(String(chunk)));
  });

  afterAll(async () => {
    await worker.terminate();
    await rm(directory, { recursive: true });
  });

  const send = (state: State) => {
    const message: ToWorker = {
      type: "snapshot",
      state,
      surfaces: surfaces(state, arrange(state)),
    };
    worker.postMessage(message, []);
  };

  const outputs = () => received.filter((message) => message.type === "output");
  const seen = () => ({ received, streams });

  it("draws what it was sent before it was ready, and nothing for the same again", async () => {
    const state = sampleState();
    send(state);
    send(state);
    send({ ...state, now: now + 1 });
    send({ ...state, mouseCaptured: false });
    await until(() => outputs().some(({ text }) => text.includes("mouse off")), { seen });

    expect(received[0]).toEqual({ type: "ready" });
    expect(outputs().map(({ surface }) => surface)).toEqual(["panel", "footer", "footer"]);
  });

  it("keeps bold and colours", async () => {
    const emulators = await surfaceEmulators();
    emulators.place(surfaces(sampleState(), arrange(sampleState())));
    for (const message of received) emulators.receive(message);

    expect(emulators.text("panel")).toContain("▸ 1 plan");
    expect(outputs()[0]?.text).toContain("\u001B[1m");
    expect(outputs()[0]?.text).toContain("\u001B[36m");
  });

  it("ends when it is told to, and has written nothing to the program's own streams", async () => {
    const ended = new Promise((end) => worker.once("exit", end));
    const stop: ToWorker = { type: "stop" };
    worker.postMessage(stop, []);

    expect(await ended).toBe(0);
    expect(streams).toEqual([]);
  });
});

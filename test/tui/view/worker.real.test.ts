import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { arrange } from "../../../src/core/layout.ts";
import type { State } from "../../../src/core/state.ts";
import type { ChromeWorkerData, FromWorker, ToWorker } from "../../../src/tui/view/protocol.ts";
import { surfaces } from "../../../src/tui/view/surfaces.ts";
import { sampleNow as now, sampleState } from "../../fakes/sample-state.ts";
import { surfaceEmulators } from "../../fakes/surface-emulators.ts";
import { until } from "../../fakes/until.ts";

// The bundle, as the program runs it: Node has no loader for .tsx.
const entry = resolve(import.meta.dirname, "../../../dist/tui/view/worker.js");

describe("the chrome's worker thread", () => {
  let worker: Worker;
  const received: FromWorker[] = [];
  const streams: string[] = [];

  beforeAll(() => {
    const workerData: ChromeWorkerData = { ascii: false, color: true };
    worker = new Worker(entry, { workerData, stdout: true, stderr: true });
    worker.on("message", (message: FromWorker) => received.push(message));
    worker.on("error", (error) => streams.push(String(error)));
    worker.stdout.on("data", (chunk) => streams.push(String(chunk)));
    worker.stderr.on("data", (chunk) => streams.push(String(chunk)));
  });

  afterAll(async () => {
    await worker.terminate();
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

import { describe, expect, it } from "vitest";
import type { ModelsState, ModelWish } from "../../src/core/models.ts";
import type { State } from "../../src/core/state.ts";
import { createReadiness } from "../../src/tui/model-readiness.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { sampleMemory, sampleModelsState, sampleOllama } from "../fakes/sample-models.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

const nothing: Partial<ModelsState> = {
  surveyed: false,
  addresses: [sampleOllama.address],
  runtimes: [],
  wishes: {},
};

/** Ollama's list does not tell a model's own context. */
const undescribed = {
  ...sampleOllama,
  installed: sampleOllama.installed.map((model) => ({ ...model, described: false })),
};

function wish(model: string, changes: Partial<ModelWish> = {}): ModelsState["wishes"] {
  return { plan: { model, source: { from: "pick" }, ...changes } };
}

/** A mode that waits for its model, in a program that knows what it is told. */
function open(begin: Partial<ModelsState> = nothing) {
  const clock = createManualClock();
  const { memory: _, ...others } = sampleModelsState(begin).models;
  const known = { ...others, ...begin };
  let state: State = { ...sampleModelsState(), models: known };
  let isSetUp = true;
  let started = false;
  const readiness = createReadiness(clock, { state: () => state, isSetUp: () => isSetUp });
  return {
    clock,
    readiness,
    isSetUp: (is: boolean) => {
      isSetUp = is;
    },
    start: async () => {
      void readiness.ready("plan").then(() => {
        started = true;
      });
      await settled();
      return started;
    },
    learn: async (models: Partial<ModelsState>) => {
      state = { ...state, models: { ...state.models, ...models } };
      readiness.stateChanged();
      await settled();
      return started;
    },
    pass: async (ms: number) => {
      clock.advance(ms);
      await settled();
      return started;
    },
  };
}

describe("an agent", () => {
  it.each<[string, Partial<ModelsState>]>([
    [
      "its runtime has its model",
      { runtimes: [sampleOllama], wishes: wish("ollama/qwen3-coder:30b") },
    ],
    ["its model is of another provider", { wishes: wish("anthropic/claude") }],
    ["all runtimes have answered", { surveyed: true, wishes: wish("ollama/gone") }],
  ])("starts at once when %s", async (_title, models) => {
    const program = open({ ...nothing, ...models });

    expect(await program.start()).toBe(true);
    expect(program.clock.waiting).toBe(0);
  });

  it.each<[string, Partial<ModelsState>]>([
    ["its runtime has not answered", { wishes: wish("ollama/qwen3-coder:30b") }],
    [
      "its model is there instead of another",
      {
        runtimes: [sampleOllama],
        wishes: wish("ollama/qwen3-coder:30b", { insteadOf: "lmstudio/a" }),
      },
    ],
    ["nobody knows its model", {}],
    [
      "its model is not described",
      { runtimes: [undescribed], wishes: wish("ollama/qwen3-coder:30b") },
    ],
    [
      "all models are being described, for one to be chosen",
      { surveyed: true, memory: sampleMemory, described: { ollama: { at: 1, done: false } } },
    ],
  ])("waits two seconds while %s", async (_title, models) => {
    const program = open({ ...nothing, ...models });

    expect(await program.start()).toBe(false);
    expect(await program.pass(1999)).toBe(false);
    expect(await program.pass(1)).toBe(true);
  });

  it("starts as soon as its runtime has answered", async () => {
    const program = open({ ...nothing, wishes: wish("ollama/qwen3-coder:30b") });
    expect(await program.start()).toBe(false);

    expect(await program.learn({ runtimes: [sampleOllama] })).toBe(true);
    expect(program.clock.waiting).toBe(0);
  });

  it("waits for the memory when its model is to be chosen", async () => {
    const program = open({ ...nothing, surveyed: true });
    expect(await program.start()).toBe(false);

    expect(await program.learn({ memory: sampleMemory })).toBe(true);
  });

  it("waits while it is not known where the runtimes are", async () => {
    const program = open({ ...nothing, surveyed: true, wishes: wish("ollama/gone") });
    program.isSetUp(false);
    expect(await program.start()).toBe(false);

    program.isSetUp(true);
    expect(await program.learn({})).toBe(true);
  });

  it("does not wait when the program ends", async () => {
    const program = open();
    expect(await program.start()).toBe(false);

    program.readiness.stop();

    expect(await program.pass(0)).toBe(true);
    expect(program.clock.waiting).toBe(0);
  });
});

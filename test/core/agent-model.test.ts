import { describe, expect, it } from "vitest";
import { agentModel, correctedModel, toldModel } from "../../src/core/agent-model.ts";
import { type ModelsState, noGuide, noModels } from "../../src/core/models.ts";
import type { RuntimeKind, RuntimeState } from "../../src/core/runtime.ts";
import {
  qwenCoder,
  qwenCoder64k,
  sampleInstalled,
  sampleLoaded,
  sampleMemory,
  sampleRuntime,
  toldContext,
} from "../fakes/sample-models.ts";

const ollama = sampleRuntime("ollama", { installed: [qwenCoder, qwenCoder64k] });

function planModel(runtime: RuntimeState, name: string, changes: Partial<ModelsState> = {}) {
  const model = `${runtime.address.id}/${name}`;
  const wishes = { plan: { model, source: { from: "pick" } } } as const;
  return agentModel({ ...noModels, runtimes: [runtime], wishes, ...changes }, "plan");
}

describe("the model that OpenCode is told of", () => {
  it("has the address, the measured context and an explicit output", () => {
    const runtime = {
      ...ollama,
      loaded: [sampleLoaded("qwen3-coder:30b", { context: 40_960 })],
    };

    expect(planModel(runtime, "qwen3-coder:30b")).toEqual({
      ref: "ollama/qwen3-coder:30b",
      provider: "ollama",
      name: "qwen3-coder:30b",
      url: "http://127.0.0.1:11434/v1",
      context: 40_960,
      output: 8192,
      tools: true,
    });
  });

  it("is none without a wish, and none for a provider of OpenCode's own", () => {
    const wishes = { plan: { model: "anthropic/claude", source: { from: "opencode" } } } as const;

    expect(agentModel(noModels, "plan")).toBeUndefined();
    expect(agentModel({ ...noModels, runtimes: [ollama], wishes }, "plan")).toBeUndefined();
  });

  it("claims the model's own context before it is loaded, else as little as it can work with", () => {
    const context = (name: string, changes: Partial<ModelsState> = {}) =>
      planModel(ollama, name, changes)?.context;

    expect(context("qwen3-coder:30b-ctx64k")).toBe(65_536);
    // Ollama would give 4k, in which OpenCode's own instructions find no room.
    expect(context("qwen3-coder:30b")).toBe(16_384);
    // Ollama would give 256k on 48 GB, but takes less when the memory runs out.
    expect(context("qwen3-coder:30b", { memory: sampleMemory })).toBe(32_768);
  });

  it("does not count on a context while the model still loads", () => {
    const loading = sampleLoaded("qwen3-coder:30b", { state: "loading", context: 65_536 });

    expect(planModel({ ...ollama, loaded: [loading] }, "qwen3-coder:30b")?.context).toBe(16_384);
  });

  it("claims what the model had when it was loaded last", () => {
    const measured = { "ollama/qwen3-coder:30b": 65_536 };

    expect(planModel(ollama, "qwen3-coder:30b", { measured })?.context).toBe(65_536);
    expect(planModel(ollama, "QWEN3-coder:30b", { measured })?.context).toBe(65_536);
  });

  it("claims no more of a short model than it was trained for", () => {
    const runtime = { ...ollama, installed: [sampleInstalled("old", { maxContext: 8192 })] };

    expect(planModel(runtime, "old")?.context).toBe(8192);
  });

  it("keeps answers to a quarter of a small context", () => {
    const loaded = [sampleLoaded("qwen3-coder:30b", { context: 4096 })];
    expect(planModel({ ...ollama, loaded }, "qwen3-coder:30b")?.output).toBe(1024);
    expect(planModel(ollama, "qwen3-coder:30b")?.output).toBe(4096);
  });

  it("takes LMSTUDIO_MAX_TOKENS for LM Studio alone", () => {
    const guide = { ...noGuide, outputTokens: 6000 };
    const studio = sampleRuntime("lmstudio", {
      installed: [sampleInstalled("m")],
      loaded: [sampleLoaded("m", { context: 65_536 })],
    });

    expect(planModel(studio, "m", { guide })?.output).toBe(6000);
    expect(planModel(ollama, "qwen3-coder:30b-ctx64k", { guide })?.output).toBe(8192);
  });

  it("takes the longest answer from the settings of the runtime, before or after that variable", () => {
    const guide = { ...noGuide, outputTokens: 6000 };
    const output = (from: "project" | "user", kind: RuntimeKind, given = {}) => {
      const runtime = sampleRuntime(kind, {
        address: { tuning: { maxTokens: { value: 3000, from } } },
        loaded: [sampleLoaded("m", { context: 65_536 })],
      });
      return planModel(runtime, "m", given)?.output;
    };

    expect(output("project", "lmstudio", { guide })).toBe(3000);
    expect(output("user", "lmstudio", { guide })).toBe(6000);
    expect(output("user", "lmstudio")).toBe(3000);
    expect(output("user", "ollama", { guide })).toBe(3000);
  });

  it("has no more context than the settings want, and never more than there is", () => {
    const context = (kind: RuntimeKind, plan: number, loaded?: number) => {
      const runtime = sampleRuntime(kind, {
        address: { tuning: { context: toldContext({ plan, build: 131_072 }) } },
        installed: [sampleInstalled("m", { maxContext: 131_072 })],
        loaded: loaded === undefined ? [] : [sampleLoaded("m", { context: loaded })],
      });
      return planModel(runtime, "m")?.context;
    };

    expect(context("lmstudio", 32_768, 65_536)).toBe(32_768);
    expect(context("lmstudio", 65_536, 32_768)).toBe(32_768);
    // A request would load it with LM Studio's own context.
    expect(context("lmstudio", 65_536)).toBe(16_384);
    // MLX keeps whatever it is sent, up to what the model was trained for.
    expect(context("mlx", 65_536)).toBe(65_536);
    expect(context("mlx", 262_144)).toBe(131_072);
    expect(context("llama-server", 16_384)).toBe(16_384);
  });

  it("says when a model has no tools, and takes it to have them when nobody knows", () => {
    const { tools: _, ...untold } = sampleInstalled("untold");
    const runtime = {
      ...ollama,
      installed: [sampleInstalled("plain", { tools: false }), untold],
    };

    expect(planModel(runtime, "plain")?.tools).toBe(false);
    expect(planModel(runtime, "untold")?.tools).toBe(true);
    expect(planModel(runtime, "missing")?.tools).toBe(true);
  });

  it("carries temperature and the name of the token's variable", () => {
    const address = { ...ollama.address, tokenVariable: "LM_API_TOKEN" };
    const wishes = {
      plan: { model: "ollama/m", source: { from: "pick" }, temperature: 0.2 },
    } as const;

    expect(planModel({ ...ollama, address }, "m", { wishes })).toMatchObject({
      temperature: 0.2,
      tokenVariable: "LM_API_TOKEN",
    });
  });
});

describe("what an agent is told anew of its model", () => {
  const ref = "ollama/qwen3-coder:30b";
  const wishes = { plan: { model: ref, source: { from: "pick" } } } as const;
  const models = (changes: Partial<RuntimeState> = {}): ModelsState => {
    return { ...noModels, runtimes: [{ ...ollama, ...changes }], wishes };
  };
  const loadedWith = (context: number) => {
    return models({ loaded: [sampleLoaded("qwen3-coder:30b", { context })] });
  };
  const told = (from: ModelsState) => {
    const first = toldModel(from, "plan");
    if (!first) throw new Error("nothing was told");
    return first;
  };
  const corrected = (from: ModelsState, to: ModelsState) => {
    return correctedModel(to, "plan", told(from))?.told;
  };

  it("is the measured context, be it more or less than what was guessed", () => {
    expect(corrected(models(), loadedWith(65_536))).toEqual({
      ref,
      context: 65_536,
      output: 8192,
      tools: true,
      measured: true,
    });
    expect(corrected(models(), loadedWith(8192))).toMatchObject({ context: 8192, output: 2048 });
    expect(corrected(loadedWith(65_536), loadedWith(8192))).toMatchObject({ context: 8192 });
  });

  it("is what the model says of itself, until something is measured", () => {
    const installed = [sampleInstalled("qwen3-coder:30b", { ownContext: 65_536 })];
    const measured = { loaded: [sampleLoaded("qwen3-coder:30b", { context: 32_768 })] };

    expect(corrected(models(), models({ installed }))).toMatchObject({
      context: 65_536,
      measured: false,
    });
    expect(corrected(models({ installed, ...measured }), models({ installed }))).toBeUndefined();
  });

  it("is nothing while it holds, and nothing when the model is unloaded", () => {
    expect(corrected(models(), models())).toBeUndefined();
    expect(corrected(loadedWith(65_536), loadedWith(65_536))).toBeUndefined();
    expect(corrected(loadedWith(65_536), models())).toBeUndefined();
    expect(corrected(loadedWith(8192), models())).toBeUndefined();
  });

  it("is nothing while another model is meant", () => {
    const other = {
      plan: { model: "ollama/qwen3-coder:30b-ctx64k", source: { from: "pick" } },
    } as const;

    expect(corrected(models(), { ...loadedWith(8192), wishes: other })).toBeUndefined();
  });

  it("is that the model calls no tools, once it has said so", () => {
    const { tools: _, ...untold } = sampleInstalled("qwen3-coder:30b", { described: false });
    const mute = sampleInstalled("qwen3-coder:30b", { tools: false });

    expect(corrected(models({ installed: [untold] }), models({ installed: [mute] }))).toMatchObject(
      {
        context: 16_384,
        tools: false,
        measured: false,
      },
    );
  });
});

import { describe, expect, it } from "vitest";
import { switchOptions } from "../../src/core/model-rows.ts";
import { type ModelsState, type ModelWish, noModels } from "../../src/core/models.ts";
import type { InstalledModel, MemoryState, RuntimeState } from "../../src/core/runtime.ts";
import { variantName } from "../../src/core/variant-name.ts";
import {
  gigabyte,
  qwenCoder,
  qwenCoder64k,
  sampleInstalled,
  sampleLoaded,
  sampleMemory,
  sampleRuntime,
  toldContext,
} from "../fakes/sample-models.ts";

const small = sampleInstalled("qwen3:8b", {
  parameters: "8.2B",
  weights: "sha256:8b",
  shape: { layers: 36, kvHeads: 8, keyLength: 128, valueLength: 128 },
});

function gpu(total: number, used = 0): MemoryState {
  const [totalBytes, usedBytes] = [total * gigabyte, used * gigabyte];
  return { ...sampleMemory, totalBytes, usedBytes, budgetBytes: totalBytes, budgetFrom: "all" };
}

function loaded(name: string, size: number, context = 65_536) {
  const bytes = size * gigabyte;
  return sampleLoaded(name, { sizeBytes: bytes, gpuBytes: bytes, context });
}

const wish = (model: string): ModelWish => ({ model, source: { from: "pick" } });

function ollamaWith(installed: readonly InstalledModel[], changes: Partial<RuntimeState> = {}) {
  return sampleRuntime("ollama", { installed, ...changes });
}

function options(runtime: RuntimeState, name: string, changes: Partial<ModelsState> = {}) {
  const models = { ...noModels, surveyed: true, runtimes: [runtime], memory: gpu(18), ...changes };
  return switchOptions({ models }, { mode: "build", model: `${runtime.address.id}/${name}` });
}

describe("the ways to switch", () => {
  it("are one when the plain way is fine", () => {
    expect(options(ollamaWith([qwenCoder64k]), qwenCoder64k.name, { memory: gpu(48) })).toEqual([
      {
        title: "use qwen3-coder:30b-ctx64k as it is",
        detail: "fits · about 25.7 GB · context 64k",
        plan: { model: "ollama/qwen3-coder:30b-ctx64k", unloadFirst: [] },
      },
    ]);
  });

  it("are one for a model of which nothing is known", () => {
    const plan = { model: "anthropic/claude", unloadFirst: [] };

    expect(switchOptions({ models: noModels }, { mode: "plan", model: plan.model })).toMatchObject([
      { plan },
    ]);
  });

  it("do not begin with one that cannot be gone", () => {
    const memory = { ...gpu(19), kind: "ram", ramFreeBytes: 19 * gigabyte } as const;

    const found = options(ollamaWith([qwenCoder]), qwenCoder.name, { memory });

    expect(found.map(({ title, detail }) => [title, detail.split(" · ")[0]])).toEqual([
      ["use qwen3-coder:30b as it is", "tight"],
      ["make qwen3-coder:30b-ctx32k and use it", "will not fit"],
    ]);
  });

  it("begin with a variant of 64k where the context would be too small", () => {
    // 18 GB of GPU: Ollama gives 4k by itself.
    expect(options(ollamaWith([small]), "qwen3:8b")).toEqual([
      {
        title: "make qwen3:8b-ctx64k and use it",
        detail: "tight · about 16.1 GB · context 64k · no weights are copied",
        plan: {
          model: "ollama/qwen3:8b",
          unloadFirst: [],
          derive: { model: "qwen3:8b-ctx64k", context: 65_536 },
        },
      },
      {
        title: "use qwen3:8b as it is",
        detail: "fits · about 5.7 GB · context 4k · too small for an agent",
        plan: { model: "ollama/qwen3:8b", unloadFirst: [] },
      },
    ]);
  });

  it("take 32k where 64k does not fit", () => {
    const [first] = options(ollamaWith([small]), "qwen3:8b", { memory: gpu(12) });

    expect(first?.plan.derive).toEqual({ model: "qwen3:8b-ctx32k", context: 32_768 });
  });

  it("make no variant beyond what the model was trained for", () => {
    const short = { ...small, maxContext: 8192 };

    expect(options(ollamaWith([short]), "qwen3:8b").map(({ title }) => title)).toEqual([
      "use qwen3:8b as it is",
    ]);
  });

  it("use a variant that exists instead of making it again", () => {
    const variant = { ...small, name: "my-8b", ownContext: 40_960, derivedFrom: "qwen3:8b" };

    const [first, second] = options(ollamaWith([small, variant]), "qwen3:8b");

    expect(first?.title).toBe("use my-8b");
    expect(first?.plan).toEqual({ model: "ollama/my-8b", unloadFirst: [] });
    expect(second?.title).toBe("use qwen3:8b as it is");
  });

  it("begin with the variant that another mode uses: both cannot be loaded", () => {
    const wishes = { plan: wish("ollama/qwen3-coder:30b-ctx64k") };
    const runtime = ollamaWith([qwenCoder, qwenCoder64k]);

    const [first, second] = options(runtime, qwenCoder.name, { wishes, memory: gpu(48) });

    expect(first?.title).toBe("use the same variant as plan: qwen3-coder:30b-ctx64k");
    expect(first?.plan.model).toBe("ollama/qwen3-coder:30b-ctx64k");
    expect(second?.detail).toContain("takes turns with plan in the memory");
  });

  it("say that MLX has one model at a time", () => {
    const runtime = sampleRuntime("mlx", { installed: [small, { ...small, name: "other" }] });
    const wishes = { plan: wish("mlx/other") };

    const found = options(runtime, "qwen3:8b", { wishes, memory: gpu(48) });

    expect(found).toHaveLength(1);
    expect(found[0]?.detail).toContain("takes turns with plan in the memory");
  });

  it("load a model of LM Studio with more context, and unload the instance that has less", () => {
    const runtime = sampleRuntime("lmstudio", {
      installed: [{ ...small, name: "m" }],
      loaded: [sampleLoaded("m", { instance: "m:2", context: 4096, sizeBytes: 6 * gigabyte })],
    });

    const [first] = options(runtime, "m", { memory: gpu(24) });

    expect(first?.title).toBe("load it again with a context of 64k");
    expect(first?.plan).toEqual({
      model: "lmstudio/m",
      unloadFirst: [{ runtime: "lmstudio", model: "m", instance: "m:2" }],
      context: 65_536,
    });
  });

  it("load a model of LM Studio with 64k at once when it is not loaded", () => {
    const runtime = sampleRuntime("lmstudio", { installed: [{ ...small, name: "m" }] });

    const [first, second] = options(runtime, "m", { memory: gpu(24) });

    expect(first?.plan).toEqual({ model: "lmstudio/m", unloadFirst: [], context: 65_536 });
    expect(second?.plan).toEqual({ model: "lmstudio/m", unloadFirst: [] });
  });
});

describe("a switch for which another model has to go", () => {
  const other = loaded("old:20b", 20);
  const runtime = ollamaWith([qwenCoder64k], { loaded: [other] });
  const memory = gpu(32, 20);

  it("offers to unload the one that no mode uses any more, the mode's own model included", () => {
    const wishes = { build: wish("ollama/old:20b") };

    const found = options(runtime, qwenCoder64k.name, { memory, wishes });

    expect(found).toEqual([
      {
        title: "unload old:20b first, then use qwen3-coder:30b-ctx64k as it is",
        detail: "fits then · about 25.7 GB · context 64k",
        plan: {
          model: "ollama/qwen3-coder:30b-ctx64k",
          unloadFirst: [{ runtime: "ollama", model: "old:20b", instance: "old:20b" }],
        },
      },
      {
        title: "use qwen3-coder:30b-ctx64k as it is",
        detail: "does not fit beside old:20b · about 25.7 GB · context 64k",
        plan: { model: "ollama/qwen3-coder:30b-ctx64k", unloadFirst: [] },
      },
    ]);
  });

  it("leaves alone what another ai-rules uses", () => {
    const usedElsewhere = [`${runtime.address.url} old:20b`];

    expect(options(runtime, qwenCoder64k.name, { memory, usedElsewhere })).toMatchObject([
      { plan: { unloadFirst: [] } },
    ]);
  });
});

describe("the name of a variant", () => {
  it("is that of the model with its context", () => {
    expect(variantName("qwen3:8b", 65_536)).toBe("qwen3:8b-ctx64k");
    expect(variantName("qwen3:8b-ctx64k", 32_768)).toBe("qwen3:8b-ctx32k");
    expect(variantName("qwen3", 1_048_576)).toBe("qwen3-ctx1M");
  });
});

describe("the context of the settings", () => {
  const tuning = { context: toldContext({ plan: 16_384, build: 49_152 }) };
  const studio = sampleRuntime("lmstudio", {
    address: { tuning },
    installed: [{ ...small, name: "m" }],
  });
  const large = { memory: gpu(48) };

  it("is what a model of LM Studio is loaded with, unasked", () => {
    expect(options(studio, "m", large)).toEqual([
      {
        title: "use m as it is",
        detail: "fits · about 11.9 GB · context 48k",
        plan: { model: "lmstudio/m", unloadFirst: [], context: 49_152 },
      },
    ]);
  });

  it("is asked for where a model is loaded with less, and left where it is loaded with more", () => {
    const loadedWith = (context: number) => ({ ...studio, loaded: [loaded("m", 10, context)] });

    expect(options(loadedWith(32_768), "m", large).map(({ title }) => title)).toEqual([
      "load it again with a context of 48k",
      "use m as it is",
    ]);
    expect(options(loadedWith(65_536), "m", large).map(({ plan }) => plan)).toEqual([
      { model: "lmstudio/m", unloadFirst: [] },
    ]);
  });

  it("is that of a variant of Ollama's, an existing one or one to be made", () => {
    const ollama = (installed: readonly InstalledModel[]) =>
      ollamaWith(installed, {
        address: { ...ollamaWith([]).address, tuning },
      });
    const smaller = { ...small, name: "my-8b", ownContext: 40_960, derivedFrom: "qwen3:8b" };

    // 20 GB of GPU: Ollama gives 4k by itself.
    const memory = gpu(20);
    const [made] = options(ollama([small, smaller]), "qwen3:8b", { memory });
    const [found] = options(
      ollama([small, smaller, { ...smaller, name: "my-48k", ownContext: 49_152 }]),
      "qwen3:8b",
      { memory },
    );

    expect(made?.plan.derive).toEqual({ model: "qwen3:8b-ctx48k", context: 49_152 });
    expect(found?.title).toBe("use my-48k");
  });

  it("gives way to a smaller one that fits", () => {
    const [first] = options({ ...studio, loaded: [loaded("m", 6, 4096)] }, "m", {
      memory: gpu(11, 6),
    });

    expect(first?.plan.context).toBe(32_768);
  });

  it("is what MLX's fit is worked out with", () => {
    const mlx = sampleRuntime("mlx", { address: { tuning }, installed: [{ ...small, name: "m" }] });

    expect(options(mlx, "m", large)).toMatchObject([
      { detail: "fits · about 11.4 GB · context 48k", plan: { model: "mlx/m", unloadFirst: [] } },
    ]);
  });
});

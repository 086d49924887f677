import { describe, expect, it } from "vitest";
import {
  type FitRequest,
  fitLines,
  fitOf,
  fitWord,
  kvBytesPerToken,
  largestContextThatFits,
} from "../../src/core/fit.ts";
import type {
  InstalledModel,
  MemoryState,
  ModelShape,
  RuntimeKind,
  RuntimeState,
  ServerSettings,
} from "../../src/core/runtime.ts";
import {
  gigabyte,
  qwenCoder,
  qwenCoder64k,
  sampleInstalled,
  sampleLoaded,
  sampleMemory,
  sampleRuntime,
} from "../fakes/sample-models.ts";

const ollama = sampleRuntime("ollama", { installed: [qwenCoder, qwenCoder64k] });

/** A GPU of so many GB of which so many are used. */
function gpu(total: number, used = 0, changes: Partial<MemoryState> = {}): MemoryState {
  return {
    ...sampleMemory,
    usedBytes: used * gigabyte,
    totalBytes: total * gigabyte,
    budgetBytes: total * gigabyte,
    budgetFrom: "all of it",
    ...changes,
  };
}

function request(changes: Partial<FitRequest> = {}): FitRequest {
  const runtime = changes.runtime ?? ollama;
  return {
    model: qwenCoder,
    runtime,
    runtimes: [runtime],
    memory: gpu(48),
    context: 65_536,
    usedBy: () => [],
    ...changes,
  };
}

const shape = (layers: number, kvHeads: number, length = 128): ModelShape => ({
  layers,
  kvHeads,
  keyLength: length,
  valueLength: length,
});

describe("the memory of a context", () => {
  // Weights in GiB, then weights and context in GiB for 8k, 32k, 64k and 128k.
  it.each([
    ["llama3.1 70B q8_0", shape(80, 8), 320, 69.8, [72.3, 79.8, 89.8, 109.8]],
    ["llama3.1 8B q4_K_M", shape(32, 8), 128, 4.6, [5.6, 8.6, 12.6, 20.6]],
    ["qwen3-coder 30B-A3B q4_K_M", shape(48, 4), 96, 17.3, [18.1, 20.3, 23.3, 29.3]],
    ["qwen2.5-coder 32B q4_K_M", shape(64, 8), 256, 18.5, [20.5, 26.5, 34.5, 50.5]],
    ["phi-4-mini q4_K_M", shape(32, 8), 128, 2.3, [3.3, 6.3, 10.3, 18.3]],
  ] as const)("of %s is what llama.cpp takes", (_, of, perToken, weights, sums) => {
    const model = sampleInstalled("m", { shape: of, sizeBytes: weights * gigabyte });

    expect(kvBytesPerToken(of)).toBe(perToken * 1024);
    for (const [index, kilos] of [8, 32, 64, 128].entries()) {
      const { parts } = fitOf(request({ model, context: kilos * 1024 }));
      const bytes = parts.slice(0, 2).reduce((sum, part) => sum + part.bytes, 0);
      expect(bytes / gigabyte).toBeCloseTo(sums[index] ?? 0, 0.9);
    }
  });

  it("agrees with llama-server's own 3 MiB for its tiny model", () => {
    // Measured: 4096 tokens, "CPU KV buffer size = 3.00 MiB".
    const tiny = shape(1, 1, 192);

    expect(kvBytesPerToken(tiny) * 4096).toBe(3_145_728);
  });

  it("counts heads layer by layer, and none for recurrent layers", () => {
    const hybrid = { ...shape(4, 0), kvHeads: [0, 2, 0, 4] };

    expect(kvBytesPerToken(hybrid)).toBe(6 * 256 * 2);
  });

  it("counts a window where the family is known to have one, else the whole context", () => {
    const model = (family: string) =>
      sampleInstalled("m", { family, shape: { ...shape(6, 1), slidingWindow: 1024 } });
    const bytes = (family: string) =>
      fitOf(request({ model: model(family), context: 8192 })).parts[1]?.bytes;

    expect(bytes("gemma3")).toBe((5 * 1024 + 8192) * 256 * 2);
    expect(bytes("new-family")).toBe(6 * 8192 * 256 * 2);
  });

  it("is multiplied, and packed, as the shell tells the server to", () => {
    const model = sampleInstalled("m", { shape: shape(32, 8) });
    const parts = (server: ServerSettings) => {
      const runtime = sampleRuntime("ollama", { address: { server } });
      return fitOf(request({ model, runtime, context: 8192 })).parts;
    };

    expect(parts({})[1]).toEqual({ label: "context 8k", bytes: gigabyte });
    expect(parts({ parallel: 4 })[1]).toEqual({ label: "context 8k × 4", bytes: 4 * gigabyte });
    expect(parts({ kvShare: 0.5 })[1]?.bytes).toBe(gigabyte / 2);
    const reserve = (server: ServerSettings) => parts(server).at(-1)?.bytes ?? 0;
    expect(reserve({ overheadBytes: gigabyte }) - reserve({})).toBe(gigabyte);
  });

  it("is what the shell tells the server to give, unless more is known", () => {
    const server = { context: 65_536 };
    const context = (
      changes: Parameters<typeof sampleRuntime>[1] = {},
      model = sampleInstalled("m"),
    ) => {
      const runtime = sampleRuntime("ollama", { address: { server }, ...changes });
      return fitOf({ ...request({ model, runtime }), context: undefined }).context;
    };

    expect(context()).toBe(65_536);
    expect(context({}, sampleInstalled("m", { ownContext: 16_384 }))).toBe(16_384);
    const others = {
      loaded: [sampleLoaded("o", { context: 8192 })],
      installed: [sampleInstalled("o")],
    };
    expect(context(others)).toBe(8192);
  });

  it("is guessed from the size, and says so, when the shape is not known", () => {
    const model: InstalledModel = sampleInstalled("m", { parameters: "32.8B" });

    const { parts } = fitOf(request({ model, context: 32_768 }));

    expect(parts[1]).toEqual({ label: "context 32k (guessed)", bytes: 8 * gigabyte });
  });
});

describe("the verdict", () => {
  // The model takes 25.7 GB with 64k.
  it.each([
    [48, 0, "fits"],
    [48, 15.5, "fits"],
    [48, 16.5, "tight"],
    [26, 0, "tight"],
    [24, 0, "partly-on-cpu"],
  ])("with a GPU of %d GB of which %d are used is %s", (total, used, verdict) => {
    expect(fitOf(request({ memory: gpu(total, used) })).verdict).toBe(verdict);
  });

  it("is that it will not fit when GPU and RAM together are too small", () => {
    const memory = gpu(8, 0, { ramFreeBytes: 10 * gigabyte });

    expect(fitOf(request({ memory })).verdict).toBe("will-not-fit");
  });

  it("counts memory that GPU and CPU share once", () => {
    const memory = gpu(20, 0, { kind: "unified", ramFreeBytes: 22 * gigabyte });

    expect(fitOf(request({ memory })).verdict).toBe("will-not-fit");
    expect(fitOf(request({ memory: { ...memory, ramFreeBytes: 30 * gigabyte } })).verdict).toBe(
      "partly-on-cpu",
    );
  });

  it("is remote on another machine and for a cloud model", () => {
    const runtime = sampleRuntime("ollama", { address: { local: false } });

    expect(fitOf(request({ runtime })).verdict).toBe("remote");
    expect(fitOf(request({ model: { ...qwenCoder, cloud: true } })).verdict).toBe("remote");
  });

  it("is unknown without a size or without a memory", () => {
    const { sizeBytes: _, ...unsized } = qwenCoder;

    expect(fitOf(request({ model: unsized })).verdict).toBe("unknown");
    expect(fitOf(request({ memory: undefined })).verdict).toBe("unknown");
  });

  it.each(["ram", "unified"] as const)(
    "counts only models against a budget of memory (%s) that all programs use",
    (kind) => {
      const ram = { ramBytes: 60 * gigabyte, ramFreeBytes: 40 * gigabyte };
      const memory = gpu(30, 20, { kind, ...ram });

      expect(fitOf(request({ memory })).freeBytes).toBe(30 * gigabyte);
      expect(fitOf(request({ memory })).verdict).toBe("tight");
    },
  );
});

describe("what is free of memory that GPU and CPU share", () => {
  it("is no more than other programs leave of it, and what a reload gives back", () => {
    const memory = gpu(48, 8, {
      kind: "unified",
      ramBytes: 64 * gigabyte,
      ramFreeBytes: 20 * gigabyte,
    });
    const loaded = [sampleLoaded("qwen3-coder:30b", { sizeBytes: 24 * gigabyte })];
    const reload = request({ memory, runtime: { ...ollama, loaded }, context: 32_768 });

    expect(fitOf(request({ memory })).freeBytes).toBe(20 * gigabyte);
    expect(fitOf(reload).freeBytes).toBe(44 * gigabyte);
  });
});

describe("a loaded model", () => {
  const loaded = sampleLoaded("qwen3-coder:30b", { sizeBytes: 24 * gigabyte });

  it("is measured, not estimated", () => {
    const runtime = { ...ollama, loaded: [loaded] };

    const fit = fitOf(request({ runtime, context: undefined }));

    expect(fit).toMatchObject({ verdict: "fits", about: false, needBytes: 24 * gigabyte });
    expect(fitLines(fit)).toEqual(["takes 24.0 GB, measured", "is loaded"]);
  });

  it("that is partly on the CPU is called so", () => {
    const runtime = { ...ollama, loaded: [{ ...loaded, gpuBytes: 12 * gigabyte }] };

    expect(fitOf(request({ runtime })).verdict).toBe("partly-on-cpu");
  });

  it("counts as free for another context of its own and for another variant of its weights", () => {
    const runtime = { ...ollama, loaded: [loaded] };
    const others = { runtime, memory: gpu(32, 24) };

    expect(fitOf(request({ ...others, context: 32_768 })).verdict).toBe("fits");
    const variant = fitOf(request({ ...others, model: qwenCoder64k }));
    expect(variant).toMatchObject({ verdict: "tight", replaces: ["qwen3-coder:30b"], unload: [] });
  });

  it("of MLX is replaced: its server has one at a time", () => {
    const runtime = sampleRuntime("mlx", { loaded: [sampleLoaded("old")] });

    const fit = fitOf(request({ runtime, memory: gpu(32, 24) }));

    expect(fit).toMatchObject({ verdict: "fits", replaces: ["old"] });
    expect(fit.parts.map(({ label }) => label)).toEqual(["weights", "context 64k"]);
  });
});

describe("unloading", () => {
  const loaded = [
    sampleLoaded("big", { sizeBytes: 20 * gigabyte, gpuBytes: 20 * gigabyte }),
    sampleLoaded("middle", { sizeBytes: 12 * gigabyte, gpuBytes: 12 * gigabyte }),
    sampleLoaded("small", { sizeBytes: 4 * gigabyte, gpuBytes: 4 * gigabyte }),
  ];
  const runtime = { ...ollama, loaded };
  const names = (changes: Partial<FitRequest>) => {
    const { unload } = fitOf(request({ runtime, memory: gpu(48, 36), ...changes }));
    return unload.map(({ model }) => model);
  };

  // 12 GB are free, 25.7 are needed: 13.7 are missing.
  it("takes the smallest model that makes room", () => {
    expect(names({})).toEqual(["big"]);
    expect(names({ memory: gpu(48, 24) })).toEqual(["small"]);
  });

  it("takes models that no mode uses before one that a mode uses", () => {
    const usedBy: FitRequest["usedBy"] = (_, model) => (model === "big" ? ["plan"] : []);

    expect(names({ usedBy })).toEqual(["middle", "small"]);
    expect(names({ usedBy: (_, model) => (model === "small" ? [] : ["plan"]) })).toEqual(["big"]);
  });

  it("never takes one that stays for as long as its runtime runs", () => {
    const stays = loaded.map((each) =>
      each.name === "big" ? { ...each, stays: true as const } : each,
    );

    expect(names({ runtime: { ...runtime, loaded: stays } })).toEqual(["middle", "small"]);
  });

  it("leaves a busy model alone, and one that another ai-rules uses", () => {
    const busy = { ...runtime, loaded: loaded.map((each) => ({ ...each, busy: true })) };

    expect(names({ runtime: busy })).toEqual([]);
    expect(names({ usedElsewhere: (_, model) => model === "big" })).toEqual(["middle", "small"]);
  });

  it("is proposed for models of other runtimes here, not for those of another machine", () => {
    const there = sampleRuntime("lmstudio", { address: { local: false }, loaded });
    const here = sampleRuntime("lmstudio", { loaded });

    expect(names({ runtime: ollama, runtimes: [ollama, there] })).toEqual([]);
    expect(names({ runtime: ollama, runtimes: [ollama, here] })).toEqual(["big"]);
  });

  it("is said in a word and in the arithmetic", () => {
    const fit = fitOf(request({ runtime, memory: gpu(48, 36) }));

    expect(fitWord(fit)).toBe("fits after unloading big");
    expect(fitLines(fit)).toEqual([
      "weights 17.3 GB + context 64k 6.0 GB + compute 2.0 GB + reserve 457 MB = about 25.7 GB",
      "free 12.0 GB of 48.0 GB (all of it)",
      "unload big of ollama first",
      "fits after unloading big",
    ]);
  });
});

describe("the context of a model", () => {
  it("is what it is loaded with, else its own, else what the runtime gives", () => {
    const context = (changes: Partial<FitRequest>) =>
      fitOf(request({ context: undefined, ...changes })).context;

    expect(
      context({
        runtime: { ...ollama, loaded: [sampleLoaded("qwen3-coder:30b", { context: 9 })] },
      }),
    ).toBe(9);
    expect(context({ model: qwenCoder64k })).toBe(65_536);
    expect(context({ memory: gpu(16) })).toBe(4096);
    expect(context({ memory: gpu(24) })).toBe(32_768);
    expect(context({ memory: gpu(48) })).toBe(262_144);
    expect(context({ runtime: sampleRuntime("lmstudio") })).toBe(4096);
  });

  it("is what Ollama gave another model that could have had more", () => {
    const other = sampleInstalled("other");
    const context = (length: number) => {
      const loaded = [sampleLoaded("other", { context: length })];
      const runtime = { ...ollama, installed: [qwenCoder, other], loaded };
      return fitOf(request({ context: undefined, runtime, memory: gpu(16) })).context;
    };

    expect(context(40_960)).toBe(40_960);
    // It may have been given all that it can have.
    expect(context(131_072)).toBe(4096);
  });

  it("is less where Ollama's own default does not fit: it tries again with 32k", () => {
    const fit = fitOf(request({ context: undefined, memory: gpu(48, 20) }));

    expect(fit).toMatchObject({ context: 32_768, verdict: "fits" });
    // What a model asks for itself is given or fails.
    const own = { ...qwenCoder, ownContext: 262_144 };
    expect(fitOf(request({ context: undefined, model: own, memory: gpu(48, 20) }))).toMatchObject({
      context: 262_144,
      verdict: "partly-on-cpu",
    });
  });

  it("can be as long as the memory lets it", () => {
    expect(largestContextThatFits(request({ memory: gpu(48) }))).toBe(262_144);
    expect(largestContextThatFits(request({ memory: gpu(30) }))).toBe(65_536);
    expect(largestContextThatFits(request({ memory: gpu(8) }))).toBeUndefined();
  });
});

describe("the limit of a runtime", () => {
  const tuning = { memoryLimit: { value: 28 * gigabyte, from: "project" } } as const;
  const limited = sampleRuntime("lmstudio", { address: { tuning } });
  const other = sampleLoaded("other", { sizeBytes: 10 * gigabyte, gpuBytes: 10 * gigabyte });

  it("is what its models may take, though more is free", () => {
    const fit = fitOf(request({ runtime: limited, memory: gpu(64) }));

    expect(fit).toMatchObject({
      verdict: "tight",
      freeBytes: 28 * gigabyte,
      budget: { bytes: 28 * gigabyte, from: "runtimes.lmstudio.memoryLimit" },
    });
    expect(fitLines(fit)).toContain("free 28.0 GB of 28.0 GB (runtimes.lmstudio.memoryLimit)");
  });

  it("says nothing where less is free", () => {
    const fit = fitOf(request({ runtime: limited, memory: gpu(24) }));

    expect(fit.budget).toEqual({ bytes: 24 * gigabyte, from: "all of it" });
  });

  it("counts the runtime's own models alone, and only they make room", () => {
    const elsewhere = sampleRuntime("ollama", { loaded: [{ ...other, name: "theirs" }] });
    const own = { ...limited, loaded: [other] };
    const of = (runtime: RuntimeState, runtimes: readonly RuntimeState[]) =>
      fitOf(request({ runtime, runtimes, memory: gpu(128, 20) }));

    expect(of(limited, [limited, elsewhere])).toMatchObject({ verdict: "tight" });
    expect(of(own, [own, elsewhere])).toMatchObject({
      verdict: "fits-after-unloading",
      freeBytes: 18 * gigabyte,
      unload: [{ runtime: "lmstudio", model: "other" }],
    });
  });

  it("moves nothing to the CPU: it is no border in the memory", () => {
    const small = { memoryLimit: { value: gigabyte, from: "user" } } as const;
    const runtime = sampleRuntime("lmstudio", { address: { tuning: small } });

    expect(fitOf(request({ runtime, memory: gpu(64) })).verdict).toBe("will-not-fit");
  });

  it("is nobody's business on another machine", () => {
    const runtime = sampleRuntime("lmstudio", { address: { tuning, local: false } });

    expect(fitOf(request({ runtime })).verdict).toBe("remote");
  });
});

describe("weights of which only the name is known", () => {
  const weights = (
    changes: Partial<InstalledModel>,
    quantization?: { readonly bits?: number; readonly groupSize?: number },
    kind: RuntimeKind = "mlx",
  ) => {
    const { sizeBytes: _, quantization: __, ...unknown } = sampleInstalled("m");
    const tuning = quantization && { quantization: { value: quantization, from: "user" as const } };
    const runtime = sampleRuntime(kind, { address: tuning ? { tuning } : {} });
    const { parts } = fitOf(request({ runtime, model: { ...unknown, ...changes } }));
    return parts[0] && [parts[0].label, parts[0].bytes / 1e9];
  };
  const guessed = "weights (guessed)";

  it("are as many parameters as the name tells, at its bits, with the scales of 64", () => {
    expect(weights({ parameters: "30B", quantization: "4bit" })).toEqual([guessed, 16.875]);
    expect(weights({ parameters: "8B", quantization: "8bit" })).toEqual([guessed, 8.5]);
    expect(weights({ parameters: "8B", quantization: "bf16" })).toEqual([guessed, 16]);
    expect(weights({ parameters: "8B", quantization: "mxfp4" })).toEqual([guessed, 4.25]);
  });

  it("are at the bits of the settings where the name tells none", () => {
    expect(weights({ parameters: "8B" }, { bits: 4, groupSize: 128 })).toEqual([guessed, 4.25]);
    expect(weights({ parameters: "8B" }, { groupSize: 32 })).toEqual([guessed, 5]);
    expect(weights({ parameters: "8B", quantization: "8bit" }, { bits: 4 })).toEqual([
      guessed,
      8.5,
    ]);
  });

  it("stay unknown without parameters or bits, and for other runtimes", () => {
    expect(weights({ quantization: "4bit" })).toBeUndefined();
    expect(weights({ parameters: "8B" })).toBeUndefined();
    expect(weights({ parameters: "8B", quantization: "odd" })).toBeUndefined();
    expect(weights({ parameters: "8B", quantization: "4bit" }, {}, "lmstudio")).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { byMode } from "../../src/core/mode.ts";
import { modelWarnings } from "../../src/core/model-warnings.ts";
import { type ModelsState, noGuide, noModels } from "../../src/core/models.ts";
import type {
  InstalledModel,
  LoadedModel,
  RuntimeKind,
  RuntimeState,
} from "../../src/core/runtime.ts";
import {
  deepseek,
  gigabyte,
  qwenCoder,
  qwenCoder64k,
  sampleInstalled,
  sampleLoaded,
  sampleMemory,
  sampleModelsState,
  sampleRuntime,
  toldContext,
  wishesFor,
} from "../fakes/sample-models.ts";
import { samplePane } from "../fakes/sample-state.ts";

const name = "qwen3-coder:30b";
const wishes = { build: { model: `ollama/${name}`, source: { from: "pick" } } } as const;
const ollama = sampleRuntime("ollama", { installed: [qwenCoder, qwenCoder64k, deepseek] });

function warnings(runtime: RuntimeState, changes: Partial<ModelsState> = {}) {
  const models = { ...noModels, runtimes: [runtime], wishes, memory: sampleMemory, ...changes };
  return modelWarnings({ models });
}

/** "error text (action: remedy)". */
function lines(runtime: RuntimeState, changes: Partial<ModelsState> = {}) {
  return warnings(runtime, changes).map(
    ({ level, text, action, remedy }) => `${level}: ${text} (${action ?? "-"}: ${remedy})`,
  );
}

function loadedAs(changes: Partial<LoadedModel>): RuntimeState {
  return { ...ollama, loaded: [sampleLoaded(name, changes)] };
}

describe("warnings about models", () => {
  it("are none when all is well", () => {
    expect(lines(loadedAs({ context: 32_768 }))).toEqual([]);
    expect(modelWarnings({ models: noModels })).toEqual([]);
  });

  it("tell a context that is too small: below 32k a warning, below 16k an error", () => {
    expect(lines(loadedAs({ context: 16_384 }))).toEqual([
      "warning: build: a context of 16k is too small for an agent (pick-model: pick it again with 64k)",
    ]);
    expect(
      lines(loadedAs({ context: 4096 }), { wishes: wishesFor(byMode(() => `ollama/${name}`)) }),
    ).toEqual([
      "error: plan, build and review: a context of 4k is too small for an agent (pick-model: pick it again with 64k)",
    ]);
  });

  it("name what gives a runtime more context", () => {
    const small = (kind: "lmstudio" | "llama-server", model: Partial<InstalledModel> = {}) => {
      const runtime = sampleRuntime(kind, {
        installed: [sampleInstalled("m", model)],
        loaded: [sampleLoaded("m", { context: 4096 })],
      });
      const build = { model: `${kind}/m`, source: { from: "pick" } } as const;
      return warnings(runtime, { wishes: { build } }).map(({ remedy }) => remedy);
    };

    expect(small("lmstudio")).toEqual(["load it with 64k"]);
    expect(small("llama-server")).toEqual(["start llama-server with -c 65536"]);
    expect(small("lmstudio", { maxContext: 8192 })).toEqual(["pick one that was trained for more"]);
  });

  it("leave a model alone that no mode uses, or only one that runs a command", () => {
    const runtime = loadedAs({ context: 4096 });
    const models = { ...noModels, runtimes: [runtime], wishes };
    const panes = byMode((mode) => samplePane(mode, { kind: "command" }));

    expect(lines(runtime, { wishes: {} })).toEqual([]);
    expect(modelWarnings({ models, panes })).toEqual([]);
  });

  it("tell a model without tools", () => {
    const build = { model: "ollama/deepseek-coder-v2:16b", source: { from: "pick" } } as const;

    expect(lines(ollama, { wishes: { build } })).toEqual([
      "error: build: deepseek-coder-v2:16b cannot call tools (pick-model: pick one with tools)",
    ]);
  });

  it("tell how much of a model is on the CPU, where there is a GPU", () => {
    const runtime = loadedAs({ sizeBytes: 20 * gigabyte, gpuBytes: 12 * gigabyte });

    expect(lines(runtime)).toEqual([
      "warning: build: 40% of qwen3-coder:30b is on the CPU: slow (models: unload others, or pick a smaller model or context)",
    ]);
    expect(lines(runtime, { memory: { ...sampleMemory, kind: "ram" } })).toEqual([]);
    expect(lines(loadedAs({ sizeBytes: 100, gpuBytes: 97 }))).toEqual([]);
  });

  it("tell the troubles of a runtime, which are errors when a mode uses it", () => {
    const troubles = [
      {
        code: "runtime/gpu-lost",
        message: "Ollama lost the GPU after sleep",
        remedy: "restart it: systemctl restart ollama",
      },
    ] as const;

    const [line] = lines({ ...ollama, troubles });
    expect(line).toBe(
      "error: Ollama lost the GPU after sleep (-: restart it: systemctl restart ollama)",
    );
    expect(warnings({ ...ollama, troubles }, { wishes: {} })[0]?.level).toBe("warning");
  });

  it("lead to the list of models when a restarted server has lost them", () => {
    const troubles = [
      {
        code: "runtime/restarted",
        message: "Ollama was restarted and has unloaded qwen3-coder:30b",
        remedy: "load it again: `ai-rules models load ollama/qwen3-coder:30b`",
      },
    ] as const;

    expect(lines({ ...ollama, troubles })).toEqual([
      "error: Ollama was restarted and has unloaded qwen3-coder:30b (models: load it again)",
    ]);
  });

  it("tell a model that is loaded again and again", () => {
    expect(lines({ ...ollama, reloads: { [name]: 5, other: 2 } })).toEqual([
      "warning: Ollama has loaded qwen3-coder:30b 5 times in a few minutes (models: see who else loads models: another program, or one that asks for another context)",
    ]);
  });

  it("tell a wish that fell back, and one whose model is not there", () => {
    const fell = {
      model: `ollama/${name}`,
      source: { from: "chosen" },
      insteadOf: "ollama/llama3.1:70b",
    } as const;
    const gone = { model: "ollama/gone", source: { from: "pick" } } as const;

    expect(lines(ollama, { wishes: { plan: fell, build: gone } })).toEqual([
      "error: build: gone is not installed in Ollama (pick-model: pick another, or fetch it: `ai-rules models pull ollama/gone`)",
      "warning: plan: ollama/llama3.1:70b is not installed; uses ollama/qwen3-coder:30b instead (pick-model: pick another, or fetch it: `ai-rules models pull ollama/llama3.1:70b`)",
    ]);
  });

  it("tell the nearest name of a model that is not there", () => {
    const build = { model: "ollama/qwen3-coder:30", source: { from: "pick" } } as const;

    expect(lines(ollama, { wishes: { build } })).toEqual([
      "error: build: qwen3-coder:30 is not installed in Ollama; did you mean qwen3-coder:30b? (pick-model: pick another, or fetch it: `ai-rules models pull ollama/qwen3-coder:30`)",
    ]);
  });

  it("tell values of variables that make no sense, and an odd address of a runtime that is down", () => {
    const problem = { code: "settings/variable", message: "odd\u0007", remedy: "mend" } as const;
    const note = { code: "runtime/port", message: "port 80?", remedy: "add :11434" } as const;
    const connection = { type: "down", since: 0, problem: note } as const;
    const runtime = { ...ollama, connection, address: { ...ollama.address, note } };

    expect(lines(runtime, { wishes: {}, guide: { ...noGuide, problems: [problem] } })).toEqual([
      "warning: port 80? (-: add :11434)",
      "warning: odd (-: mend)",
    ]);
    expect(lines({ ...runtime, connection: { type: "up" } }, { wishes: {} })).toEqual([]);
  });

  it("stand beside a whole state", () => {
    expect(modelWarnings(sampleModelsState()).map(({ text }) => text)).toEqual([
      "review: a context of 16k is too small for an agent",
    ]);
  });
});

describe("a context that the settings want", () => {
  const tuning = { context: toldContext({ build: 65_536 }) };
  const of = (kind: RuntimeKind, changes: Partial<RuntimeState> = {}) => {
    const runtime = sampleRuntime(kind, {
      installed: [sampleInstalled("m")],
      ...changes,
      address: { tuning },
    });
    const model = `${kind}/m`;
    const memory = { ...sampleMemory, budgetBytes: 20 * gigabyte, totalBytes: 20 * gigabyte };
    return lines(runtime, { memory, wishes: { build: { model, source: { from: "pick" } } } });
  };
  const loadedWith = (context: number) => ({ loaded: [sampleLoaded("m", { context })] });

  it("is missed where the model has less", () => {
    expect(of("lmstudio", loadedWith(40_960))).toEqual([
      "warning: build: m has a context of 40k; the settings want 64k (pick-model: load it with 64k)",
    ]);
    expect(of("llama-server", loadedWith(40_960))).toEqual([
      "warning: build: m has a context of 40k; the settings want 64k (-: start llama-server with -c 65536)",
    ]);
    expect(of("ollama", { installed: [sampleInstalled("m", { ownContext: 32_768 })] })).toEqual([
      "warning: build: m has a context of 32k; the settings want 64k (pick-model: pick it again with 64k)",
    ]);
  });

  it("is missed where a request would load it with another one", () => {
    expect(of("lmstudio")).toEqual([
      "warning: build: m is not loaded, and a request loads it with LM Studio's own context; the settings want 64k (pick-model: load it with 64k)",
    ]);
    expect(of("ollama")).toEqual([
      "warning: build: m has no context of its own; the settings want 64k (pick-model: pick it again with 64k)",
    ]);
  });

  it("is told once where it is too small for any agent", () => {
    expect(of("lmstudio", loadedWith(8192))).toEqual([
      "error: build: a context of 8k is too small for an agent (pick-model: load it with 64k)",
    ]);
  });

  it("is none to tell of where it is there, was never trained for, or nothing is known", () => {
    expect(of("lmstudio", loadedWith(65_536))).toEqual([]);
    expect(
      of("lmstudio", {
        installed: [sampleInstalled("m", { maxContext: 40_960 })],
        ...loadedWith(40_960),
      }),
    ).toEqual([]);
    expect(of("llama-server")).toEqual([]);
    expect(of("mlx")).toEqual([]);
  });
});

describe("modes that evict each other", () => {
  const two = (runtime: RuntimeState, plan: string, build: string, memory = sampleMemory) =>
    warnings(runtime, {
      memory,
      wishes: {
        plan: { model: `${runtime.address.id}/${plan}`, source: { from: "pick" } },
        build: { model: `${runtime.address.id}/${build}`, source: { from: "pick" } },
      },
    }).map(({ text }) => text);
  const pair = [sampleInstalled("a"), sampleInstalled("b")];

  it("use two variants of one file of weights", () => {
    expect(two(ollama, name, qwenCoder64k.name)).toEqual([
      "plan and build evict each other: two variants of the same weights",
    ]);
  });

  it("use two models of MLX, or of LM Studio when they were not loaded explicitly", () => {
    const loaded = [sampleLoaded("a"), sampleLoaded("b")];
    const studio = sampleRuntime("lmstudio", { installed: pair });

    expect(two(sampleRuntime("mlx", { installed: pair }), "a", "b")).toEqual([
      "plan and build evict each other: MLX has one model at a time",
    ]);
    expect(two(studio, "a", "b")).toEqual([
      "plan and build evict each other: LM Studio keeps one model that was loaded by a request",
    ]);
    expect(two({ ...studio, loaded }, "a", "b")).toEqual([]);
  });

  it("use models that take more memory together than there is", () => {
    const runtime = { ...ollama, installed: pair };
    const memory = { ...sampleMemory, budgetBytes: 16 * gigabyte };

    expect(two(runtime, "a", "b")).toEqual([]);
    expect(two(runtime, "a", "b", memory)).toEqual([
      "plan and build evict each other: their models take about 19.8 GB of 16.0 GB",
    ]);
    expect(two(runtime, "a", "a", memory)).toEqual([]);
  });
});

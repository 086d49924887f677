import { describe, expect, it } from "vitest";
import { byMode } from "../../src/core/mode.ts";
import { resolveWishes, wishFallbackText } from "../../src/core/model-choice.ts";
import { type GuideSettings, type ModelsState, noGuide, noModels } from "../../src/core/models.ts";
import type { RuntimeState } from "../../src/core/runtime.ts";
import { defaultSettings, type ModeSettings } from "../../src/core/settings.ts";
import {
  deepseek,
  gigabyte,
  qwenCoder,
  qwenCoder64k,
  sampleInstalled,
  sampleLoaded,
  sampleMemory,
  sampleRuntime,
} from "../fakes/sample-models.ts";
import { sampleNow } from "../fakes/sample-state.ts";

const small = sampleInstalled("qwen3:8b", {
  parameters: "8.2B",
  shape: { layers: 36, kvHeads: 8, keyLength: 128, valueLength: 128 },
});
const ollama = sampleRuntime("ollama", {
  address: { expected: true },
  installed: [small, qwenCoder, deepseek],
});
const lmstudio = sampleRuntime("lmstudio", {
  installed: [
    sampleInstalled("google/gemma-4-26b-a4b", { parameters: "26B-A4B", sizeBytes: 18 * gigabyte }),
  ],
});
const emptyMemory = { ...sampleMemory, usedBytes: 0 };

function down(runtime: RuntimeState): RuntimeState {
  const problem = { code: "runtime/refused", message: "no", remedy: "start it" } as const;
  const { installedAt: _, ...rest } = runtime;
  return { ...rest, installed: [], connection: { type: "down", since: sampleNow, problem } };
}

type Case = {
  readonly models?: Partial<ModelsState>;
  readonly plan?: Partial<ModeSettings>;
  readonly flag?: string;
  readonly variables?: GuideSettings["models"]["plan"];
  readonly temperatures?: GuideSettings["temperatures"]["plan"];
};

function wishes({ models, plan, flag, variables = [], temperatures = [] }: Case) {
  const modes = { ...defaultSettings.modes, plan: { env: {}, ...plan } };
  return resolveWishes({
    models: {
      ...noModels,
      surveyed: true,
      runtimes: [ollama, lmstudio],
      memory: emptyMemory,
      guide: {
        ...noGuide,
        models: { ...noGuide.models, plan: variables },
        temperatures: { ...noGuide.temperatures, plan: temperatures },
      },
      ...models,
    },
    settings: { modes },
    ...(flag ? { flags: { plan: flag } } : {}),
  });
}

const planWish = (given: Case) => wishes(given).plan;

const variable = { model: "qwen3-coder:30b", variable: "OLLAMA_MODEL_PLAN" };
const everything: Case = {
  flag: "a/flag",
  models: { picks: { plan: { model: "a/pick" } }, opencodeDefaults: { plan: "a/opencode" } },
  plan: { model: "a/project", modelFrom: "project" },
  variables: [variable],
};

describe("the wish of a mode", () => {
  it("comes from the strongest source that names a model", () => {
    const { flag: _, ...withoutFlag } = everything;
    const user = { model: "a/user", modelFrom: "user" } as const;
    const opencode = { opencodeDefaults: { plan: "a/opencode" } };

    expect(planWish(everything)).toEqual({ model: "a/flag", source: { from: "flag" } });
    expect(planWish(withoutFlag)).toEqual({ model: "a/pick", source: { from: "pick" } });
    expect(planWish({ ...withoutFlag, models: opencode })).toEqual({
      model: "a/project",
      source: { from: "project" },
    });
    expect(planWish({ models: opencode, plan: user, variables: [variable] })).toEqual({
      model: "ollama/qwen3-coder:30b",
      source: { from: "variable", name: "OLLAMA_MODEL_PLAN" },
    });
    expect(planWish({ models: opencode, plan: user })).toEqual({
      model: "a/user",
      source: { from: "user" },
    });
    expect(planWish({ models: opencode })).toEqual({
      model: "a/opencode",
      source: { from: "opencode" },
    });
    expect(planWish({})?.source).toEqual({ from: "chosen" });
  });

  it("is the model itself where a name of the settings is meant", () => {
    const named = sampleRuntime("mlx", {
      installed: [sampleInstalled("/m/qwen", { aliases: ["coder"] })],
    });
    const models = { runtimes: [ollama, named] };

    expect(planWish({ models, plan: { model: "mlx/coder", modelFrom: "project" } })).toEqual({
      model: "mlx//m/qwen",
      source: { from: "project" },
    });
    expect(
      planWish({ models, variables: [{ model: "coder", variable: "MLX_MODEL_PLAN" }] })?.model,
    ).toBe("mlx//m/qwen");
    expect(planWish({ models, plan: { model: "mlx/other" } })?.insteadOf).toBe("mlx/other");
  });

  it("falls back, visibly, when its model is gone from a runtime that answers", () => {
    const picks = { plan: { model: "ollama/gone" } };
    const wish = planWish({ models: { picks }, plan: { model: "ollama/qwen3:8b" } });

    expect(wish).toEqual({
      model: "ollama/qwen3:8b",
      source: { from: "project" },
      insteadOf: "ollama/gone",
    });
    expect(wish && wishFallbackText("plan", wish)).toBe(
      "plan: ollama/gone is not installed; uses ollama/qwen3:8b instead",
    );
  });

  it("stays while its runtime is down or has not answered", () => {
    const picks = { plan: { model: "ollama/gone" } };
    const probing = { ...ollama, connection: { type: "probing" } } as const;

    for (const runtime of [down(ollama), probing])
      expect(planWish({ models: { picks, runtimes: [runtime, lmstudio] } })?.model).toBe(
        "ollama/gone",
      );
    expect(planWish({ models: { picks, runtimes: [], surveyed: false } })?.model).toBe(
      "ollama/gone",
    );
  });

  it("stays when its model is gone and there is nothing else", () => {
    const picks = { plan: { model: "ollama/gone" } };
    const runtimes = [{ ...ollama, installed: [] }];

    expect(planWish({ models: { picks, runtimes } })).toEqual({
      model: "ollama/gone",
      source: { from: "pick" },
    });
  });

  it("finds an Ollama model without its tag, and keeps the name as it was given", () => {
    const runtimes = [{ ...ollama, installed: [sampleInstalled("qwen3:latest")] }];
    const wish = planWish({ models: { runtimes }, plan: { model: "ollama/Qwen3" } });

    expect(wish).toEqual({ model: "ollama/Qwen3", source: { from: "project" } });
  });

  it("may be of a provider that OpenCode knows and we do not", () => {
    const picks = { plan: { model: "anthropic/claude-sonnet" } };

    expect(planWish({ models: { picks } })?.model).toBe("anthropic/claude-sonnet");
  });
});

describe("the guide's variables", () => {
  const gemma = { model: "google/gemma-4-26b-a4b", variable: "LMSTUDIO_MODEL_PLAN" };
  const missing = { model: "llama3.1:70b", variable: "OLLAMA_MODEL_PLAN" };

  it("name the model of the first runtime that has it", () => {
    expect(planWish({ variables: [variable, gemma] })?.model).toBe("ollama/qwen3-coder:30b");
    expect(planWish({ variables: [missing, gemma] })).toEqual({
      model: "lmstudio/google/gemma-4-26b-a4b",
      source: { from: "variable", name: "LMSTUDIO_MODEL_PLAN" },
    });
  });

  it("name that of the first expected runtime while none is up", () => {
    const expectedStudio = { ...lmstudio, address: { ...lmstudio.address, expected: true } };
    const unexpected = { ...ollama, address: { ...ollama.address, expected: false } };
    const runtimes = [down(unexpected), down(expectedStudio)];

    expect(planWish({ variables: [missing, gemma], models: { runtimes } })?.model).toBe(
      "lmstudio/google/gemma-4-26b-a4b",
    );
  });

  it("let a runtime that answers decide, though another is down", () => {
    const runtimes = [ollama, down(lmstudio)];

    expect(planWish({ variables: [missing, gemma], models: { runtimes } })).toEqual({
      model: "ollama/qwen3-coder:30b",
      source: { from: "chosen" },
      insteadOf: "ollama/llama3.1:70b",
    });
  });

  it("mean the runtime called ollama when there are several, else the only one", () => {
    const box = { ...ollama, address: { ...ollama.address, id: "gpu-box" } };

    expect(planWish({ variables: [variable], models: { runtimes: [box, ollama] } })?.model).toBe(
      "ollama/qwen3-coder:30b",
    );
    expect(planWish({ variables: [variable], models: { runtimes: [box] } })?.model).toBe(
      "gpu-box/qwen3-coder:30b",
    );
  });

  it("take a full name as it is", () => {
    const full = { ...variable, model: "ollama/qwen3:8b" };

    expect(planWish({ variables: [full] })?.model).toBe("ollama/qwen3:8b");
  });

  it("take a publisher for a publisher, though a kind of runtime is called so", () => {
    const gpt = { model: "openai/gpt-oss-20b", variable: "LMSTUDIO_MODEL_PLAN" };
    const runtimes = [{ ...lmstudio, installed: [sampleInstalled("openai/gpt-oss-20b")] }];

    expect(planWish({ variables: [gpt], models: { runtimes } })?.model).toBe(
      "lmstudio/openai/gpt-oss-20b",
    );
  });
});

describe("a mode that runs a plain command", () => {
  it("has no wish, and what its settings name counts for no other mode", () => {
    const said = wishes({
      plan: { command: ["bash"], model: "ollama/qwen3:8b" },
      models: { picks: { plan: { model: "ollama/qwen3:8b" } } },
    });

    expect(said.plan).toBeUndefined();
    expect(said.build?.source).toEqual({ from: "chosen" });
  });
});

describe("with nothing set", () => {
  const chosen = (models: Partial<ModelsState>) => planWish({ models })?.model;
  const withModels = (...installed: readonly (typeof small)[]) => ({
    runtimes: [{ ...ollama, installed }],
  });

  it("all modes get the largest model that has tools and fits", () => {
    const all = wishes({});

    expect(byMode((mode) => all[mode]?.model)).toEqual(byMode(() => "ollama/qwen3-coder:30b"));
    const memory = { ...emptyMemory, totalBytes: 16 * gigabyte, budgetBytes: 16 * gigabyte };
    expect(chosen({ memory })).toBe("ollama/qwen3:8b");
  });

  it("nothing is chosen before all runtimes were asked, or while the memory is not known", () => {
    const { memory: _, ...unmeasured } = { ...noModels, ...withModels(small), surveyed: true };

    expect(chosen({ surveyed: false })).toBeUndefined();
    expect(resolveWishes({ models: unmeasured, settings: defaultSettings })).toEqual({});
  });

  it("a loaded model comes before a larger one, unless its context is too small", () => {
    const loaded = (context: number) => ({
      runtimes: [{ ...ollama, loaded: [sampleLoaded("qwen3:8b", { context, sizeBytes: 1 })] }],
    });

    expect(chosen(loaded(32_768))).toBe("ollama/qwen3:8b");
    expect(chosen(loaded(4096))).toBe("ollama/qwen3-coder:30b");
  });

  it("models without tools, for embedding, of a cloud or with a short context are no choice", () => {
    for (const change of [{ tools: false }, { chat: false }, { cloud: true }, { maxContext: 8192 }])
      expect(chosen(withModels({ ...small, ...change }))).toBeUndefined();
  });

  it("a model whose tools are not known counts where the runtime never tells", () => {
    const { tools: _, ...untold } = small;
    const runtime = sampleRuntime("mlx", { installed: [untold] });

    expect(chosen(withModels(untold))).toBeUndefined();
    expect(chosen({ runtimes: [runtime] })).toBe("mlx/qwen3:8b");
  });

  it("of two equal models the coder is chosen, and of variants the one with more context", () => {
    const coder = { ...small, name: "zz-coder:8b" };

    expect(chosen(withModels(small, coder))).toBe("ollama/zz-coder:8b");
    const memory = { ...emptyMemory, totalBytes: 40 * gigabyte, budgetBytes: 40 * gigabyte };
    expect(chosen({ ...withModels(qwenCoder, qwenCoder64k), memory })).toBe(
      "ollama/qwen3-coder:30b-ctx64k",
    );
  });

  it("the model of another mode is shared", () => {
    const all = wishes({ plan: { model: "ollama/qwen3:8b" } });

    expect(all.build).toEqual({ model: "ollama/qwen3:8b", source: { from: "chosen" } });
  });

  it("the choice holds when something else is loaded, until its model is gone", () => {
    const first = wishes({});
    const loaded = { ...ollama, loaded: [sampleLoaded("qwen3:8b")] };

    const models = { wishes: first, runtimes: [loaded] };
    expect(chosen(models)).toBe("ollama/qwen3-coder:30b");
    expect(chosen({ ...models, runtimes: [down(ollama)] })).toBe("ollama/qwen3-coder:30b");
    expect(chosen({ ...models, ...withModels(small) })).toBe("ollama/qwen3:8b");
  });
});

describe("the temperature of a mode", () => {
  const temperatures = [
    { runtime: "lmstudio", value: 0.7, variable: "LMSTUDIO_TEMPERATURE_PLAN" },
    { runtime: "mlx", value: 0.3, variable: "MLX_TEMP_PLAN" },
  ];
  const gemma = { model: "lmstudio/google/gemma-4-26b-a4b" };

  it("is that of the settings, else of the variable of the model's runtime", () => {
    expect(
      planWish({ temperatures, plan: { ...gemma, temperature: 0, temperatureFrom: "user" } }),
    ).toMatchObject({ temperature: 0, temperatureSource: { from: "user" } });
    expect(planWish({ temperatures, plan: gemma })).toMatchObject({
      temperature: 0.7,
      temperatureSource: { from: "variable", name: "LMSTUDIO_TEMPERATURE_PLAN" },
    });
    expect(planWish({ temperatures })).not.toHaveProperty("temperature");
  });

  it("is that of its runtime in the project's file, else of a variable, else in the user's file", () => {
    const of = (from: "project" | "user", given: Case = {}) => {
      const tuning = { temperature: { plan: { value: 0.4, from }, build: { value: 1, from } } };
      const tuned = { ...lmstudio, address: { ...lmstudio.address, tuning } };
      const models = { runtimes: [ollama, tuned] };
      const { temperature, temperatureSource } = planWish({ models, plan: gemma, ...given }) ?? {};
      return [temperature, temperatureSource?.from];
    };

    expect(of("project", { temperatures })).toEqual([0.4, "project"]);
    expect(of("user", { temperatures })).toEqual([0.7, "variable"]);
    expect(of("user")).toEqual([0.4, "user"]);
    expect(of("project", { plan: { ...gemma, temperature: 0 } })).toEqual([0, "project"]);
    expect(of("project", { plan: { model: "ollama/qwen3:8b" } })).toEqual([undefined, undefined]);
  });
});

import { describe, expect, it } from "vitest";
import { translateMlxConfig } from "../../src/profiles/mlx-config.ts";
import { settingsSchema } from "../../src/project/settings-schema.ts";

/** What a file amounts to, which ai-rules.json has to take. */
function translated(text: string) {
  const result = translateMlxConfig(text);
  if ("code" in result) throw new Error(result.message);
  expect(settingsSchema.safeParse({ runtimes: result.settings }).error?.issues ?? []).toEqual([]);
  return result;
}

const mlx = (text: string) => translated(text).settings.mlx;
const unread = (text: string) => translated(text).unread.map(({ key, why }) => `${key}: ${why}`);

function problemOf(text: string) {
  const result = translateMlxConfig(text, "mlx_gpu_config.yml");
  if (!("code" in result)) throw new Error(`it is read: ${JSON.stringify(result)}`);
  return result;
}

/** All that the guide's variables say. */
const whole = {
  memoryLimit: 45_000_000_000,
  quantization: { bits: 4, groupSize: 128 },
  batch: { plan: 1, build: 4, review: 8 },
  temperature: { plan: 0.7, build: 0.3, review: 0.5 },
  modelsPath: "mlx_models",
  models: { plan: "Llama-3.1-70B-4bit", build: "Qwen3-Coder-30B-4bit" },
};

const flat = `
# Settings of MLX
MLX_MODELS_PATH: mlx_models
MLX_VRAM_LIMIT: 45000000000
MLX_QUANTIZATION_BITS: 4
MLX_QUANTIZATION_GROUP_SIZE: 128
MLX_BATCH_PLAN: 1
MLX_BATCH_BUILD: 4
MLX_BATCH_REVIEW: 8
MLX_TEMP_PLAN: 0.7
MLX_TEMP_BUILD: "0.3"
MLX_TEMP_REVIEW: .5
MLX_MODEL_PLAN: Llama-3.1-70B-4bit
MLX_MODEL_BUILD: Qwen3-Coder-30B-4bit
`;

const nested = `
mlx:
  models_path: ./mlx_models
  gpu:
    vram_limit: "45000000000"
  quantization:
    bits: 4
    group_size: 128
  batch_size: { plan: 1, build: 4, review: 8 }
  temperature:
    plan: 0.7
    build: 0.3
    review: 0.5
  models:
    plan:
      path: "\${MLX_MODELS_PATH}/Llama-3.1-70B-4bit"
    build:
      path: mlx_models/Qwen3-Coder-30B-4bit
`;

const byMode = `
mlxConfig:
  modelsDir: $PWD/mlx_models
  memoryLimit: 45000000000
  quantization: { bits: 4bit, groupSize: 128 }
  modes:
    plan: { model: Llama-3.1-70B-4bit, batchSize: 1, temperature: 0.7 }
    build: { model: ./mlx_models/Qwen3-Coder-30B-4bit, batchSize: 4, temperature: 0.3 }
    review: { batchSize: 8, temperature: 0.5 }
`;

const listed = `
models_path: mlx_models/
max_vram: 45000000000
quant_bits: 4
q_group_size: 128
batch: { planning: 1, building: 4, reviewing: 8 }
models:
  - name: plan
    path: Llama-3.1-70B-4bit
    temperature: 0.7
  - name: build
    path: Qwen3-Coder-30B-4bit
    temp: 0.3
review_temp: 0.5
`;

describe("a settings file of MLX", () => {
  it.each([
    ["flat, as the variables are", flat, "mlx_models"],
    ["nested", nested, "./mlx_models"],
    ["by mode, in camel case", byMode, "mlx_models"],
    ["with a list of models", listed, "mlx_models/"],
  ])("is read %s", (_, text, modelsPath) => {
    expect(translated(text)).toEqual({ settings: { mlx: { ...whole, modelsPath } }, unread: [] });
  });

  it.each([
    ["vram_limit: 45GB", "45GB"],
    ["vram_limit: 45 GiB", "45 GiB"],
    ["vramLimit: 45", "45GB"],
    ["vram_limit_gb: 45.5", "45.5GB"],
    ["gpu: { memory: { limit_mb: 2048 } }", "2048MB"],
    ["max_memory: 4096", 4096],
  ])("has a memory limit: %s", (text, memoryLimit) => {
    expect(mlx(text)).toEqual({ memoryLimit });
  });

  it.each([
    ["context: { plan: 32768, build: 64k }", { context: { plan: 32_768, build: 65_536 } }],
    ["context_length: 32k", { context: { plan: 32_768, build: 32_768, review: 32_768 } }],
    ["batch: 4\nbatch_plan: 1", { batch: { plan: 1, build: 4, review: 4 } }],
    ["batch_plan: 1\nbatch: 4", { batch: { plan: 1, build: 4, review: 4 } }],
    ["max_tokens: 4096", { maxTokens: 4096 }],
    ["maxOutputTokens: 4k", { maxTokens: 4096 }],
    ["quantization: int8", { quantization: { bits: 8 } }],
    ["quantization: q4", { quantization: { bits: 4 } }],
    ["server: { host: 127.0.0.1, port: 8081 }", { url: "http://127.0.0.1:8081" }],
    ["port: 9000", { url: "http://127.0.0.1:9000" }],
    ["host: mac.lan", { url: "http://mac.lan:8080" }],
    ["url: http://mac.lan:8080/v1\nport: 1", { url: "http://mac.lan:8080/v1" }],
    ["mlx: { enabled: false }", { enabled: false }],
    ["x: &t 0.7\ntemp_plan: *t", { temperature: { plan: 0.7 } }],
    [
      "base: &b { temp_plan: 0.7, temp_build: 0.1 }\nmlx: { <<: *b, temp_build: 0.2 }",
      { temperature: { plan: 0.7, build: 0.1 } },
    ],
  ])("may say %j", (text, settings) => {
    expect(mlx(text)).toEqual(settings);
  });

  it.each([
    ["models: { coder: mlx-community/Qwen3-4bit }", { coder: "mlx-community/Qwen3-4bit" }],
    [
      "models: [mlx-community/Qwen3-4bit, /m/other]",
      { "Qwen3-4bit": "mlx-community/Qwen3-4bit", other: "/m/other" },
    ],
    ["models: [{ name: mlx-community/Qwen3 }]", { "mlx-community-Qwen3": "mlx-community/Qwen3" }],
    ["models: [{ path: a/Qwen3 }, b/Phi]", { Qwen3: "a/Qwen3", Phi: "b/Phi" }],
    ["models: { Llama 3 (large): { hf_repo: a/b } }", { "Llama-3-large-": "a/b" }],
    [
      "models_path: /m\nmodels: { a: /m/sub/a, b: /elsewhere/b }",
      { a: "sub/a", b: "/elsewhere/b" },
    ],
    ["models_path: m\nmodels: { a: ../b, c: ./m/c, d: x/d }", { a: "../../b", c: "c", d: "x/d" }],
    ["models: { a: ./models/a, b: repo/b }", { a: "models/a", b: "repo/b" }],
    ["models: { a: $HOME/a }", { a: "~/a" }],
    ["plan: { model: { path: a/b } }", { plan: "a/b" }],
    ["models: { __proto__: a/b }", { proto__: "a/b" }],
  ])("names models: %s", (text, models) => {
    expect(mlx(text)?.models).toEqual(models);
  });

  it("means models from the project where it has no directory of them", () => {
    expect(mlx("models: { a: ./models/a }")?.modelsPath).toBe(".");
    expect(mlx("models: { a: repo/a }")?.modelsPath).toBeUndefined();
  });

  it("is read as far as it can be, and the rest is told key by key", () => {
    const text = `
tensor_parallel: 5
maxGPUs: 5
gpu: { acceleration: true }
metal: { enabled: true }
vram_limit: lots
quantization: { bits: 7, group_size: 50, mode: affine }
batch: { plan: 0, build: [1, 2] }
temp_plan: hot
TEMP_REVIEW: 3
context: { plan: wide }
context_plan: 8k
context: 32k
max_tokens_plan: 5
retries: { maxAttempts: 2 }
lmstudio: { context: 4096 }
models:
  coder: { path: a/b, temperature: 0.1 }
  empty: ""
  "---": a/c
  plan: { bits: 8, path: [] }
`;
    // One key twice is no YAML: the second one is written in another way.
    const { settings } = translated(text.replace("\ncontext: 32k", "\nctx: 32k"));

    expect(settings).toEqual({
      mlx: {
        context: { plan: 8192, build: 32_768, review: 32_768 },
        models: { coder: "a/b" },
      },
    });
    expect(unread(text.replace("\ncontext: 32k", "\nctx: 32k"))).toEqual([
      "tensor_parallel: a Mac has one GPU; MLX spreads a model over several machines only, by mlx.launch",
      "maxGPUs: a Mac has one GPU; MLX spreads a model over several machines only, by mlx.launch",
      "gpu.acceleration: mlx_lm.server has no such switch; it always uses the GPU",
      "metal.enabled: mlx_lm.server has no such switch; it always uses the GPU",
      'vram_limit: expected a size such as "45GB", got "lots"',
      "quantization.bits: expected one of 2, 3, 4, 5, 6, 8, got 7",
      "quantization.group_size: expected one of 32, 64, 128, got 50",
      'quantization.mode: expected one of 2, 3, 4, 5, 6, 8, got "affine"',
      "batch.plan: expected a whole number from 1 on, got 0",
      "batch.build: expected a whole number from 1 on, got [1,2]",
      'temp_plan: expected a number from 0 to 2, got "hot"',
      "TEMP_REVIEW: expected a number from 0 to 2, got 3",
      'context.plan: expected a number of tokens, got "wide"',
      "max_tokens_plan: ai-rules has it for all modes alike",
      "retries.maxAttempts: ai-rules has no such setting",
      "lmstudio.context: it says something of another runtime",
      "models.plan.bits: ai-rules has it for all modes alike",
      "models.coder.temperature: ai-rules has no such setting for a single model",
      "models.empty: ai-rules has no such setting for a single model",
      "models.---: a model's name has letters or digits",
      "models.plan.path: ai-rules has no such setting for a single model",
    ]);
  });

  it("counts the first of two keys that say the same", () => {
    expect(
      translated("batch_plan: 1\nMLX_BATCH_PLAN: 2\nmodels: { a: x }\nmodel: { a: y }"),
    ).toEqual({
      settings: { mlx: { batch: { plan: 1 }, models: { a: "x" } } },
      unread: [
        { key: "MLX_BATCH_PLAN", why: "batch_plan says it already" },
        { key: "model.a", why: "another model is called a already" },
      ],
    });
  });

  it.each([
    ["empty", ""],
    ["only comments", "# nothing\n"],
    ["an empty map", "{}"],
    ["null", "null"],
  ])("says nothing when it is %s", (_, text) => {
    expect(translated(text)).toEqual({ settings: {}, unread: [] });
  });

  it("shows no control characters of it", () => {
    const [first] = unread('"odd\\e[31m": 1\n');

    expect(first).toMatch(/^odd.*: ai-rules has no such setting$/);
    expect(first).not.toContain("\u001b");
  });
});

describe("a settings file of MLX that cannot be read", () => {
  it.each([
    ["tabs", "mlx:\n\tbits: 4\n", 2],
    ["an open bracket", "mlx: { bits: 4\n", 2],
    ["a key twice", "bits: 4\nbits: 8\n", 2],
    ["two documents", "bits: 4\n---\nbits: 8\n", 2],
  ])("has %s: told with its place", (_, text, line) => {
    expect(problemOf(text)).toMatchObject({
      code: "settings/mlx-config",
      message: expect.stringMatching(/^mlx_gpu_config\.yml is no YAML: [^\n]+$/),
      position: { file: "mlx_gpu_config.yml", line },
    });
  });

  it.each([
    ["a list", "- 1\n"],
    ["a text", "just words\n"],
    ["a number", "5"],
  ])("is %s", (_, text) => {
    expect(problemOf(text).message).toBe("mlx_gpu_config.yml holds no settings");
  });

  it("is longer than any person writes settings", () => {
    expect(problemOf(`bits: 4\n${"# more\n".repeat(20_000)}`).message).toContain("too long");
  });

  it("stands for more than memory holds, by aliases of aliases", () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
        : `a${level}: &a${level} [${Array(10)
            .fill(`*a${level - 1}`)
            .join(", ")}]`,
    );

    expect(problemOf(levels.join("\n")).message).toMatch(/cannot be read: Excessive alias count/);
  });

  it("names an anchor that nobody set", () => {
    expect(problemOf("bits: *no\n").message).toMatch(/cannot be read: Unresolved alias/);
  });

  it("is nested deeper than any stack", () => {
    expect(problemOf(`a: ${"[".repeat(60_000)}`).code).toBe("settings/mlx-config");
    expect(problemOf(`a: ${"{b: ".repeat(15_000)}1${"}".repeat(15_000)}`).code).toBe(
      "settings/mlx-config",
    );
  });

  it("holds an anchor that holds itself", () => {
    const result = translateMlxConfig("a: &a { b: *a, temp_plan: 0.5 }");

    expect(result).toMatchObject({ code: "settings/mlx-config" });
  });

  it("names the file that was given", () => {
    const result = translateMlxConfig("- 1", "config/mlx_gpu_config.yml");

    expect(result).toMatchObject({ position: { file: "config/mlx_gpu_config.yml" } });
  });
});

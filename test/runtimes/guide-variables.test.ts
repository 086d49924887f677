import { describe, expect, it } from "vitest";
import { noGuide } from "../../src/core/models.ts";
import { readGuideVariables } from "../../src/runtimes/guide-variables.ts";

/** As a shell of the guide sets them on a Mac. */
const guide = {
  OLLAMA_HOST: "http://localhost:11434",
  OLLAMA_MODEL_PLAN: "llama3.1:70b-instruct-q8_0",
  OLLAMA_MODEL_BUILD: "deepseek-coder-v2:16b-instruct",
  OLLAMA_MODEL_REVIEW: "llama3.1:70b-instruct-q8_0",
  OLLAMA_KEEP_ALIVE: "30m",
  LMSTUDIO_MODEL_PLAN: "phi-4-mini-instruct",
  LMSTUDIO_TEMPERATURE_PLAN: "0.7",
  LMSTUDIO_TEMPERATURE_BUILD: "0.3",
  LMSTUDIO_MAX_TOKENS: "4096",
  LMSTUDIO_CONTEXT_WINDOW: "8192",
  MLX_MODELS_PATH: "/project/mlx_models",
  MLX_TENSOR_PARALLEL: "1",
  MLX_MAX_GPUS: "1",
  MLX_VRAM_LIMIT: "45000000000",
  MLX_QUANTIZATION_BITS: "4",
  MLX_QUANTIZATION_GROUP_SIZE: "128",
  MLX_BATCH_PLAN: "1",
  MLX_BATCH_BUILD: "4",
  MLX_BATCH_REVIEW: "8",
  MLX_TEMP_PLAN: "0.6",
};

describe("the guide's variables", () => {
  it("say nothing where none is set", () => {
    expect(readGuideVariables({ PATH: "/bin", OLLAMA_MODEL_PLAN: " " })).toEqual(noGuide);
  });

  it("name a model for each mode, Ollama's first", () => {
    const { models } = readGuideVariables(guide);

    expect(models.plan).toEqual([
      { model: "llama3.1:70b-instruct-q8_0", variable: "OLLAMA_MODEL_PLAN" },
      { model: "phi-4-mini-instruct", variable: "LMSTUDIO_MODEL_PLAN" },
    ]);
    expect(models.build.map(({ variable }) => variable)).toEqual(["OLLAMA_MODEL_BUILD"]);
  });

  it("name a temperature for each mode and runtime", () => {
    const { temperatures } = readGuideVariables(guide);

    expect(temperatures.plan).toEqual([
      { runtime: "lmstudio", value: 0.7, variable: "LMSTUDIO_TEMPERATURE_PLAN" },
      { runtime: "mlx", value: 0.6, variable: "MLX_TEMP_PLAN" },
    ]);
    expect(temperatures.review).toEqual([]);
  });

  it("say how long models stay, what they may take, where they are and how long answers get", () => {
    expect(readGuideVariables(guide)).toMatchObject({
      keepAlive: "30m",
      budgetBytes: 45_000_000_000,
      modelsPath: "/project/mlx_models",
      outputTokens: 4096,
      problems: [],
    });
  });

  it("are explained where nothing reads them", () => {
    const { unused } = readGuideVariables({
      ...guide,
      OLLAMA_NUM_GPU: "1",
      OLLAMA_NUM_THREAD: "8",
    });

    expect(unused.map(({ variable }) => variable).sort()).toEqual([
      "LMSTUDIO_CONTEXT_WINDOW",
      "MLX_BATCH_BUILD",
      "MLX_BATCH_PLAN",
      "MLX_BATCH_REVIEW",
      "MLX_MAX_GPUS",
      "MLX_QUANTIZATION_BITS",
      "MLX_QUANTIZATION_GROUP_SIZE",
      "MLX_TENSOR_PARALLEL",
      "OLLAMA_NUM_GPU",
      "OLLAMA_NUM_THREAD",
    ]);
    expect(unused.every(({ why }) => why.length > 0 && !why.includes("\n"))).toBe(true);
  });

  for (const text of ["30m", "1h30m", "1.5h", "-1", "0", "300", "-5m", "500ms"]) {
    it(`take "${text}" as a time to keep a model`, () => {
      expect(readGuideVariables({ OLLAMA_KEEP_ALIVE: text })).toMatchObject({
        keepAlive: text,
        problems: [],
      });
    });
  }

  const bad: readonly (readonly [string, string])[] = [
    ["OLLAMA_KEEP_ALIVE", "30 minutes"],
    ["OLLAMA_KEEP_ALIVE", "forever"],
    ["OLLAMA_KEEP_ALIVE", "1.5"],
    ["MLX_VRAM_LIMIT", "a lot"],
    ["MLX_VRAM_LIMIT", "-5GB"],
    ["MLX_MODELS_PATH", "./models"],
    ["LMSTUDIO_MAX_TOKENS", "many"],
    ["LMSTUDIO_MAX_TOKENS", "0"],
    ["LMSTUDIO_TEMPERATURE_BUILD", "hot"],
    ["MLX_TEMP_BUILD", "3"],
    ["OLLAMA_MODEL_PLAN", "two models"],
  ];
  for (const [variable, text] of bad) {
    it(`are a problem and count as not set when ${variable} is "${text}"`, () => {
      const { problems, ...rest } = readGuideVariables({ [variable]: text });

      expect(problems).toEqual([expect.objectContaining({ code: "settings/variable" })]);
      expect(problems[0]?.message).toContain(`${variable} is "${text}"`);
      expect({ ...rest, problems: [] }).toEqual(noGuide);
    });
  }

  it("take sizes with units", () => {
    expect(readGuideVariables({ MLX_VRAM_LIMIT: "45GB" }).budgetBytes).toBe(45 * 1024 ** 3);
  });
});

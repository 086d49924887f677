import { describe, expect, it } from "vitest";
import type { RuntimeTuning } from "../../../src/core/runtime-tuning.ts";
import { mlxByHand, startMlxByHand } from "../../../src/runtimes/mlx/mlx-by-hand.ts";

const project = <T>(value: T) => ({ value, from: "project" as const });
const repository = "Qwen/Qwen3-Coder-30B-A3B-Instruct";

describe("how to get a model of MLX by hand", () => {
  const pull = (model: string, tuning?: RuntimeTuning) =>
    mlxByHand({ deed: "pull", url: "http://127.0.0.1:8080", model, tuning });

  it.each([
    ["is a download", undefined, `hf download ${repository}`],
    [
      "goes where the models are",
      { modelsPath: project("/home/me/mlx models") },
      `hf download ${repository} --local-dir '/home/me/mlx models/Qwen3-Coder-30B-A3B-Instruct'`,
    ],
    [
      "converts it as the settings want it",
      { quantization: project({ bits: 8, groupSize: 32 }), modelsPath: project("/models") },
      `mlx_lm.convert --hf-path ${repository} --mlx-path /models/Qwen3-Coder-30B-A3B-Instruct-8bit -q --q-bits 8 --q-group-size 32`,
    ],
    [
      "converts it with MLX's own bits where none are set",
      { quantization: project({ groupSize: 128 }) },
      `mlx_lm.convert --hf-path ${repository} --mlx-path Qwen3-Coder-30B-A3B-Instruct-4bit -q --q-bits 4 --q-group-size 128`,
    ],
  ] as const)("%s", (_, tuning, command) => {
    expect(pull(repository, tuning)).toBe(command);
  });

  it("only downloads what is quantised already", () => {
    const tuning = { quantization: project({ bits: 8 }) };

    expect(pull("mlx-community/Qwen3-8B-4bit", tuning)).toBe(
      "hf download mlx-community/Qwen3-8B-4bit",
    );
  });
});

describe("how MLX is started by hand", () => {
  const start = (tuning: RuntimeTuning, url = "http://127.0.0.1:8080", sizeBytes?: number) =>
    startMlxByHand({
      url,
      model: { name: "/models/coder", ...(sizeBytes === undefined ? {} : { sizeBytes }) },
      tuning,
    });

  it("takes the largest batch, the longest answer, and what the limit leaves beside the weights", () => {
    const tuning = {
      batch: { plan: project(1), build: project(4), review: project(2) },
      maxTokens: project(4096),
      memoryLimit: project(30_000),
    };

    expect(start(tuning, "http://127.0.0.1:8080", 10_000)).toBe(
      "mlx_lm.server --model /models/coder --port 8080 --decode-concurrency 4 --max-tokens 4096 --prompt-cache-bytes 20000",
    );
  });

  it.each([
    ["is not known", undefined],
    ["is over the limit alone", 40_000],
  ])("says nothing of what is kept where the size of the weights %s", (_, sizeBytes) => {
    expect(start({ memoryLimit: project(30_000) }, "http://127.0.0.1:8080", sizeBytes)).toBe(
      "mlx_lm.server --model /models/coder --port 8080",
    );
  });

  it.each([
    ["http://mac.lan:9000", "--host mac.lan --port 9000"],
    ["http://[fd00::1]:9000", "--host fd00::1 --port 9000"],
    ["http://localhost", "--port 80"],
  ])("listens at %s", (url, options) => {
    expect(start({}, url)).toBe(`mlx_lm.server --model /models/coder ${options}`);
  });

  it("is safe to paste, whatever a model is called", () => {
    const name = "/m/'; rm -rf $HOME #\u001b[31m\u202e";
    const command = startMlxByHand({ url: "http://127.0.0.1:8080", model: { name }, tuning: {} });

    expect(command).not.toMatch(/[^ -~]/);
    expect(command.replace(/'\\''/g, "").replace(/'[^']*'/g, "")).not.toMatch(/rm|HOME/);
  });
});

/** How the settings want models to be used, and what `ai-rules models` makes of it. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { lmStudioModels, startLmStudioServer } from "../fakes/lmstudio-server.ts";
import { mlxModels, startMlxServer } from "../fakes/mlx-server.ts";
import { begin, reportOf } from "./models-scene.ts";

const [hub = ""] = mlxModels;

/** A project that says how MLX's models are used, with one of its own on the disk. */
async function mlxProject(tuning: object = {}, variables = {}) {
  const server = await startMlxServer();
  onTestFinished(() => server.close());
  const mlx = {
    url: server.url,
    memoryLimit: "24GB",
    quantization: { bits: 4, groupSize: 128 },
    batch: { plan: 1, build: 4, review: 8 },
    temperature: { plan: 0.7, build: 0.3 },
    context: { plan: "32k", build: 65_536 },
    maxTokens: 4096,
    modelsPath: "mlx_models",
    models: { coder: "qwen", hub, gone: "not/there" },
    ...tuning,
  };
  const scene = await begin({ settings: { runtimes: { mlx } }, variables, ram: 64 });
  const path = join(scene.project, "mlx_models", "qwen");
  await mkdir(path, { recursive: true });
  const config = {
    model_type: "qwen3_moe",
    num_hidden_layers: 48,
    num_attention_heads: 32,
    num_key_value_heads: 4,
    head_dim: 128,
    hidden_size: 2048,
    max_position_embeddings: 262_144,
    quantization: { bits: 4, group_size: 64 },
  };
  await writeFile(join(path, "config.json"), JSON.stringify(config));
  await writeFile(join(path, "model.safetensors"), "weights");
  return { ...scene, server, path };
}

describe("settings of MLX", () => {
  it("are listed, each with where it is from and what it does", async () => {
    const { done, path } = await mlxProject();

    const { out } = await done("models");

    const section = out.slice(out.indexOf("settings of the runtimes"));
    expect(section.split("\n").map((line) => line.replace(/ {2,}/g, "  "))).toEqual([
      "settings of the runtimes",
      "  SETTING  VALUE  FROM",
      "  mlx.memoryLimit  24.0 GB  ai-rules.json",
      "  whether a model fits is judged by it; MLX itself is not bound by it",
      "  mlx.quantization  4 bits, groups of 128  ai-rules.json",
      "  for models that are converted: mlx_lm.convert -q --q-bits 4 --q-group-size 128",
      "  mlx.maxTokens  4096  ai-rules.json",
      "  the longest answer an agent asks for, at most half of its context",
      `  mlx.modelsPath  ${path.replace(/\/qwen$/, "")}  ai-rules.json`,
      "  models below it are listed",
      "  mlx.batch  plan 1, build 4, review 8  ai-rules.json",
      "  for the start, one for all modes: mlx_lm.server --decode-concurrency 8",
      "  mlx.temperature  plan 0.7, build 0.3  ai-rules.json",
      "  does nothing: the mode uses no model of it",
      "  mlx.context  plan 32k, build 64k  ai-rules.json",
      "  if the mode uses a model of it: the agent sends no more, and MLX keeps no more of it",
      "  mlx.models  coder = qwen  ai-rules.json",
      `  mlx/coder means ${path}`,
      `  mlx.models  hub = ${hub}  ai-rules.json`,
      `  mlx/hub means ${hub}`,
      "  mlx.models  gone = not/there  ai-rules.json",
      "  does nothing: there is no such model, in no directory and not among those that MLX lists",
    ]);
    expect(out).toMatch(/^ +mlx\/coder +0 MB +4bit/m);
  });

  it("name models, which are picked and requested by what MLX calls them", async () => {
    const { done, path, server } = await mlxProject();

    expect((await done("models use plan mlx/coder")).out).toBe(`plan: mlx/${path}`);
    expect((await done("models use build hub")).out).toBe(`build: mlx/${hub}`);
    await done("models load coder");
    const report = await reportOf(done);

    expect(server.loads).toEqual([path]);
    expect(server.downloads).toEqual([]);
    expect(report.models.find(({ name }) => name === path)).toMatchObject({
      aliases: ["coder"],
      usedBy: ["plan"],
    });
    expect(report.modes.plan).toMatchObject({
      temperature: 0.7,
      temperatureSource: { from: "project" },
    });
    expect(report.settings.find(({ setting }) => setting === "temperature")).toEqual({
      runtime: "mlx",
      setting: "temperature",
      key: "plan",
      value: 0.7,
      source: { from: "project" },
      used: true,
      does: "the agent is given it",
    });
  });

  it("name models for the variables of the guide and the settings of modes, too", async () => {
    const { done, path } = await mlxProject({}, { MLX_MODEL_REVIEW: "coder" });

    const { modes } = await reportOf(done);

    expect(modes.review).toMatchObject({
      model: `mlx/${path}`,
      source: { from: "variable", name: "MLX_MODEL_REVIEW" },
    });
  });

  it("propose a name that was mistyped", async () => {
    const { failed } = await mlxProject();

    expect((await failed("models show mlx/codr")).remedy).toBe("did you mean mlx/coder?");
  });

  it("judge whether a model fits: the limit, the context, weights by the name alone", async () => {
    const { done } = await mlxProject();

    expect((await done("models fit hub")).out.split("\n").slice(0, 4)).toEqual([
      `mlx/${hub} with a context of 64k`,
      "  weights (guessed) 15.7 GB + context 64k (guessed) 16.0 GB = about 31.7 GB",
      "  free 24.0 GB of 24.0 GB (runtimes.mlx.memoryLimit)",
      "  will not fit into the memory of this machine",
    ]);
  });

  it("stand in the commands to do it by hand", async () => {
    const { done, failed, path, server } = await mlxProject();
    const { port } = new URL(server.url);

    expect((await done("models show coder")).out).toMatch(
      new RegExp(
        `named +coder\\n[^]*started by +mlx_lm\\.server --model ${path} --port ${port} --decode-concurrency 8 --max-tokens 4096 --prompt-cache-bytes \\d+`,
      ),
    );
    expect((await failed("models pull mlx/Qwen/Qwen3-8B")).remedy).toBe(
      `run \`mlx_lm.convert --hf-path Qwen/Qwen3-8B --mlx-path ${path.replace(/qwen$/, "Qwen3-8B-4bit")} -q --q-bits 4 --q-group-size 128\``,
    );
  });
});

describe("settings of LM Studio", () => {
  const studioProject = async (context: object) => {
    const studio = await startLmStudioServer();
    onTestFinished(() => studio.close());
    const lmstudio = { url: studio.url, context };
    const key = lmStudioModels.find(({ type, tools }) => type !== "embedding" && tools)?.key ?? "";
    return { studio, key, ...(await begin({ settings: { runtimes: { lmstudio } } })) };
  };

  it("are the context that a model is loaded with", async () => {
    const { done, studio, key } = await studioProject({ plan: 8192, build: "16k" });

    await done(`models load lmstudio/${key}`);
    expect(studio.instances.map((each) => each.context)).toEqual([16_384]);

    await done(`models unload lmstudio/${key}`);
    await done(`models load lmstudio/${key} --context 4k`);
    expect(studio.instances.map((each) => each.context)).toEqual([4096]);
  });

  it("are what a picked model is loaded with, once", async () => {
    const { done, studio, key } = await studioProject({ plan: 8192, build: "16k" });

    await done(`models use plan lmstudio/${key}`);
    expect(studio.instances.map((each) => each.context)).toEqual([8192]);
    await done(`models use build lmstudio/${key}`);
    await done(`models use plan lmstudio/${key}`);

    expect(studio.instances.map((each) => each.context)).toEqual([16_384]);
    const loads = studio.requests.filter(({ path }) => path === "/api/v1/models/load");
    expect(loads).toHaveLength(2);
  });

  it("are missed where a request would load the model without them", async () => {
    const { done, key } = await studioProject({ build: 32_768 });
    await done(`models use build lmstudio/${key}`);
    await done(`models unload lmstudio/${key}`);

    const { warnings } = await reportOf(done);

    expect(warnings.map(({ text }) => text.replace(/^.*: /, ""))).toContain(
      `${key} is not loaded, and a request loads it with LM Studio's own context; the settings want 32k`,
    );
  });
});

describe("variables of the development shell", () => {
  it("stand beside the settings, each with where it is from", async () => {
    const { done } = await begin({
      settings: { runtimes: { ollama: { keepAlive: "2h" }, mlx: {}, lmstudio: {} } },
      variables: {
        OLLAMA_KEEP_ALIVE: "30m",
        MLX_MODELS_PATH: "/nowhere/models",
        LMSTUDIO_MAX_TOKENS: "4096",
      },
    });

    const { out } = await done("models");
    const { settings } = await reportOf(done);

    const section = out.slice(out.indexOf("settings of the runtimes"));
    expect(section.split("\n").map((line) => line.replace(/ {2,}/g, "  "))).toEqual([
      "settings of the runtimes",
      "  SETTING  VALUE  FROM",
      "  ollama.keepAlive  2h  ai-rules.json",
      "  models loaded from here stay so long after a request",
      "  ollama.keepAlive  30m  OLLAMA_KEEP_ALIVE",
      "  does nothing: ai-rules.json is stronger",
      "  lmstudio.maxTokens  4096  LMSTUDIO_MAX_TOKENS",
      "  the longest answer an agent asks for, at most half of its context",
      "  mlx.modelsPath  /nowhere/models  MLX_MODELS_PATH",
      "  models below it are listed",
    ]);
    expect(settings.map(({ setting, source }) => [setting, source.from, source.name])).toEqual([
      ["keepAlive", "project", undefined],
      ["keepAlive", "variable", "OLLAMA_KEEP_ALIVE"],
      ["maxTokens", "variable", "LMSTUDIO_MAX_TOKENS"],
      ["modelsPath", "variable", "MLX_MODELS_PATH"],
    ]);
  });
});

describe("settings of Ollama", () => {
  it("are the context of the variant that is made for a pick", async () => {
    const runtimes = { ollama: { context: { build: "64k" } } };
    const { done, ollama } = await begin({ settings: { runtimes } });

    expect((await done("models use build llama3.1:8b")).out).toBe(
      "build: ollama/llama3.1:8b-ctx64k",
    );
    expect((await done("models use plan qwen3-coder:30b")).out).toBe(
      "plan: ollama/qwen3-coder:30b",
    );
    expect((await done("models use build llama3.1:8b-ctx64k")).out).toBe(
      "build: ollama/llama3.1:8b-ctx64k",
    );
    expect(ollama.requests.filter(({ path }) => path === "/api/create")).toHaveLength(1);
  });
});

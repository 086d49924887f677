import { describe, expect, it, onTestFinished } from "vitest";
import type { AdapterContext } from "../../../src/runtimes/adapter.ts";
import { mlx } from "../../../src/runtimes/mlx/mlx.ts";
import { adapterContext, neverAborted } from "../../fakes/adapter-context.ts";
import { memoryFiles } from "../../fakes/memory-files.ts";
import { type MlxServerOptions, mlxModels, startMlxServer } from "../../fakes/mlx-server.ts";
import { until } from "../../fakes/until.ts";

const [coder = "", small = ""] = mlxModels;

const config = {
  model_type: "qwen3_moe",
  num_hidden_layers: 48,
  num_attention_heads: 32,
  num_key_value_heads: 4,
  hidden_size: 2048,
  head_dim: 128,
  max_position_embeddings: 262144,
  quantization: { group_size: 64, bits: 4 },
};

const disk = {
  "/models/mine/config.json": JSON.stringify(config),
  "/models/mine/model-00001-of-00002.safetensors": "x".repeat(1000),
  "/models/mine/model-00002-of-00002.safetensors": "x".repeat(500),
  "/models/mine/chat_template.jinja": "{% if tools %}...{% endif %}",
  "/models/begun/config.json": "{}",
  "/models/notes/readme.md": "no model",
  "/models/odd/config.json": "{ not json",
  "/models/odd/model.safetensors": "xx",
  "/models/odd/tokenizer_config.json": JSON.stringify({ chat_template: "no such thing" }),
  "/elsewhere/given/config.json": JSON.stringify({
    model_type: "mistral3",
    vision_config: {},
    text_config: { num_hidden_layers: 2, num_attention_heads: 8, hidden_size: 1024 },
  }),
  "/elsewhere/given/model.safetensors": "xxx",
};

describe("MLX", () => {
  it("lives and tells no version", async () => {
    const { context } = await serve();

    expect(await mlx.version(context, neverAborted())).toBeUndefined();
  });

  it("never says that a model is loaded", async () => {
    const { server, context } = await serve();
    await load(context, coder);

    expect(server.loaded()).toBe(coder);
    expect(await mlx.loaded(context, neverAborted())).toEqual([]);
  });

  it("lists what the server has, with what the names tell", async () => {
    const { context } = await serve();

    expect(await mlx.installed(context, neverAborted())).toEqual([
      {
        name: coder,
        quantization: "4bit",
        parameters: "30B",
        chat: true,
        cloud: false,
        described: true,
      },
      expect.objectContaining({ name: small, quantization: "8bit", parameters: "3B" }),
    ]);
  });

  it("lists what lies in the directory of models, with size, shape and tools", async () => {
    const { context } = await serve({}, { modelsPath: "/models" });

    const models = await mlx.installed(context, neverAborted());

    expect(models.map(({ name }) => name)).toEqual([coder, small, "/models/mine", "/models/odd"]);
    expect(models[2]).toEqual({
      name: "/models/mine",
      title: "mine",
      sizeBytes: 1500,
      quantization: "4bit",
      family: "qwen3_moe",
      maxContext: 262144,
      tools: true,
      shape: { layers: 48, kvHeads: 4, keyLength: 128, valueLength: 128 },
      chat: true,
      cloud: false,
      described: true,
    });
    expect(models[3]).toMatchObject({ title: "odd", sizeBytes: 2, tools: false });
  });

  it("reads the model it was started with where that is a path, and lists it once", async () => {
    const path = "/elsewhere/given";
    const { context } = await serve({ models: [path] }, { modelsPath: "/elsewhere" });

    expect(await mlx.installed(context, neverAborted())).toEqual([
      expect.objectContaining({
        name: path,
        title: "given",
        sizeBytes: 3,
        vision: true,
        shape: { layers: 2, kvHeads: 8, keyLength: 128, valueLength: 128 },
      }),
    ]);
  });

  it("knows models by the names of the settings: a directory, a deep one, a repository", async () => {
    const models = {
      main: "mine",
      second: "mine",
      deep: "/elsewhere/given",
      hub: coder,
      gone: "no",
    };
    const { server, context } = await serve({}, { modelsPath: "/models", models });

    const found = await mlx.installed(context, neverAborted());
    await load(context, "/elsewhere/given");

    expect(found.map(({ name, aliases }) => [name, aliases])).toEqual([
      [coder, ["hub"]],
      [small, undefined],
      ["/models/mine", ["main", "second"]],
      ["/models/odd", undefined],
      ["/elsewhere/given", ["deep"]],
    ]);
    expect(server.loads).toEqual(["/elsewhere/given"]);
    expect(server.downloads).toEqual([]);
  });

  it("finds a named repository below the directory of models", async () => {
    const { context } = await serve({}, { modelsPath: "/", models: { given: "elsewhere/given" } });

    const found = await mlx.installed(context, neverAborted());

    expect(found.at(-1)).toMatchObject({ name: "/elsewhere/given", aliases: ["given"] });
  });

  it("names only what a server on another machine lists", async () => {
    const { context } = await serve(
      {},
      { modelsPath: "/models", models: { main: "mine", hub: coder } },
    );
    const { client } = context;
    const remote = { ...context, client: { ...client, url: "http://mac.lan:8080" } };

    const found = await mlx.installed(remote, neverAborted());

    expect(found.map(({ name, aliases }) => [name, aliases])).toEqual([
      [coder, ["hub"]],
      [small, undefined],
    ]);
  });

  it("loads a model by the very name it is listed with", async () => {
    const { server, context } = await serve({}, { modelsPath: "/models" });

    await load(context, coder);
    await load(context, "/models/mine");

    expect(server.loads).toEqual([coder, "/models/mine"]);
    expect(server.loaded()).toBe("/models/mine");
  });

  it("never asks for a model that is not there, which would be fetched from the Hub", async () => {
    const { server, context } = await serve();

    await expect(load(context, coder.toLowerCase())).rejects.toMatchObject({
      problem: {
        code: "model/not-found",
        message: expect.stringContaining(`did you mean ${coder}?`),
        remedy: "`ai-rules models` lists what is there",
      },
    });
    expect(server.loads).toEqual([]);
    expect(server.downloads).toEqual([]);
  });

  it("says what went wrong in Python", async () => {
    const { server, context } = await serve();
    server.fail("[metal::malloc] failed to allocate 20000000000 bytes");

    await expect(load(context, coder)).rejects.toMatchObject({
      problem: { code: "model/out-of-memory" },
    });
  });

  it("ends a load at the caller's wish, also when what generates is dead", async () => {
    const { server, context } = await serve();
    server.die();
    const abort = new AbortController();
    const loading = load(context, coder, abort.signal);
    loading.catch(() => undefined);
    await until(() => server.requests.some(({ method }) => method === "POST"));

    abort.abort();

    await expect(loading).rejects.toMatchObject({ name: "AbortError" });
    expect(await mlx.version(context, neverAborted())).toBeUndefined();
  });

  it("says how to do it by hand", () => {
    const by = { url: "http://127.0.0.1:8080", model: "it's a model" };

    expect(mlx.byHand({ ...by, deed: "pull" })).toBe("hf download 'it'\\''s a model'");
    expect(mlx.byHand({ ...by, deed: "load" })).toContain("/v1/chat/completions");
  });
});

async function serve(
  options: MlxServerOptions = {},
  named: Pick<AdapterContext, "modelsPath" | "models"> = {},
) {
  const server = await startMlxServer(options);
  onTestFinished(() => server.close());
  const context = adapterContext(server, { files: memoryFiles(disk) });
  return { server, context: { ...context, ...named } };
}

async function load(context: AdapterContext, model: string, abort = neverAborted()) {
  await mlx.load?.(context, { model, abort, onProgress: () => {} });
}

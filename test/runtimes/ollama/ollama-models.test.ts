import { describe, expect, it } from "vitest";
import { describedBy, lacksLayers, readTags } from "../../../src/runtimes/ollama/ollama-models.ts";
import {
  defaultOllamaModels,
  type OllamaModel,
  ollamaModel,
  ollamaVersion,
  sameOllamaName,
  showOf,
  tagOf,
} from "../../fakes/ollama-models.ts";

const newest = ollamaVersion("0.33.0");
const old = ollamaVersion("0.24.0");
const ancient = ollamaVersion("0.6.2");

function installed(name: string, version = newest) {
  const tags = readTags({ models: defaultOllamaModels.map((model) => tagOf(model, version)) });
  const found = tags.find((model) => model.name === name);
  if (!found) throw new Error(`${name} is not among ${tags.map((tag) => tag.name).join(", ")}`);
  return found;
}

function described(name: string, version = newest, verbose = false) {
  const model = modelOf(name);
  const named = version.isNew ? name : model.name;
  return describedBy(installed(named, version), showOf(model, version, verbose));
}

function modelOf(name: string): OllamaModel {
  const found = defaultOllamaModels.find((model) => sameOllamaName(model.name, name));
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

describe("the models of /api/tags", () => {
  it("tell what a model can do from 0.30 on", () => {
    expect(installed("qwen3-coder:30b")).toEqual({
      name: "qwen3-coder:30b",
      sizeBytes: 18_556_700_761,
      quantization: "Q4_K_M",
      parameters: "30.5B",
      family: "qwen3moe",
      maxContext: 262_144,
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      tools: true,
      vision: false,
      thinking: false,
      chat: true,
      cloud: false,
      described: false,
    });
    expect(installed("deepseek-coder-v2:16b").tools).toBe(false);
  });

  it("leave open before 0.30 whether a model has tools", () => {
    const model = installed("qwen3-coder:30b", old);

    expect(model.tools).toBeUndefined();
    expect(model.maxContext).toBeUndefined();
    expect(model.chat).toBe(true);
  });

  it("tell an embedding model from one that chats, in old versions by its family", () => {
    expect(installed("nomic-embed-text").chat).toBe(false);
    expect(installed("nomic-embed-text:latest", old).chat).toBe(false);
  });

  it("count no memory for a model that runs elsewhere", () => {
    const model = installed("gpt-oss:120b-cloud");

    expect(model).toMatchObject({ cloud: true, tools: true });
    expect(model.sizeBytes).toBeUndefined();
  });

  it("may lack all but the name, and hold what nobody knows", () => {
    const models = readTags({
      models: [{ name: "bare", newField: {}, size: "big", details: null }, {}, "x", { name: 7 }],
    });

    expect(models).toEqual([{ name: "bare", chat: true, cloud: false, described: false }]);
  });

  it("are none when the answer is something else", () => {
    for (const json of [undefined, null, [], "text", { models: {} }]) {
      expect(readTags(json)).toEqual([]);
    }
  });
});

describe("the details of /api/show", () => {
  it("tell context, weights, parent and shape", () => {
    const base = described("qwen3-coder:30b");
    const derived = described("qwen3-coder:30b-ctx64k");

    expect(base).toMatchObject({
      described: true,
      maxContext: 262_144,
      shape: { layers: 48, kvHeads: 4, keyLength: 128, valueLength: 128 },
    });
    expect(base.ownContext).toBeUndefined();
    expect(base.derivedFrom).toBeUndefined();
    expect(derived).toMatchObject({ ownContext: 65_536, derivedFrom: "qwen3-coder:30b" });
    expect(derived.weights).toMatch(/^sha256-[0-9a-f]{64}$/);
    expect(derived.weights).toBe(base.weights);
    expect(derived.digest).not.toBe(base.digest);
  });

  it("have heads as long as the width divided by their number, unless they say so", () => {
    expect(described("llama3.1:8b").shape).toEqual({
      layers: 32,
      kvHeads: 8,
      keyLength: 128,
      valueLength: 128,
    });
    expect(described("deepseek-coder-v2:16b").shape).toMatchObject({
      keyLength: 192,
      valueLength: 128,
    });
  });

  it("leave lists of layers out unless they are verbose", () => {
    const gemma = modelOf("gemma3");

    expect(lacksLayers(showOf(gemma, newest, false))).toBe(true);
    expect(lacksLayers(showOf(gemma, newest, true))).toBe(false);
    expect(described("gemma3").shape).toBeUndefined();
    expect(described("gemma3", newest, true).shape).toEqual({
      layers: 4,
      kvHeads: [4, 4, 0, 4],
      keyLength: 256,
      valueLength: 256,
      slidingWindow: 1024,
    });
  });

  it("tell before 0.30 what tags did not", () => {
    expect(described("qwen3-coder:30b", old)).toMatchObject({ tools: true, maxContext: 262_144 });
    expect(described("deepseek-coder-v2:16b", old).tools).toBe(false);
  });

  it("tell tools by the template and embedding by the pooling before 0.6.4", () => {
    expect(described("qwen3-coder:30b", ancient)).toMatchObject({ tools: true, chat: true });
    expect(described("deepseek-coder-v2:16b", ancient)).toMatchObject({ tools: false, chat: true });
    expect(described("nomic-embed-text", ancient)).toMatchObject({ chat: false });
  });

  it("give no shape and no weights to a model that runs elsewhere", () => {
    const model = described("gpt-oss:120b-cloud");

    expect(model).toMatchObject({ cloud: true, described: true });
    expect(model.shape).toBeUndefined();
    expect(model.weights).toBeUndefined();
  });

  it("take no path of another machine for the name of the parent", () => {
    const model = installed("llama3.1:8b");
    for (const parent of ["/Users/ollama/models/blobs/sha256-1234", "C:\\models\\x", ""]) {
      const show = { details: { parent_model: parent } };
      expect(describedBy(model, show).derivedFrom).toBeUndefined();
    }
  });

  it("read the first FROM that is no comment, also with a path that has spaces", () => {
    const model = installed("llama3.1:8b");
    const modelfile =
      "# FROM other\n\nFROM C:\\Users\\A B\\models\\blobs\\sha256-00ff\nFROM C:\\blobs\\sha256-77";

    expect(describedBy(model, { modelfile }).weights).toBe("sha256-00ff");
    expect(describedBy(model, { modelfile: "FROM qwen3:8b-mlx\n" }).weights).toBe("qwen3:8b-mlx");
  });

  it("are no harm when they are empty", () => {
    const model = installed("llama3.1:8b");
    for (const json of [undefined, {}, { model_info: null, parameters: 3, modelfile: [] }]) {
      expect(describedBy(model, json)).toMatchObject({ name: "llama3.1:8b", described: true });
    }
  });

  it("keep a name of 300 letters and control characters as it is", () => {
    const name = `\u001b[31m${"x".repeat(300)}\u0007`;
    const [model] = readTags({ models: [tagOf(ollamaModel({ name }), newest)] });

    expect(model?.name).toBe(name);
  });
});

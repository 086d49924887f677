/** What a real llama-server b11669 answered; see `test/fixtures/llama-server`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  installedModel,
  loadedAlone,
  loadedInRouter,
  readModels,
  readProgress,
} from "../../../src/runtimes/llama-server/llama-server-models.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/llama-server");
const read = (name: string): unknown => JSON.parse(readFileSync(join(fixtures, name), "utf8"));

describe("the answers of a real llama-server", () => {
  it("hold its one model", () => {
    const [model] = readModels(read("single-models.json"));
    if (!model) throw new Error("no model");
    const props = read("single-props.json");

    expect(installedModel(model, props)).toEqual({
      name: "/models/tiny-plan.gguf",
      title: "tiny-plan",
      sizeBytes: 3_101_184,
      quantization: "F32",
      parameters: "775.3K",
      maxContext: 32_768,
      ownContext: 4096,
      tools: true,
      vision: false,
      chat: true,
      cloud: false,
      described: true,
    });
    expect(loadedAlone(model, props)).toEqual({
      name: "/models/tiny-plan.gguf",
      instance: "/models/tiny-plan.gguf",
      state: "loaded",
      stays: true,
      context: 4096,
      sizeBytes: 3_101_184,
      quantization: "F32",
    });
  });

  it("hold what a router has loaded", () => {
    const loaded = readModels(read("router-models-loaded.json")).flatMap(loadedInRouter);

    expect(loaded).toMatchObject([{ name: "tiny-plan", state: "loaded", context: 4096 }]);
    expect(readModels(read("router-models-unloaded.json")).flatMap(loadedInRouter)).toEqual([]);
  });

  it("hold what a router could load, its context and its file", () => {
    const models = readModels(read("router-models-unloaded.json"));

    expect(models.map((model) => installedModel(model))).toMatchObject([
      { name: "broken", ownContext: 4096 },
      { name: "tiny-build", maxContext: 4096, ownContext: 4096 },
      { name: "tiny-plan" },
      { name: "tiny-review" },
    ]);
    expect(models[1]?.arguments).toEqual({ context: 4096, file: "/models/tiny-build.gguf" });
  });
});

describe("how far a load is", () => {
  it("counts the stages before the current one", () => {
    const stages = ["text_model", "mmproj"];

    expect(readProgress({ stages, current: "text_model", value: 0.5 })).toBe(0.25);
    expect(readProgress({ stages, current: "mmproj", value: 0.5 })).toBe(0.75);
    expect(readProgress({ stages: ["text_model"], current: "text_model", value: 1 })).toBe(1);
    expect(readProgress({ value: 7 })).toBe(1);
    expect(readProgress(undefined)).toBeUndefined();
  });
});

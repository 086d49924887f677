import { describe, expect, it } from "vitest";
import { findModel, instancesOf, modelsOf } from "../../src/cli/find-model.ts";
import { toProblem } from "../../src/core/error.ts";
import {
  downLlamaServer,
  remoteOllama,
  sampleInstalled,
  sampleLmStudio,
  sampleLoaded,
  sampleOllama,
  sampleRuntime,
} from "../fakes/sample-models.ts";

const twin = { ...remoteOllama, installed: [...remoteOllama.installed, ...sampleOllama.installed] };
const runtimes = [sampleOllama, twin, sampleLmStudio, downLlamaServer];

describe("a model that is named", () => {
  it.each([
    ["ollama/qwen3-coder:30b", "ollama/qwen3-coder:30b"],
    ["OLLAMA/qwen3:8b", undefined],
    ["qwen3:8b", "gpu-box/qwen3:8b"],
    ["ollama/NOMIC-embed-text", "ollama/nomic-embed-text:latest"],
    ["google/gemma-4-26b-a4b", "lmstudio/google/gemma-4-26b-a4b"],
    ["lmstudio/google/gemma-4-26b-a4b", "lmstudio/google/gemma-4-26b-a4b"],
    ["google/gemma-4-26b-a4b:2", "lmstudio/google/gemma-4-26b-a4b"],
  ])("%s is %s", (name, ref) => {
    if (ref === undefined) expect(problemOf(name).code).toBe("model/not-found");
    else expect(findModel(runtimes, { name }).ref).toBe(ref);
  });

  it("may be one of a runtime that is named as well", () => {
    const found = findModel(runtimes, { name: "qwen3-coder:30b", runtime: "gpu-box" });

    expect(found.ref).toBe("gpu-box/qwen3-coder:30b");
  });

  it.each([
    [
      "qwen3-coder:30b",
      { remedy: "say which one: ollama/qwen3-coder:30b or gpu-box/qwen3-coder:30b" },
    ],
    ["ollama/qwen3-codr:30b", { remedy: "did you mean ollama/qwen3-coder:30b?" }],
    ["gemma-4", { remedy: "did you mean lmstudio/google/gemma-4-26b-a4b?" }],
    ["\u001B[31mzzzzzzzzzzz", { message: /^no model "zzzzzzzzzzz" is installed/ }],
  ])("%j is answered with what to do", (name, wanted) => {
    const problem = problemOf(name);

    if ("remedy" in wanted) expect(problem.remedy).toBe(wanted.remedy);
    if ("message" in wanted) expect(problem.message).toMatch(wanted.message);
  });

  it("is told of a runtime that cannot be asked", () => {
    expect(problemOf("llama-server/some-model")).toMatchObject({
      message:
        'no model "llama-server/some-model" is installed; llama-server is not running at 127.0.0.1:8080',
      remedy: "start it: llama-server -m MODEL.gguf",
    });
  });

  it("is told where no runtime is there at all", () => {
    expect(() => findModel([], { name: "qwen3:8b" })).toThrow(/no runtime answers/);
  });

  it("is told of a runtime that is not there", () => {
    expect(problemOf("x", "olama").remedy).toBe("did you mean ollama?");
    expect(problemOf("x", "zzzzzzzz").remedy).toBe(
      "name one of these: ollama, gpu-box, lmstudio, llama-server",
    );
  });
});

describe("the models of a runtime", () => {
  it("have what is loaded and not listed among them, once", () => {
    const runtime = sampleRuntime("lmstudio", {
      installed: [sampleInstalled("a")],
      loaded: [sampleLoaded("b"), sampleLoaded("b", { instance: "b:2" }), sampleLoaded("a")],
    });

    expect(modelsOf(runtime).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(instancesOf(runtime, "b").map(({ instance }) => instance)).toEqual(["b", "b:2"]);
  });
});

function problemOf(name: string, runtime?: string) {
  try {
    findModel(runtimes, { name, runtime });
  } catch (error) {
    return toProblem(error);
  }
  throw new Error(`${name} was found`);
}

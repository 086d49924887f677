import { describe, expect, it } from "vitest";
import {
  formatModelRef,
  isSameModelName,
  parseModelRef,
  shownModelName,
} from "../../src/core/model-ref.ts";

describe("a model's full name", () => {
  it("is parted at its first slash", () => {
    const ref = { runtime: "lmstudio", name: "google/gemma-4-26b" };

    expect(parseModelRef("lmstudio/google/gemma-4-26b")).toEqual(ref);
    expect(formatModelRef(ref)).toBe("lmstudio/google/gemma-4-26b");
  });

  it.each(["", "qwen3", "/qwen3", "ollama/"])("is not %j", (text) => {
    expect(parseModelRef(text)).toBeUndefined();
  });
});

describe("a model's name", () => {
  it("is the same with and without :latest, in any case", () => {
    expect(isSameModelName("Gemma3", "gemma3:latest")).toBe(true);
    expect(isSameModelName("gemma3:4b", "gemma3")).toBe(false);
  });

  it.each([
    ["/models/tiny-review.gguf", "tiny-review.gguf"],
    ["/models/qwen3-4bit/", "qwen3-4bit"],
    ["google/gemma-4-26b", "google/gemma-4-26b"],
    ["/", "/"],
    ["\u001b[31mred", "red"],
  ])("%j is shown as %j", (name, shown) => {
    expect(shownModelName(name)).toBe(shown);
  });
});

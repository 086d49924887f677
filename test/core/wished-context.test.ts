import { describe, expect, it } from "vitest";
import type { AgentMode } from "../../src/core/mode.ts";
import { wishedContext } from "../../src/core/wished-context.ts";
import { sampleRuntime, toldContext } from "../fakes/sample-models.ts";

const runtime = sampleRuntime("lmstudio", {
  address: { tuning: { context: toldContext({ plan: 32_768, build: 65_536 }) } },
});

describe("the context that the settings want", () => {
  it.each([
    ["the mode's own", ["plan"], undefined, 32_768],
    ["the longest of several modes", ["plan", "build"], undefined, 65_536],
    ["the longest of all where no mode uses the model", [], undefined, 65_536],
    ["that of the others where a mode has none", ["plan", "review"], undefined, 32_768],
    ["none for a mode that has none", ["review"], undefined, undefined],
    ["no more than the model was trained for", ["build"], 40_960, 40_960],
  ] as const satisfies readonly (readonly [
    string,
    readonly AgentMode[],
    number | undefined,
    number | undefined,
  ])[])("is %s", (_, modes, maxContext, wanted) => {
    const model = maxContext === undefined ? {} : { maxContext };

    expect(wishedContext({ runtime, model, modes })).toBe(wanted);
  });

  it("is none without settings", () => {
    expect(wishedContext({ runtime: sampleRuntime("lmstudio"), modes: [] })).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import type { ModelsView } from "../../../src/core/installed-models.ts";
import { runtimeRows } from "../../../src/core/model-rows.ts";
import { type ModelJob, noModels, type RunningJob } from "../../../src/core/models.ts";
import type { LoadedModel } from "../../../src/core/runtime.ts";
import type { State } from "../../../src/core/state.ts";
import { shownModels, splitText, untilText } from "../../../src/tui/view/loaded.ts";
import {
  gigabyte,
  sampleLmStudio,
  sampleLoaded,
  sampleModelsState,
  sampleOllama,
} from "../../fakes/sample-models.ts";
import { sampleNow as now, withPane } from "../../fakes/sample-state.ts";

function job(deed: ModelJob["deed"], changes: Partial<RunningJob> = {}): RunningJob {
  return { id: "1", runtime: "ollama", deed, since: now - 12_000, ...changes };
}

function view(...jobs: readonly RunningJob[]): ModelsView {
  return { models: { ...noModels, jobs } };
}

function shown(running: RunningJob, loaded: readonly LoadedModel[] = sampleOllama.loaded) {
  return shownModels({ ...sampleOllama, loaded }, view(running)).map((model) => {
    return `${model.name} ${untilText(model, now)}`;
  });
}

describe("the models that are shown as loaded", () => {
  it("hold one that is being loaded before its runtime tells of it", () => {
    const loads = job({ type: "load", model: "qwen3:8b" }, { progress: 0.4 });

    expect(shown(loads)).toEqual(["qwen3-coder:30b 4m", "qwen3:8b loading 0:12 40%"]);
  });

  it("hold none twice that its runtime tells of already", () => {
    const loads = job({ type: "load", model: "Qwen3" });
    const loading = sampleLoaded("qwen3:latest", { state: "loading" });

    expect(shown(loads, [loading])).toEqual(["qwen3:latest loading 0:12"]);
    expect(shown(loads, [sampleLoaded("qwen3:latest")])).toEqual(["qwen3:latest 4m"]);
  });

  it("say which one is being unloaded", () => {
    const { name, instance } = sampleOllama.loaded[0]!;

    expect(shown(job({ type: "unload", model: name, instance }))).toEqual([`${name} unloading`]);
  });

  it("are in use while an agent works with them, whatever the runtime tells", () => {
    const busy = { activity: { type: "busy", since: now } } as const;
    const working = withPane(sampleModelsState(), "plan", busy);
    const texts = (state: State) =>
      shownModels(sampleOllama, state).map((model) => untilText(model, now));

    expect(texts(sampleModelsState())).toEqual(["4m"]);
    expect(texts(working)).toEqual(["in use"]);
    expect(texts(withPane(working, "plan", { model: "ollama/other" }))).toEqual(["4m"]);
    expect(shownModels(sampleLmStudio, working).map(({ busy: is }) => is)).toEqual([true]);
    expect(
      runtimeRows(working).flatMap((row) => (row.type === "loaded" ? [row.loaded.busy] : [])),
    ).toEqual([true, undefined, true]);
  });

  it("are not touched by the jobs of another runtime", () => {
    expect(shown(job({ type: "load", model: "qwen3:8b" }, { runtime: "gpu-box" }))).toHaveLength(1);
  });
});

describe("the time until a model is unloaded", () => {
  it.each<readonly [Partial<LoadedModel>, string | undefined]>([
    [{ expiresAt: now + 4 * 60_000 + 1 }, "4m"],
    [{ expiresAt: now + 59_000 }, "<1m"],
    [{ expiresAt: now + 7_300_000 }, "2h"],
    [{ expiresAt: "never" }, "forever"],
    [{ busy: true }, "in use"],
    [{ expiresAt: now - 1 }, "in use"],
    [{ state: "unloading" }, "unloading"],
    [{ state: "sleeping" }, "sleeping"],
    [{ state: "loading" }, "loading"],
    [{ state: "loading", progress: 0.254 }, "loading 25%"],
  ])("of %o reads %s", (changes, text) => {
    expect(untilText(sampleLoaded("m", changes), now)).toBe(text);
  });

  it("is nothing where the runtime does not tell", () => {
    const { expiresAt: _, ...model } = sampleLoaded("m");

    expect(untilText(model, now)).toBeUndefined();
  });
});

describe("where a model is", () => {
  it.each<readonly [number, number, string | undefined]>([
    [24, 24, "100% GPU"],
    [24, 0, "100% CPU"],
    [42, 22, "48% CPU"],
    [24, 23.99, "1% CPU"],
    [24, 25, undefined],
    [0, 0, undefined],
  ])("is told of %d GB with %d GB in the GPU: %s", (size, gpu, text) => {
    const model = sampleLoaded("m", { sizeBytes: size * gigabyte, gpuBytes: gpu * gigabyte });

    expect(splitText(model)).toBe(text);
  });
});

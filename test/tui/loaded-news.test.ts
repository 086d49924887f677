import { describe, expect, it } from "vitest";
import type { ModelJob } from "../../src/core/models.ts";
import { createLoadedNews } from "../../src/tui/loaded-news.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { sampleLoaded, sampleRuntime } from "../fakes/sample-models.ts";

const ollama = sampleRuntime("ollama");
const mlx = sampleRuntime("mlx");
const load: ModelJob = { id: "1", runtime: "ollama", deed: { type: "load", model: "a:8b" } };

function open() {
  const clock = createManualClock();
  const told: string[] = [];
  const news = createLoadedNews(clock, () => [ollama, mlx]);
  return { clock, told, news, await: (job: ModelJob) => news.await(job, () => told.push(job.id)) };
}

describe("the news of a load", () => {
  it("comes when the runtime shows the model", () => {
    const { news, told, clock, await: wait } = open();
    wait(load);
    news.runtimeChanged({ ...mlx, loaded: [sampleLoaded("a:8b")] });
    news.runtimeChanged({ ...ollama, loaded: [sampleLoaded("a:8b", { state: "loading" })] });
    expect(told).toEqual([]);

    news.runtimeChanged({ ...ollama, loaded: [sampleLoaded("a:8b")] });
    news.runtimeChanged({ ...ollama, loaded: [sampleLoaded("a:8b")] });

    expect(told).toEqual(["1"]);
    expect(clock.waiting).toBe(0);
  });

  it("does not wait for ever", () => {
    const { clock, told, news, await: wait } = open();
    wait(load);
    clock.advance(2500);
    expect(told).toEqual(["1"]);

    news.runtimeChanged({ ...ollama, loaded: [sampleLoaded("a:8b")] });
    expect(told).toEqual(["1"]);
  });

  it.each<ModelJob>([
    { ...load, runtime: "mlx" },
    { ...load, runtime: "gone" },
    { ...load, deed: { type: "unload", model: "a:8b", instance: "a:8b" } },
  ])("comes at once where nothing is to be seen: %j", (job) => {
    const { told, clock, await: wait } = open();
    wait(job);

    expect(told).toEqual(["1"]);
    expect(clock.waiting).toBe(0);
  });

  it("never comes once the program ends", () => {
    const { clock, told, news, await: wait } = open();
    wait(load);
    news.stop();
    clock.advance(10_000);

    expect(told).toEqual([]);
  });
});

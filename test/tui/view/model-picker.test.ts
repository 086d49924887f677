import { describe, expect, it } from "vitest";
import { arrange } from "../../../src/core/layout.ts";
import type { Overlay, State } from "../../../src/core/state.ts";
import { overlayView } from "../../../src/tui/view/overlay.ts";
import { surfaces } from "../../../src/tui/view/surfaces.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { sampleHints } from "../../fakes/sample-hints.ts";
import {
  crowdedRuntime,
  downLlamaServer,
  greedyDeepseek,
  greedyOllama,
  sampleInstalled,
  sampleModels,
  sampleModelsState,
  sampleOllama,
  sampleRuntime,
} from "../../fakes/sample-models.ts";

type Picker = Extract<Overlay, { type: "model-picker" }>;

const picker: Picker = {
  type: "model-picker",
  mode: "build",
  query: "",
  selected: 0,
  arithmetic: false,
};

/** The overlay in the size that it takes on a screen. */
function draw(state: State, screen: State["screen"]): string {
  const shown = { ...state, screen };
  const rect = surfaces(shown, arrange(shown)).find(({ id }) => id === "overlay")!.rect;
  return drawnText({ id: "overlay", state: shown, size: rect });
}

function withPicker(state: State, changes: Partial<Picker> = {}): State {
  return { ...state, overlay: { ...picker, ...changes } };
}

const samples = sampleModelsState({
  runtimes: [greedyOllama, ...sampleModels().runtimes.slice(1)],
  opencodeModels: ["anthropic/claude-sonnet-4"],
});

describe("the model picker", () => {
  it("lists all models of all runtimes, those picked last first, cloud models last", () => {
    expect(draw(withPicker(samples, { selected: 1 }), { cols: 100, rows: 40 })).toBe(
      `╭──────────────────────────────────────────────────────────────────────────────────────────────────╮
│ model for build:                                                                               7 │
│     model                               runtime          size quant      ctx tools fits          │
│   ● google/gemma-4-26b-a4b [3]          LM Studio     16.8 GB Q4_K_M     16k yes   fits          │
│ ▸ ● qwen3-coder:30b [12]                Ollama        17.3 GB Q4_K_M     64k yes   fits          │
│   ● llama3.1:70b                        gpu-box       40.0 GB Q4_K_M      8k yes   remote        │
│     deepseek-coder-v2:16b               Ollama         8.3 GB Q4_0      128k no    partly on CPU │
│     qwen3-coder:30b-ctx64k              Ollama        17.3 GB Q4_K_M     64k yes   tight         │
│     qwen3:8b                            gpu-box        4.7 GB Q4_K_M   ≤128k yes   remote        │
│     claude-sonnet-4                     anthropic                            ?     cloud         │
│ enter use it  up down select  tab arithmetic  esc close                                          │
╰──────────────────────────────────────────────────────────────────────────────────────────────────╯`,
    );
  });

  it("gives up columns where it is narrow, and keeps what decides", () => {
    expect(draw(withPicker(samples, { query: "coder" }), { cols: 80, rows: 10 })).toBe(
      `╭──────────────────────────────────────────────────────────────────────────────╮
│ model for build: coder                                                3 of 7 │
│     model                    runtime          size   ctx tools fits          │
│ ▸ ● qwen3-coder:30b [12]     Ollama        17.3 GB   64k yes   fits          │
│     deepseek-coder-v2:16b    Ollama         8.3 GB  128k no    partly on CPU │
│     qwen3-coder:30b-ctx64k   Ollama        17.3 GB   64k yes   tight         │
│                                                                              │
│ enter use it  up down select  tab arithmetic  esc all models                 │
╰──────────────────────────────────────────────────────────────────────────────╯`,
    );
  });

  it("says nothing of runtimes where there is only one", () => {
    const alone = sampleModelsState({ runtimes: [sampleOllama] });

    expect(draw(withPicker(alone), { cols: 80, rows: 20 })).toContain(
      "│     model                            size quant      ctx tools fits  ",
    );
  });

  it("shows the arithmetic of the selected model below", () => {
    const text = draw(withPicker(samples, { selected: 3, arithmetic: true }), {
      cols: 110,
      rows: 40,
    });

    expect(text).toMatch(/▸ +deepseek.*\n(.*\n)+.* weights 8\.3 GB \+ context 128k .*about /);
    expect(text).toContain("free 2.0 GB of 45.0 GB (MLX_VRAM_LIMIT)");
    expect(text).toContain("tab hide the arithmetic");
  });

  it("keeps the selected model in sight, with the arithmetic too", () => {
    const many = sampleModelsState({ runtimes: [crowdedRuntime(90)] });
    const selected = { selected: 60, arithmetic: true };
    const rows = draw(withPicker(many, selected), { cols: 80, rows: 24 }).split("\n");

    expect(rows).toHaveLength(23);
    expect(rows.find((row) => row.startsWith("│ ▸"))).toContain("family-");
    expect(draw(withPicker(many, { selected: 10_000 }), { cols: 80, rows: 24 })).toMatch(
      /\n│ ▸ .*\n│ enter/,
    );
  });

  it("follows the models, and who uses them, while it is open", () => {
    const room = { cols: 80, rows: 12 };
    const shown = withPicker(sampleModelsState({ runtimes: [crowdedRuntime(1)] }));
    expect(draw(shown, room)).not.toContain("later:8b");
    const more = sampleRuntime("ollama", { installed: [sampleInstalled("later:8b")] });

    const later = { ...shown, models: { ...shown.models, runtimes: [more] } };
    expect(draw(later, room)).toContain("later:8b  ");

    const used = { ...later.panes.review, model: "ollama/later:8b" };
    const inUse = { ...later, panes: { ...later.panes, review: used } };
    expect(draw(inUse, room)).toContain("later:8b [3]");
  });

  it("keeps its height while a query is typed", () => {
    const height = (query: string) => {
      return draw(withPicker(samples, { query }), { cols: 110, rows: 40 }).split("\n").length;
    };

    expect([height("coder"), height("zzz")]).toEqual([height(""), height("")]);
  });

  it("shows the end of a long query, with the cursor", () => {
    const text = draw(withPicker(samples, { query: `${"日本".repeat(40)}end` }), {
      cols: 60,
      rows: 12,
    });

    expect(text).toMatch(/model for build: …[日本]+end {3}0 of 7 │/);
  });

  it("says that it asks for what it has to know before the switch", () => {
    const asking = withPicker(samples, { entered: "ollama/qwen3:8b" });

    expect(draw(asking, { cols: 110, rows: 40 })).toMatch(/build: .* asking for its details │/);
  });

  it("dims what cannot be picked and says why", () => {
    const down = { type: "stale", since: 0, problem: downProblem } as const;
    const gone = sampleRuntime("lmstudio", {
      connection: { ...down, type: "down" },
      installed: [sampleInstalled("gemma")],
    });
    const state = sampleModelsState({ runtimes: [sampleOllama, gone] });

    const text = (cols: number) => {
      return draw(withPicker(state, { query: "gemma" }), { cols, rows: 20 });
    };

    expect(text(130)).toContain("LM Studio does not answer");
    expect(text(80)).toMatch(/gemma .* no answer/);
  });

  it("names the model that would have to go, where there is room", () => {
    const model = { ...greedyDeepseek, ownContext: 65_536 };
    const runtime = { ...sampleOllama, installed: [model, ...sampleOllama.installed] };
    const state = sampleModelsState({ runtimes: [runtime] });

    expect(draw(withPicker(state), { cols: 130, rows: 40 })).toContain(
      "fits after unloading qwen3-coder:30b",
    );
    expect(draw(withPicker(state), { cols: 80, rows: 40 })).toContain("after unload ");
  });

  it.each<readonly [string, State, string]>([
    ["nothing matches", withPicker(samples, { query: "zzz" }), "nothing matches"],
    [
      "no runtime has answered yet",
      withPicker(sampleModelsState({ runtimes: [], surveyed: false })),
      "asking the runtimes",
    ],
    [
      "none is there",
      withPicker(sampleModelsState({ runtimes: [] })),
      "no runtime answers: start one with `ollama serve`",
    ],
    [
      "the one that was asked for is down",
      withPicker(sampleModelsState({ runtimes: [downLlamaServer] })),
      "llama-server: start it: llama-server -m MODEL.gguf",
    ],
    [
      "a runtime has no models",
      withPicker(sampleModelsState({ runtimes: [{ ...sampleOllama, installed: [] }] })),
      "no model is installed: get one with `ai-rules models pull ollama/NAME`",
    ],
    [
      "a runtime without models is none that downloads by itself",
      withPicker(sampleModelsState({ runtimes: [sampleRuntime("mlx")] })),
      "no model is installed: get one with `ai-rules models pull mlx/NAME`",
    ],
    [
      "a runtime without models cannot download any",
      withPicker(sampleModelsState({ runtimes: [sampleRuntime("llama-server")] })),
      "no model is there: llama-server must be started with one",
    ],
  ])("says so when %s", (_, state, text) => {
    expect(draw(state, { cols: 90, rows: 20 })).toContain(text);
  });

  it("cannot be made to draw anywhere else by a model's name", () => {
    const names = ["\u001B[2J\u001B]0;t\u0007日本語の名前👩‍💻".repeat(9), "x".repeat(300)];
    const runtime = { ...sampleOllama, installed: names.map((name) => sampleInstalled(name)) };
    const text = draw(withPicker(sampleModelsState({ runtimes: [runtime] })), {
      cols: 80,
      rows: 20,
    });

    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
    expect(text.match(/…/g)).toHaveLength(2);
  });

  it("is drawn in ASCII alone where the terminal cannot be trusted with more", () => {
    const state = withPicker(samples, { selected: 1, arithmetic: true });
    const drawn = { id: "overlay", state, size: { cols: 110, rows: 30 } } as const;

    const text = drawnText(drawn, { ascii: true, color: false });

    expect(text).toMatch(/^[\n\u0020-\u007E]*$/);
    expect(text).toContain("| > * qwen3-coder:30b [12] ");
  });

  it("is ready within a frame with 500 models", () => {
    const { runtimes } = samples.models;
    const many = sampleModelsState({ runtimes: [crowdedRuntime(500), ...runtimes] });
    const times = ["", "model 4", "coder"].flatMap((query) =>
      Array.from({ length: 10 }, () => timeOf(withPicker(many, { query }))),
    );

    // The quickest one of many tells what it costs where other tests run beside it.
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

const downProblem = { code: "runtime/refused", message: "no", remedy: "yes" } as const;

/** Models that were just reported: nothing is remembered of them. */
function timeOf(state: State): number {
  const reported = { ...state, models: { ...state.models } };
  const start = performance.now();
  overlayView(reported, { cols: 126, rows: 40 }, sampleHints);
  return performance.now() - start;
}

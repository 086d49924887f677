import { describe, expect, it } from "vitest";
import { byMode } from "../../../src/core/mode.ts";
import type { ModelsState } from "../../../src/core/models.ts";
import type { State } from "../../../src/core/state.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import {
  crowdedRuntime,
  sampleModelsState,
  sampleOllama,
  sampleRuntime,
  wishesFor,
} from "../../fakes/sample-models.ts";
import { sampleNow as now } from "../../fakes/sample-state.ts";

/** Nothing is wrong: no mode uses the model with the small context. */
const healthy: Partial<ModelsState> = { wishes: wishesFor(byMode(() => "ollama/qwen3-coder:30b")) };

type Change = {
  readonly selected?: number;
  readonly details?: boolean;
  readonly models?: Partial<ModelsState>;
};

function draw(change: Change, size = { cols: 84, rows: 40 }): string {
  const { selected = 0, details = false, models } = change;
  const overlay = { type: "models", selected, details } as const;
  const state: State = { ...sampleModelsState(models), overlay };
  return drawnText({ id: "overlay", state, size });
}

/** What stands below the list, without frame. */
function detailsOf(change: Change): string {
  const text = draw({ ...change, details: true });
  const rows = text.split("\n").map((row) => row.replace(/^│ ?/, "").replace(/ *│$/, ""));
  const first = rows.indexOf("");
  return rows.slice(first + 1, rows.indexOf("", first + 1)).join("\n");
}

describe("the overlay of models", () => {
  it("lists runtimes, what each has loaded and what else is installed", () => {
    expect(draw({ selected: 1, models: healthy }, { cols: 84, rows: 14 })).toBe(
      `╭──────────────────────────────────────────────────────────────────────────────────╮
│ models                                                             3 loaded of 6 │
│   ● Ollama 0.32.15 · 127.0.0.1:11434                                          up │
│ ▸   ● qwen3-coder:30b [123]                       Q4_K_M 64k 24.0 GB 100% GPU 4m │
│       deepseek-coder-v2:16b                                          8.3 GB Q4_0 │
│       qwen3-coder:30b-ctx64k                                      17.3 GB Q4_K_M │
│   ● gpu-box Ollama 0.24.0 · 192.168.1.20:11434                                up │
│     ● llama3.1:70b                             Q4_K_M 8k 42.0 GB 48% CPU forever │
│       qwen3:8b                                                     4.7 GB Q4_K_M │
│   ● LM Studio 0.4.2 · 127.0.0.1:1234                                          up │
│     ● google/gemma-4-26b-a4b [3]              Q4_K_M 16k 18.0 GB 100% GPU in use │
│   ✕ llama-server · 127.0.0.1:8080                                           down │
│ enter details  u unload  t keep for  m use in plan  esc close                    │
╰──────────────────────────────────────────────────────────────────────────────────╯`,
    );
  });

  it.each([
    [0, /enter details {2}r ask again {2}esc close/],
    [
      2,
      /enter details {2}l load {2}m use in plan {2}c copy the command {2}r ask again {2}esc close/,
    ],
  ])("names the keys that do something with row %i", (selected, keys) => {
    expect(draw({ selected }, { cols: 110, rows: 20 })).toMatch(keys);
  });

  it("says what is being done with a model", () => {
    const loads = {
      id: "1",
      runtime: "ollama",
      deed: { type: "load", model: "deepseek-coder-v2:16b" },
      since: now - 12_000,
      progress: 0.4,
    } as const;
    const unloads = {
      ...loads,
      deed: { type: "unload", model: "qwen3-coder:30b", instance: "qwen3-coder:30b" },
    } as const;

    expect(draw({ models: { jobs: [loads] }, selected: 2 })).toMatch(
      /deepseek.* loading 0:12 40% │(.*\n)+.*x cancel/,
    );
    expect(draw({ models: { jobs: [unloads] } })).toMatch(/qwen3-coder:30b .* unloading │/);
  });

  it("keeps the selected row in sight", () => {
    const models = { runtimes: [crowdedRuntime(90)] };

    for (const selected of [0, 45, 1000]) {
      expect(draw({ models, selected }, { cols: 84, rows: 12 })).toContain("▸");
      expect(draw({ models, selected, details: true }, { cols: 84, rows: 12 })).toContain("▸");
    }
  });

  it("tells what is wrong below the list, as there may be no panel", () => {
    const text = draw({}, { cols: 84, rows: 20 });

    expect(text).toMatch(
      /down │\n│ +│\n│ ! review: a context of 16k .* ctrl\+o m: load it with +│\n│ {3}64k /,
    );
  });

  it("says so when no runtime answers", () => {
    expect(draw({ models: { runtimes: [] } })).toContain("no runtime answers: start one with");
  });
});

describe("the details", () => {
  it("of a loaded model are what it has and what it is", () => {
    expect(detailsOf({ selected: 1 })).toBe(
      `used by       plan, build
context       64k (65536 tokens)
takes         24.0 GB, 100% GPU
until unload  4m
family        qwen3moe 30.5B
quantisation  Q4_K_M
file          17.3 GB
trained for   256k of context
can           tools
same weights  qwen3-coder:30b-ctx64k
digest        06c1097efce0
address       http://127.0.0.1:11434`,
    );
  });

  it("of a model name another program of ours that uses it", () => {
    const usedElsewhere = ["http://127.0.0.1:11434 qwen3-coder:30b"];

    expect(detailsOf({ selected: 1, models: { usedElsewhere } })).toContain(
      "used by       plan, build, another ai-rules\n",
    );
  });

  it("of an installed model name what it was made from", () => {
    expect(detailsOf({ selected: 3 })).toMatch(
      /own context {3}64k\n.*\nmade from {5}qwen3-coder:30b\n/,
    );
  });

  it("of a model that the runtime has under another name tell that name", () => {
    expect(detailsOf({ selected: 8 })).toMatch(
      /^used by {7}review\nloaded as {5}google\/gemma-4-26b-a4b:2\n/,
    );
    expect(detailsOf({ selected: 8 })).toContain("can           tools, vision, thinking");
  });

  it("of a runtime tell where it is, who says so and what it can do", () => {
    const tokenVariable = "OLLAMA_API_KEY";
    const runtime = { ...sampleOllama, address: { ...sampleOllama.address, tokenVariable } };

    expect(detailsOf({ models: { runtimes: [runtime] } })).toBe(
      `address       http://127.0.0.1:11434 (OLLAMA_HOST)
token         from OLLAMA_API_KEY
version       0.32.15
installed     4 models, read 14:29
can           tell what is loaded, load, unload, keep loaded for a time, make
              variants, download`,
    );
  });

  it("of a runtime in trouble begin with the way out", () => {
    expect(detailsOf({ selected: 9 })).toMatch(
      /^problem {7}llama-server is not running at 127.0.0.1:8080\nfix {11}start it: llama-server/,
    );
    expect(detailsOf({ models: { runtimes: [sampleRuntime("openai")] } })).toMatch(
      /can {11}answer, nothing else$/,
    );
  });
});

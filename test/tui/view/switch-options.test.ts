import { describe, expect, it } from "vitest";
import type { State } from "../../../src/core/state.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { greedyOllama, sampleModels, sampleModelsState } from "../../fakes/sample-models.ts";

const runtimes = [greedyOllama, ...sampleModels().runtimes.slice(1)];

type Change = {
  readonly model?: string;
  readonly selected?: number;
  readonly arithmetic?: boolean;
};

function draw(change: Change, size: { cols: number; rows: number }): string {
  const { model = "ollama/deepseek-coder-v2:16b", selected = 0, arithmetic = false } = change;
  const overlay = { type: "switch-options", mode: "review", model, selected, arithmetic } as const;
  const state: State = { ...sampleModelsState({ runtimes }), overlay };
  return drawnText({ id: "overlay", state, size });
}

describe("the ways to switch", () => {
  it("are listed with what follows from each, the selected one marked", () => {
    expect(draw({ selected: 1 }, { cols: 84, rows: 11 })).toBe(
      `╭──────────────────────────────────────────────────────────────────────────────────╮
│ deepseek-coder-v2:16b for review                                                 │
│   unload qwen3-coder:30b first, then make deepseek-coder-v2:16b-ctx64k and use   │
│   it                                                                             │
│     fits then · about 19.2 GB · context 64k · no weights are copied              │
│ ▸ make deepseek-coder-v2:16b-ctx64k and use it                                   │
│     does not fit beside qwen3-coder:30b · about 19.2 GB · context 64k · no       │
│     weights are copied                                                           │
│   use deepseek-coder-v2:16b as it is                                             │
│ enter do it  j k select  tab arithmetic  esc back                                │
╰──────────────────────────────────────────────────────────────────────────────────╯`,
    );
  });

  it("keep the selected one in sight", () => {
    expect(draw({ selected: 9 }, { cols: 84, rows: 8 })).toContain(
      "▸ use deepseek-coder-v2:16b as it is",
    );
  });

  it("show the arithmetic of the selected one", () => {
    const text = draw({ arithmetic: true }, { cols: 84, rows: 30 });

    expect(text).toMatch(/weights 8\.3 GB \+ context 64k .*8\.4 GB/);
    expect(text).toContain("unload qwen3-coder:30b of ollama first");
    expect(draw({ arithmetic: true, selected: 9 }, { cols: 84, rows: 30 })).toContain(
      "context 128k",
    );
  });

  it("are one for a model of which nothing is known", () => {
    const text = draw({ model: "anthropic/claude", arithmetic: true }, { cols: 84, rows: 8 });

    expect(text).toContain("▸ use anthropic/claude");
  });
});

import { describe, expect, it } from "vitest";
import { jsonText, modelsReport } from "../../src/cli/models-report.ts";
import { modelsReportSchema } from "../../src/cli/models-report-schema.ts";
import { modelsTable } from "../../src/cli/models-table.ts";
import { createPaint } from "../../src/cli/paint.ts";
import type { ModelsState } from "../../src/core/models.ts";
import { defaultSettings } from "../../src/core/settings.ts";
import { sampleInstalled, sampleModels, sampleRuntime } from "../fakes/sample-models.ts";
import { sampleNow } from "../fakes/sample-state.ts";

function report(changes: Partial<ModelsState> = {}) {
  return modelsReport({
    root: "/home/me/shop",
    settings: defaultSettings,
    environment: { from: "shell" },
    models: sampleModels({
      guide: {
        ...sampleModels().guide,
        unused: [{ variable: "MLX_MAX_GPUS", why: "a Mac has one GPU" }],
      },
      opencodeModels: ["anthropic/claude-sonnet-5"],
      usedElsewhere: ["http://192.168.1.20:11434 qwen3:8b"],
      ...changes,
    }),
  });
}

function table(cols: number, told = report()) {
  return modelsTable(told, { cols, paint: createPaint(false), now: sampleNow });
}

describe("the report on models", () => {
  it("has the shape that its schema tells, and no other field", () => {
    const written: unknown = JSON.parse(jsonText(report()));

    expect(modelsReportSchema.parse(written)).toEqual(written);
  });

  it("holds each model with its runtime, loaded ones first, also those that answer no chats", () => {
    const { models } = report();

    expect(models.slice(0, 4).map(({ ref }) => ref)).toEqual([
      "ollama/qwen3-coder:30b",
      "ollama/deepseek-coder-v2:16b",
      "ollama/nomic-embed-text:latest",
      "ollama/qwen3-coder:30b-ctx64k",
    ]);
    expect(models[0]).toMatchObject({
      usedBy: ["plan", "build"],
      tools: true,
      loaded: [{ context: 65_536, state: "loaded", expiresAt: expect.stringMatching(/Z$/) }],
      fit: { verdict: "fits", about: false },
    });
    expect(models.find(({ ref }) => ref === "gpu-box/qwen3:8b")?.usedByRunning).toBe(true);
  });

  it("leaves out what nobody asked for and is not there", () => {
    const { address, ...down } = sampleRuntime("mlx");
    const connection = { type: "down", since: 0, problem: problem } as const;

    const { runtimes } = report({ runtimes: [{ ...down, address, connection }] });

    expect(runtimes).toEqual([]);
  });

  it("is written so that no name can do anything to a terminal", () => {
    const text = jsonText({ name: "a\u001B[31m\u009B31m\u202Eb\u007F" });

    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(JSON.parse(text)).toEqual({ name: "a\u001B[31m\u009B31m\u202Eb\u007F" });
  });
});

const problem = { code: "runtime/refused", message: "not there", remedy: "start it" } as const;

describe("the table of models", () => {
  it("tells all of it where there is room", () => {
    expect(table(Number.POSITIVE_INFINITY).join("\n")).toMatchInlineSnapshot(`
      "runtimes
        ID            KIND          VERSION  STATE  ADDRESS             FROM           LOADED
        ollama        Ollama        0.32.15  up     127.0.0.1:11434     OLLAMA_HOST    1 of 4
        gpu-box       Ollama        0.24.0   up     192.168.1.20:11434  ai-rules.json  1 of 2
        lmstudio      LM Studio     0.4.2    up     127.0.0.1:1234      default        1 of 1
        llama-server  llama-server           down   127.0.0.1:8080      ai-rules.json
          llama-server is not running at 127.0.0.1:8080
          fix: start it: llama-server -m MODEL.gguf

      models
           MODEL                               SIZE  QUANT    CONTEXT  TOOLS  FITS                                  LOADED UNTIL  USED BY
        ●  ollama/qwen3-coder:30b           17.3 GB  Q4_K_M       64k  yes    fits                                  4m            plan, build
           ollama/deepseek-coder-v2:16b      8.3 GB  Q4_0    max 128k  no     fits after unloading qwen3-coder:30b
           ollama/qwen3-coder:30b-ctx64k    17.3 GB  Q4_K_M       64k  yes    tight
        ●  gpu-box/llama3.1:70b             40.0 GB  Q4_K_M        8k  yes    remote                                forever
           gpu-box/qwen3:8b                  4.7 GB  Q4_K_M  max 128k  yes    remote                                              a running ai-rules
        ●  lmstudio/google/gemma-4-26b-a4b  16.8 GB  Q4_K_M       16k  yes    fits                                  in use        review
        and 1 that answers no chats
        and of OpenCode's own: anthropic/claude-sonnet-5

      modes
        MODE    MODEL                            WHY
        plan    ollama/qwen3-coder:30b           picked
        build   ollama/qwen3-coder:30b           picked
        review  lmstudio/google/gemma-4-26b-a4b  picked

      memory
        NVIDIA RTX 6000: 43.0 GB of 48.0 GB used, models may take 45.0 GB (MLX_VRAM_LIMIT)

      warnings
        review: a context of 16k is too small for an agent
          fix: load it with 64k

      variables that nothing reads
        MLX_MAX_GPUS  a Mac has one GPU"
    `);
  });

  it.each([120, 80, 60, 40])("has no line of models longer than %i cells", (cols) => {
    const lines = table(cols);
    const from = lines.indexOf("models");
    const section = lines.slice(from + 1, lines.indexOf("", from) - 2);

    for (const line of section) expect(line.length).toBeLessThanOrEqual(cols);
    expect(section[0]).toMatch(/MODEL/);
  });

  it("says what to do where no runtime answers", () => {
    expect(table(80, report({ runtimes: [] }))[1]).toMatch(/none answers: start one/);
  });

  it("shows no control character of a name", () => {
    const evil = sampleInstalled("evil\u001B]0;x\u0007\u001B[31mname\n");
    const runtimes = [sampleRuntime("ollama", { installed: [evil] })];

    expect(table(120, report({ runtimes })).join("")).not.toMatch(/[\u0000-\u001f]/);
  });

  it("says why a mode has another model than it was to have", () => {
    const wishes = {
      plan: {
        model: "ollama/qwen3-coder:30b",
        source: { from: "variable", name: "OLLAMA_MODEL_PLAN" },
        insteadOf: "ollama/gone:7b",
        temperature: 0.3,
        temperatureSource: { from: "project" },
      },
    } as const;

    expect(table(200, report({ wishes })).join("\n")).toContain(
      "plan    ollama/qwen3-coder:30b  from OLLAMA_MODEL_PLAN  0.3 (from ai-rules.json)  ollama/gone:7b",
    );
  });
});

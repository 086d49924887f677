import { describe, expect, it } from "vitest";
import { type ModelsState, noGuide, noModels } from "../../src/core/models.ts";
import type { RuntimeAddress, RuntimeKind, RuntimeState } from "../../src/core/runtime.ts";
import type { RuntimeTuning } from "../../src/core/runtime-tuning.ts";
import type { RuntimeSettings } from "../../src/core/settings.ts";
import { tuningEffects } from "../../src/core/tuning-effects.ts";
import { sampleInstalled, sampleRuntime, toldContext } from "../fakes/sample-models.ts";

const project = <T>(value: T) => ({ value, from: "project" as const });
const user = <T>(value: T) => ({ value, from: "user" as const });

type Given = {
  readonly address?: Partial<RuntimeAddress>;
  readonly models?: Partial<ModelsState>;
  readonly runtime?: Partial<Omit<RuntimeState, "address">>;
  readonly settings?: Partial<RuntimeSettings>;
};

/** "setting key: does", or "setting key: nothing: why". */
function lines(kind: RuntimeKind, tuning: RuntimeTuning, given: Given = {}): readonly string[] {
  const runtime = sampleRuntime(kind, {
    ...given.runtime,
    address: { kind, tuning, ...given.address },
  });
  const wishes = {
    plan: {
      model: `${kind}/m`,
      source: { from: "pick" },
      temperature: 0.7,
      temperatureSource: { from: "project" },
    },
  } as const;
  const models = { ...noModels, addresses: [runtime.address], runtimes: [runtime], wishes };
  const settings = { runtimes: { [kind]: { from: "project" as const, ...given.settings } } };
  return tuningEffects({ models: { ...models, ...given.models }, settings }).map(
    ({ setting, key, value, source, used, does }) => {
      const from = source.from === "variable" ? ` ${JSON.stringify(value)} of ${source.name}` : "";
      const name = [setting, key].filter(Boolean).join(" ");
      return `${name}${from}: ${used ? "" : "nothing: "}${does}`;
    },
  );
}

type Row = readonly [string, RuntimeKind, RuntimeTuning, string, Given?];

describe("what the settings of a runtime do", () => {
  const context = toldContext({ plan: 32_768 });

  const rows: readonly Row[] = [
    [
      "a limit",
      "mlx",
      { memoryLimit: project(1) },
      "memoryLimit: whether a model fits is judged by it; MLX itself is not bound by it",
    ],
    [
      "a limit beside the guide's",
      "mlx",
      { memoryLimit: user(1) },
      "memoryLimit: whether a model fits is judged by it; MLX itself is not bound by it; MLX_VRAM_LIMIT limits all models, too",
      { models: { guide: { ...noGuide, budgetBytes: 1 } } },
    ],
    [
      "a limit of another machine",
      "lmstudio",
      { memoryLimit: project(1) },
      "memoryLimit: nothing: the memory of another machine is not known here",
      { address: { local: false } },
    ],
    [
      "quantisation",
      "mlx",
      { quantization: project({ groupSize: 128 }) },
      "quantization: for models that are converted: mlx_lm.convert -q --q-bits 4 --q-group-size 128",
    ],
    [
      "quantisation elsewhere",
      "lmstudio",
      { quantization: project({ bits: 8 }) },
      "quantization: nothing: models of LM Studio are quantised when they are made",
    ],
    [
      "batches",
      "mlx",
      { batch: { review: project(8) } },
      "batch review: for the start, one for all modes: mlx_lm.server --decode-concurrency 8",
    ],
    [
      "batches elsewhere",
      "ollama",
      { batch: { plan: project(1) } },
      "batch plan: nothing: Ollama cannot be told for each mode",
    ],
    [
      "a temperature",
      "mlx",
      { temperature: { plan: project(0.7) } },
      "temperature plan: the agent is given it",
    ],
    [
      "a temperature of a mode with another runtime",
      "mlx",
      { temperature: { build: project(0.7) } },
      "temperature build: nothing: the mode uses no model of it",
    ],
    [
      "a temperature beside the mode's own",
      "mlx",
      { temperature: { plan: project(0.1) } },
      "temperature plan: nothing: modes.plan.temperature is stronger",
    ],
    [
      "a context of LM Studio",
      "lmstudio",
      { context },
      "context plan: models are loaded with it from here; the agent counts on no more",
    ],
    [
      "a context of Ollama",
      "ollama",
      { context },
      "context plan: who picks a model gets a variant with 32k; the agent counts on no more",
    ],
    [
      "a context of MLX",
      "mlx",
      { context },
      "context plan: the agent sends no more, and MLX keeps no more of it",
    ],
    [
      "a context of llama-server",
      "llama-server",
      { context },
      "context plan: the agent counts on no more; for more, start llama-server with -c 32768",
    ],
    [
      "a context of any other",
      "openai",
      { context },
      "context plan: the agent counts on no more; the server's own is set where it starts",
    ],
    [
      "a context of a mode with another runtime",
      "mlx",
      { context: toldContext({ review: 8192 }) },
      "context review: if the mode uses a model of it: the agent sends no more, and MLX keeps no more of it",
    ],
    [
      "the longest answer",
      "mlx",
      { maxTokens: user(4096) },
      "maxTokens: the longest answer an agent asks for, at most half of its context",
    ],
    [
      "the longest answer beside the guide's",
      "lmstudio",
      { maxTokens: user(4096) },
      "maxTokens: nothing: LMSTUDIO_MAX_TOKENS of the development shell is stronger",
      { models: { guide: { ...noGuide, outputTokens: 1 } } },
    ],
    [
      "the directory of models",
      "mlx",
      { modelsPath: project("/m") },
      "modelsPath: models below it are listed",
    ],
    [
      "the directory of models beside the guide's",
      "mlx",
      { modelsPath: user("/m") },
      "modelsPath: nothing: MLX_MODELS_PATH of the development shell is stronger",
      { models: { guide: { ...noGuide, modelsPath: "/other" } } },
    ],
    [
      "the directory of models on another machine",
      "mlx",
      { modelsPath: project("/m") },
      "modelsPath: nothing: the disk of another machine cannot be seen from here",
      { address: { local: false } },
    ],
    [
      "the directory of models of others",
      "ollama",
      { modelsPath: project("/m") },
      "modelsPath: nothing: Ollama knows by itself where its models are",
    ],
    [
      "a name",
      "mlx",
      { models: { coder: project("qwen") } },
      "models coder: mlx/coder means /m/qwen",
      { runtime: { installed: [sampleInstalled("/m/qwen", { aliases: ["coder"] })] } },
    ],
    [
      "a name of nothing",
      "mlx",
      { models: { coder: project("qwen") } },
      "models coder: nothing: there is no such model, in no directory and not among those that MLX lists",
    ],
    [
      "a name elsewhere",
      "lmstudio",
      { models: { coder: project("qwen") } },
      "models coder: nothing: models of LM Studio have their names there",
    ],
    [
      "a name while MLX is down",
      "mlx",
      { models: { coder: project("qwen") } },
      "models coder: nothing: MLX has not told its models",
      { models: { runtimes: [] } },
    ],
  ];

  for (const [what, kind, tuning, line, given] of rows) {
    it(`is told of ${what}`, () => {
      const told = lines(kind, tuning, given);
      expect(told.filter((each) => !/ of [A-Z_]+: /.test(each))).toEqual([line]);
    });
  }

  const kept = "models loaded from here stay so long after a request";
  const keepAlive = "2h";
  const guided = { guide: { ...noGuide, keepAlive: "30m", outputTokens: 9, modelsPath: "/m" } };
  const variables: readonly (readonly [string, RuntimeKind, Given, readonly string[]])[] = [
    ["how long models stay", "ollama", { settings: { keepAlive } }, [`keepAlive: ${kept}`]],
    [
      "how long models stay where nobody can say",
      "lmstudio",
      { settings: { keepAlive } },
      ["keepAlive: nothing: LM Studio cannot be told"],
    ],
    [
      "Ollama's variables",
      "ollama",
      { models: guided },
      [`keepAlive "30m" of OLLAMA_KEEP_ALIVE: ${kept}`],
    ],
    [
      "Ollama's variables below the project's file",
      "ollama",
      { models: guided, settings: { keepAlive } },
      [
        `keepAlive: ${kept}`,
        'keepAlive "30m" of OLLAMA_KEEP_ALIVE: nothing: ai-rules.json is stronger',
      ],
    ],
    [
      "Ollama's variables above the user's file",
      "ollama",
      { models: guided, settings: { keepAlive, from: "user" } },
      [
        "keepAlive: nothing: OLLAMA_KEEP_ALIVE is stronger",
        `keepAlive "30m" of OLLAMA_KEEP_ALIVE: ${kept}`,
      ],
    ],
    [
      "LM Studio's variables",
      "lmstudio",
      { models: guided },
      [
        "maxTokens 9 of LMSTUDIO_MAX_TOKENS: the longest answer an agent asks for, at most half of its context",
      ],
    ],
    [
      "MLX's variables",
      "mlx",
      { models: guided },
      ['modelsPath "/m" of MLX_MODELS_PATH: models below it are listed'],
    ],
    [
      "MLX's variables, on another machine",
      "mlx",
      { models: guided, address: { local: false } },
      [
        'modelsPath "/m" of MLX_MODELS_PATH: nothing: the disk of another machine cannot be seen from here',
      ],
    ],
    [
      "MLX's variables below the project's file",
      "mlx",
      { models: guided, address: { tuning: { modelsPath: project("/own") } } },
      [
        'modelsPath "/m" of MLX_MODELS_PATH: nothing: ai-rules.json is stronger',
        "modelsPath: models below it are listed",
      ],
    ],
  ];

  for (const [what, kind, given, expected] of variables) {
    it(`is told of ${what}`, () => expect(lines(kind, {}, given)).toEqual(expected));
  }

  it("is told of a variable that is stronger than the user's file", () => {
    const wishes = {
      plan: {
        model: "mlx/m",
        source: { from: "pick" },
        temperature: 0.3,
        temperatureSource: { from: "variable", name: "MLX_TEMP_PLAN" },
      },
    } as const;

    expect(lines("mlx", { temperature: { plan: user(0.7) } }, { models: { wishes } })).toEqual([
      "temperature plan: nothing: MLX_TEMP_PLAN is stronger",
    ]);
  });

  it("is nothing to tell of without settings", () => {
    const runtime = sampleRuntime("mlx");

    expect(
      tuningEffects({
        models: { ...noModels, addresses: [runtime.address], runtimes: [runtime] },
        settings: { runtimes: {} },
      }),
    ).toEqual([]);
  });
});

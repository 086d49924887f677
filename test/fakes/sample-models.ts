/**
 * What is known of models in tests: an Ollama here and one on another machine, an LM Studio, a
 * llama-server that is down, and a GPU. Plan and build use one model of the Ollama here, review
 * the model of LM Studio.
 */
import { type AgentMode, byMode } from "../../src/core/mode.ts";
import { type ModelsState, type ModelWish, noModels } from "../../src/core/models.ts";
import type {
  Abilities,
  InstalledModel,
  LoadedModel,
  MemoryState,
  RuntimeAddress,
  RuntimeKind,
  RuntimeState,
} from "../../src/core/runtime.ts";
import type { ToldPerMode } from "../../src/core/runtime-tuning.ts";
import type { State } from "../../src/core/state.ts";
import { sampleNow, samplePane, sampleState } from "./sample-state.ts";

export const gigabyte = 1024 ** 3;
const minute = 60_000;

const nothing: Abilities = {
  seesLoaded: false,
  load: false,
  unload: false,
  keepAlive: false,
  loadContext: false,
  derive: false,
  pull: false,
};

const everything: Abilities = {
  seesLoaded: true,
  load: true,
  unload: true,
  keepAlive: true,
  loadContext: true,
  derive: true,
  pull: true,
};

/** What each kind of runtime can do. */
export const sampleAbilities: Readonly<Record<RuntimeKind, Abilities>> = {
  ollama: { ...everything, loadContext: false },
  lmstudio: { ...everything, keepAlive: false, derive: false },
  mlx: { ...nothing, load: true },
  "llama-server": { ...nothing, seesLoaded: true, load: true, unload: true },
  "llama-swap": { ...nothing, seesLoaded: true, load: true, unload: true },
  openai: nothing,
};

const ports: Readonly<Record<RuntimeKind, number>> = {
  ollama: 11434,
  lmstudio: 1234,
  mlx: 8080,
  "llama-server": 8080,
  "llama-swap": 8080,
  openai: 8000,
};

/** A runtime at its default address on this machine, up and empty. */
export function sampleRuntime(
  kind: RuntimeKind,
  { address, ...changes }: Partial<Omit<RuntimeState, "address">> & AddressChanges = {},
): RuntimeState {
  return {
    address: {
      id: kind,
      url: `http://127.0.0.1:${ports[kind]}`,
      local: true,
      source: { from: "default" },
      expected: false,
      ...address,
    },
    kind,
    connection: { type: "up" },
    abilities: sampleAbilities[kind],
    loaded: [],
    installed: [],
    installedAt: sampleNow - minute,
    troubles: [],
    reloads: {},
    ...changes,
  };
}

type AddressChanges = { readonly address?: Partial<RuntimeAddress> };

/** Contexts by mode, as the project's file has them. */
export function toldContext(
  context: Readonly<Partial<Record<AgentMode, number>>>,
): ToldPerMode<number> {
  const told = Object.entries(context).map(([mode, value]) => [mode, { value, from: "project" }]);
  return Object.fromEntries(told);
}

/** A chat model with tools that is known in all its details. */
export function sampleInstalled(
  name: string,
  changes: Partial<InstalledModel> = {},
): InstalledModel {
  return {
    name,
    sizeBytes: 4.7 * gigabyte,
    quantization: "Q4_K_M",
    maxContext: 131_072,
    tools: true,
    chat: true,
    cloud: false,
    described: true,
    ...changes,
  };
}

export const qwenCoder: InstalledModel = sampleInstalled("qwen3-coder:30b", {
  sizeBytes: 18_556_700_761,
  parameters: "30.5B",
  family: "qwen3moe",
  maxContext: 262_144,
  digest: "06c1097efce0431c2045fe7b2e5108366e43bee1b4603a7aded8f21689e90bca",
  weights: "sha256:1194192cf2a1",
  shape: { layers: 48, kvHeads: 4, keyLength: 128, valueLength: 128 },
});

/** The same weights with a context of 64k. */
export const qwenCoder64k: InstalledModel = {
  ...qwenCoder,
  name: "qwen3-coder:30b-ctx64k",
  ownContext: 65_536,
  digest: "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90",
  derivedFrom: "qwen3-coder:30b",
};

export const deepseek: InstalledModel = sampleInstalled("deepseek-coder-v2:16b", {
  sizeBytes: 8_905_126_121,
  quantization: "Q4_0",
  parameters: "15.7B",
  family: "deepseek2",
  tools: false,
  digest: "63fb193b3a9b4322a18e8c6b250ca2e70a5ff531e962dbf95ba089b2566f2fa5",
});

/** A model whose need of memory is known to the byte: with its own context it is too large. */
export const greedyDeepseek: InstalledModel = {
  ...deepseek,
  ownContext: 131_072,
  shape: { layers: 27, kvHeads: 8, keyLength: 192, valueLength: 128 },
};

const embedding = sampleInstalled("nomic-embed-text:latest", {
  sizeBytes: 0.3 * gigabyte,
  quantization: "F16",
  maxContext: 2048,
  tools: false,
  chat: false,
});

/** A model that is loaded whole into the GPU, for four more minutes. */
export function sampleLoaded(name: string, changes: Partial<LoadedModel> = {}): LoadedModel {
  return {
    name,
    instance: name,
    state: "loaded",
    context: 65_536,
    sizeBytes: 24 * gigabyte,
    gpuBytes: 24 * gigabyte,
    quantization: "Q4_K_M",
    expiresAt: sampleNow + 4 * minute + 30_000,
    ...changes,
  };
}

export const sampleOllama: RuntimeState = sampleRuntime("ollama", {
  address: { source: { from: "variable", name: "OLLAMA_HOST" }, expected: true },
  version: "0.32.15",
  loaded: [sampleLoaded("qwen3-coder:30b")],
  installed: [qwenCoder, qwenCoder64k, deepseek, embedding],
});

export const greedyOllama: RuntimeState = {
  ...sampleOllama,
  installed: [qwenCoder, qwenCoder64k, greedyDeepseek, embedding],
};

/** An Ollama on another machine, with a model half in its GPU. */
export const remoteOllama: RuntimeState = sampleRuntime("ollama", {
  address: {
    id: "gpu-box",
    kind: "ollama",
    url: "http://192.168.1.20:11434",
    local: false,
    source: { from: "project" },
    expected: true,
  },
  version: "0.24.0",
  roundTripMs: 42,
  loaded: [
    sampleLoaded("llama3.1:70b", {
      context: 8192,
      sizeBytes: 42 * gigabyte,
      gpuBytes: 22 * gigabyte,
      expiresAt: "never",
    }),
  ],
  installed: [
    sampleInstalled("llama3.1:70b", { sizeBytes: 40 * gigabyte, parameters: "70.6B" }),
    sampleInstalled("qwen3:8b", { parameters: "8.2B" }),
  ],
});

export const sampleLmStudio: RuntimeState = sampleRuntime("lmstudio", {
  version: "0.4.2",
  loaded: [
    sampleLoaded("google/gemma-4-26b-a4b", {
      instance: "google/gemma-4-26b-a4b:2",
      context: 16_384,
      sizeBytes: 18 * gigabyte,
      gpuBytes: 18 * gigabyte,
      expiresAt: "never",
      busy: true,
    }),
  ],
  installed: [
    sampleInstalled("google/gemma-4-26b-a4b", {
      title: "Gemma 4 26B A4B",
      sizeBytes: 17_990_911_801,
      parameters: "26B-A4B",
      family: "gemma4",
      maxContext: 262_144,
      vision: true,
      thinking: true,
    }),
  ],
});

const refused = {
  code: "runtime/not-running",
  message: "llama-server is not running at 127.0.0.1:8080",
  remedy: "start it: llama-server -m MODEL.gguf",
} as const;

export const downLlamaServer: RuntimeState = sampleRuntime("llama-server", {
  address: { source: { from: "project" }, expected: true },
  connection: { type: "down", since: sampleNow - 3 * minute, problem: refused },
});

export const sampleMemory: MemoryState = {
  kind: "gpu",
  devices: [{ name: "NVIDIA RTX 6000", usedBytes: 43 * gigabyte, totalBytes: 48 * gigabyte }],
  usedBytes: 43 * gigabyte,
  totalBytes: 48 * gigabyte,
  budgetBytes: 45 * gigabyte,
  budgetFrom: "MLX_VRAM_LIMIT",
  ramBytes: 64 * gigabyte,
  ramFreeBytes: 40 * gigabyte,
  history: Array.from({ length: 30 }, (_, index) => (index < 10 ? 0.05 : index < 20 ? 0.5 : 0.9)),
};

/** Wishes for all modes, with where they come from. */
export function wishesFor(
  model: Readonly<Record<AgentMode, string>>,
  source: ModelWish["source"] = { from: "pick" },
): ModelsState["wishes"] {
  return byMode((mode) => ({ model: model[mode], source }));
}

const used = {
  plan: "ollama/qwen3-coder:30b",
  build: "ollama/qwen3-coder:30b",
  review: "lmstudio/google/gemma-4-26b-a4b",
};

export function sampleModels(changes: Partial<ModelsState> = {}): ModelsState {
  return {
    ...noModels,
    surveyed: true,
    runtimes: [sampleOllama, remoteOllama, sampleLmStudio, downLlamaServer],
    memory: sampleMemory,
    wishes: wishesFor(used),
    picks: { plan: { model: used.plan }, build: { model: used.build } },
    recent: [used.review, used.build],
    ...changes,
  };
}

/** The sample state with models, each pane running the one its mode wants. */
export function sampleModelsState(
  changes: Partial<ModelsState> = {},
  others: Partial<State> = {},
): State {
  const panes = byMode((mode) => {
    return samplePane(mode, { wantedModel: used[mode], model: used[mode] });
  });
  return sampleState({ panes, models: sampleModels(changes), ...others });
}

/** A runtime with so many models, as a list that is hard to draw in time. */
export function crowdedRuntime(count: number): RuntimeState {
  const installed = Array.from({ length: count }, (_, index) =>
    sampleInstalled(`family-${index % 17}/model-${index}:${(index % 9) + 1}b`, {
      sizeBytes: ((index % 40) + 1) * gigabyte,
      tools: index % 3 !== 0,
      shape: { layers: 32, kvHeads: 8, keyLength: 128, valueLength: 128 },
    }),
  );
  return sampleRuntime("ollama", { version: "0.32.15", installed });
}

/** One row an adapter, or a way in which its runtime can be run. */
import { llamaServer } from "../../src/runtimes/llama-server/llama-server.ts";
import { llamaSwap } from "../../src/runtimes/llama-swap/llama-swap.ts";
import { lmstudio } from "../../src/runtimes/lmstudio/lmstudio.ts";
import { mlx } from "../../src/runtimes/mlx/mlx.ts";
import { ollama } from "../../src/runtimes/ollama/ollama.ts";
import { openai } from "../../src/runtimes/openai.ts";
import { startLlamaRouter, startLlamaSingle } from "../fakes/llama-server.ts";
import { startLlamaSwapServer } from "../fakes/llama-swap-server.ts";
import { startLmStudioServer } from "../fakes/lmstudio-server.ts";
import { mlxModels, startMlxServer } from "../fakes/mlx-server.ts";
import { startOllamaServer } from "../fakes/ollama-server.ts";
import { startOpenaiServer } from "../fakes/openai-server.ts";
import { describeContract } from "./contract.ts";

describeContract({
  name: "Ollama",
  adapter: ollama,
  start: startOllamaServer,
  model: "qwen3-coder:30b",
  version: "0.33.0",
});

describeContract({
  name: "an old Ollama",
  adapter: ollama,
  start: (options) => startOllamaServer({ ...options, version: "0.9.0" }),
  model: "qwen3-coder:30b",
  version: "0.9.0",
});

describeContract({
  name: "LM Studio",
  adapter: lmstudio,
  start: startLmStudioServer,
  model: "phi-4-mini-instruct",
  version: undefined,
});

describeContract({
  name: "an old LM Studio",
  adapter: lmstudio,
  start: (options) => startLmStudioServer({ ...options, api: "v0" }),
  model: "phi-4-mini-instruct",
  version: undefined,
  loads: false,
});

describeContract({
  name: "a llama-server that is a router",
  adapter: llamaServer,
  start: startLlamaRouter,
  model: "qwen3-coder-30b",
  version: "b11669-Debian",
});

describeContract({
  name: "a llama-server with one model",
  adapter: llamaServer,
  start: (options) => startLlamaSingle(options),
  model: "qwen3-coder-30b",
  version: "b11669-Debian",
  alwaysLoaded: true,
});

describeContract({
  name: "llama-swap",
  adapter: llamaSwap,
  start: startLlamaSwapServer,
  model: "qwen",
  version: "250",
});

describeContract({
  name: "MLX",
  adapter: mlx,
  start: startMlxServer,
  model: mlxModels[0] ?? "",
  version: undefined,
});

describeContract({
  name: "an OpenAI-compatible server",
  adapter: openai,
  start: startOpenaiServer,
  model: "Qwen/Qwen3-Coder-30B-A3B-Instruct",
  version: undefined,
});

describeContract({
  name: "vLLM",
  adapter: openai,
  start: (options) => startOpenaiServer({ ...options, version: "0.11.0" }),
  model: "Qwen/Qwen3-Coder-30B-A3B-Instruct",
  version: "0.11.0",
});

import { alwaysGpu, oneGpu } from "../core/mlx-facts.ts";
import { agentModes } from "../core/mode.ts";
import type { GuideSettings } from "../core/models.ts";
import type { Variables } from "../platform/ports.ts";

const atConversion =
  "a model is quantised when it is converted, not when it is served; runtimes.mlx.quantization is for that";

/** Why each of them does nothing, as checked in the runtimes' sources. */
const reasons: Readonly<Record<string, string>> = {
  OLLAMA_NUM_GPU: "Ollama does not read it; it puts as many layers on the GPU as fit",
  OLLAMA_NUM_THREAD: "Ollama does not read it; a model's own num_thread says it",
  LMSTUDIO_CONTEXT_WINDOW:
    "LM Studio does not read it; runtimes.lmstudio.context sets it with a load, and an agent needs 32k or more",
  MLX_TENSOR_PARALLEL: oneGpu,
  MLX_MAX_GPUS: oneGpu,
  MLX_QUANTIZATION_BITS: atConversion,
  MLX_QUANTIZATION_GROUP_SIZE: atConversion,
  MLX_GPU_ACCELERATION: alwaysGpu,
  ...Object.fromEntries(
    agentModes.map((mode) => [
      `MLX_BATCH_${mode.toUpperCase()}`,
      "mlx_lm.server takes one number for all when it starts: --decode-concurrency, see runtimes.mlx.batch",
    ]),
  ),
};

/** The variables that are set and that nothing reads, each with why. */
export function unusedVariables(variables: Variables): GuideSettings["unused"] {
  return Object.entries(reasons)
    .filter(([variable]) => (variables[variable] ?? "").trim() !== "")
    .map(([variable, why]) => ({ variable, why }));
}

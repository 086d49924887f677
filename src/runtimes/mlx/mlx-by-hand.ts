/** What MLX cannot be asked for, as commands for a POSIX shell: its models, and how it is started. */
import { join } from "node:path";
import type { Quantization, RuntimeTuning } from "../../core/runtime-tuning.ts";
import { shellWord } from "../../core/shell-word.ts";
import { printable } from "../../core/text.ts";
import type { ByHand, StartByHand } from "../adapter.ts";
import { curlPost } from "../curl.ts";
import { isLoopback } from "../ip-address.ts";
import { namedModel } from "./mlx-models.ts";

/** A model goes when another one comes or the server ends: there is no command for that. */
export function mlxByHand({ deed, url, model, tuning }: ByHand): string {
  return deed === "pull"
    ? pullCommand(printable(model), tuning ?? {})
    : curlPost(`${url}/v1/chat/completions`, shortestChat(model));
}

/** The shortest chat there is: the answer comes when the model is loaded. */
export function shortestChat(model: string) {
  return { model, messages: [{ role: "user", content: "hi" }], max_tokens: 1 };
}

/**
 * `mlx_lm.server` with what it takes at its start alone: one batch for all modes, and a bound for
 * what it keeps of conversations, which has none by itself and takes the whole machine's memory.
 */
export function startMlxByHand({ url, model, tuning }: StartByHand): string {
  const { hostname = "", port = "" } = URL.parse(url) ?? {};
  const batch = Object.values(tuning.batch ?? {}).map(({ value }) => value);
  const left = (tuning.memoryLimit?.value ?? 0) - (model.sizeBytes ?? Infinity);
  const options = [
    ["--model", printable(model.name)],
    ...(isLoopback(hostname) ? [] : [["--host", hostname.replace(/^\[|\]$/g, "")]]),
    ["--port", port || "80"],
    ...(batch.length > 0 ? [["--decode-concurrency", String(Math.max(...batch))]] : []),
    ...(tuning.maxTokens ? [["--max-tokens", String(tuning.maxTokens.value)]] : []),
    ...(left > 0 ? [["--prompt-cache-bytes", String(left)]] : []),
  ];
  return ["mlx_lm.server", ...options.flat().map(shellWord)].join(" ");
}

/** What is not quantised yet is converted as the settings want it; else it is only fetched. */
function pullCommand(repository: string, { quantization, modelsPath }: RuntimeTuning): string {
  const base = repository.split("/").at(-1) ?? repository;
  const isPacked = namedModel(repository).quantization !== undefined;
  if (quantization && !isPacked) {
    const { bits = 4, groupSize } = quantization.value;
    const name = `${base}-${bits}bit`;
    const path = modelsPath ? join(modelsPath.value, name) : name;
    const words = ["mlx_lm.convert", "--hf-path", repository, "--mlx-path", path];
    return [...words, ...quantized({ bits, groupSize })].map(shellWord).join(" ");
  }
  const place = modelsPath ? ["--local-dir", join(modelsPath.value, base)] : [];
  return ["hf", "download", repository, ...place].map(shellWord).join(" ");
}

function quantized({ bits, groupSize }: Quantization): readonly string[] {
  const group = groupSize === undefined ? [] : ["--q-group-size", String(groupSize)];
  return ["-q", "--q-bits", String(bits), ...group];
}

/**
 * Variables of Ollama's server that decide how much memory its models take. A server cannot be asked
 * for them; one on this machine was most likely started from the development shell that sets them.
 */
import type { ServerSettings } from "../core/runtime.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { Variables } from "../platform/ports.ts";

/** Undefined where none is set; Ollama itself ignores a value that makes no sense. */
export function ollamaServerSettings(variables: Variables): ServerSettings | undefined {
  const settings: ServerSettings = withoutUndefined({
    context: wholeNumber(variables["OLLAMA_CONTEXT_LENGTH"]),
    parallel: wholeNumber(variables["OLLAMA_NUM_PARALLEL"]),
    overheadBytes: wholeNumber(variables["OLLAMA_GPU_OVERHEAD"]),
    kvShare: kvShares[(variables["OLLAMA_KV_CACHE_TYPE"] ?? "").trim().toLowerCase()],
  });
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** Bits of a value with its share of the block's scale (llama.cpp), in comparison with f16's 16. */
const kvShares: Readonly<Record<string, number>> = { q8_0: 8.5 / 16, q4_0: 4.5 / 16 };

function wholeNumber(text = ""): number | undefined {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : 0;
  return value > 0 && Number.isSafeInteger(value) ? value : undefined;
}

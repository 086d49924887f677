/**
 * What a context takes of the memory: the keys and values ("KV") that each layer keeps of each token.
 * Layers with a **window** keep only the last so many tokens, whatever the context.
 */
import type { InstalledModel, ModelShape } from "./runtime.ts";

/** Keys and values are kept as f16 unless the server is told otherwise (`ServerSettings.kvShare`). */
const bytesPerValue = 2;

/** Bytes that one more token takes while no window is full. */
export function kvBytesPerToken(shape: ModelShape): number {
  const { kvHeads, layers } = shape;
  const heads =
    typeof kvHeads === "number"
      ? kvHeads * layers
      : kvHeads.slice(0, layers).reduce((sum, count) => sum + count, 0);
  return heads * (shape.keyLength + shape.valueLength) * bytesPerValue;
}

/** Bytes of a whole context of so many tokens, for one conversation. */
export function kvBytes(
  { shape, family }: { readonly shape: ModelShape; readonly family?: string | undefined },
  tokens: number,
): number {
  const fullEvery = shape.slidingWindow === undefined ? 1 : (fullLayerEvery[family ?? ""] ?? 1);
  if (fullEvery === 1) return kvBytesPerToken(shape) * tokens;
  const windowed = Math.min(tokens, shape.slidingWindow ?? tokens);
  let kept = 0;
  for (let layer = 0; layer < shape.layers; layer++) {
    const isFull = layer % fullEvery === fullEvery - 1;
    kept += headsOf(shape, layer) * (isFull ? tokens : windowed);
  }
  return kept * (shape.keyLength + shape.valueLength) * bytesPerValue;
}

/**
 * In which families each so manieth layer sees the whole context and the others a window: what
 * llama.cpp sets with `set_swa_pattern`. Of a family that is not here all layers count in full, so
 * that its estimate is too high rather than too low.
 */
const fullLayerEvery: Readonly<Record<string, number>> = {
  gemma2: 2,
  gemma3: 6,
  gemma3n: 5,
  "gpt-oss": 2,
  gptoss: 2,
  cohere2: 4,
  olmo2: 4,
  exaone4: 4,
  llama4: 4,
};

/**
 * A guess for a model whose shape is not known, from how large it is: what common models of that
 * size take (8B 128 KiB, 32B 256 KiB, 70B 320 KiB a token).
 */
export function guessedKvBytesPerToken(model: InstalledModel): number {
  const billions = parametersOf(model);
  if (billions <= 16) return 128 * 1024;
  return billions <= 48 ? 256 * 1024 : 320 * 1024;
}

/** Billions of parameters: as the runtime says ("30.5B", "26B-A4B"), else from the size at some 4 bits. */
export function parametersOf({ parameters, sizeBytes }: InstalledModel): number {
  const [, digits, unit] = /^([\d.]+)\s*([KMBT]?)/i.exec(parameters ?? "") ?? [];
  const said = Number(digits) * (scales[(unit ?? "").toUpperCase()] ?? 1);
  return Number.isFinite(said) ? said : (sizeBytes ?? 0) / 0.6e9;
}

const scales: Readonly<Record<string, number>> = { K: 1e-6, M: 1e-3, B: 1, T: 1000 };

function headsOf({ kvHeads }: ModelShape, layer: number): number {
  return typeof kvHeads === "number" ? kvHeads : (kvHeads[layer] ?? 0);
}

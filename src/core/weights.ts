/** How many bytes the weights of a model are. */
import { parametersOf } from "./kv-cache.ts";
import type { InstalledModel, RuntimeState } from "./runtime.ts";

export type Weights = {
  readonly bytes: number;
  /** Worked out from the number of parameters. */
  readonly guessed: boolean;
};

/**
 * What the runtime says, or its files; of MLX's models, whose names alone may be known, as many
 * parameters as the name tells at the bits it tells, else at those of the settings.
 */
export function weightsOf(model: InstalledModel, runtime: RuntimeState): Weights | undefined {
  const { sizeBytes, parameters } = model;
  if (sizeBytes !== undefined) return { bytes: sizeBytes, guessed: false };
  if (runtime.kind !== "mlx" || parameters === undefined) return undefined;
  const bits = bitsOf(model, runtime);
  const billions = parametersOf(model);
  if (bits === undefined || billions === 0) return undefined;
  return { bytes: Math.round((billions * 1e9 * bits) / 8), guessed: true };
}

/** With the scale and the bias, 16 bits each, that a group of weights shares. */
function bitsOf({ quantization = "" }: InstalledModel, { address }: RuntimeState) {
  const named = /^(\d+)bit$/i.exec(quantization)?.[1];
  const set = address.tuning?.quantization?.value;
  if (named !== undefined) return Number(named) + 32 / usualGroup;
  const format = formats[quantization.toLowerCase()];
  if (format !== undefined || !set) return format;
  return (set.bits ?? usualBits) + 32 / (set.groupSize ?? usualGroup);
}

/** What mlx_lm.convert does where it is told nothing else. */
const usualBits = 4;
const usualGroup = 64;

/** With a scale of 8 bits for 32 weights, or for 16. */
const formats: Readonly<Record<string, number>> = { bf16: 16, fp16: 16, mxfp4: 4.25, nvfp4: 4.5 };

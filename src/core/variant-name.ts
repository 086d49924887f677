/** Names of **variants**: models of the same weights with a context of their own. */
import { tokens } from "./format.ts";

/** "qwen3:8b-ctx64k" of "qwen3:8b", and of "qwen3:8b-ctx32k" as well. */
export function variantName(model: string, context: number): string {
  return `${variantBase(model)}-ctx${tokens(context)}`;
}

/** The model that a variant was made of, as far as its name tells. */
export function variantBase(model: string): string {
  return model.includes("-ctx") ? model.replace(/-ctx\d+[kM]$/, "") : model;
}

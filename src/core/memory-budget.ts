/** What all models together may take of the memory, where somebody says so. */
import type { GuideSettings } from "./models.ts";
import type { Settings } from "./settings.ts";

export type MemoryBudget = {
  readonly budgetBytes?: number;
  /** Who says so, where that are not the settings. */
  readonly budgetFrom?: string;
};

/** `memory.budget`, else MLX_VRAM_LIMIT, unless the project says MLX's limit itself. */
export function memoryBudget(
  { memoryBudgetBytes: own, runtimes }: Pick<Settings, "memoryBudgetBytes" | "runtimes">,
  { budgetBytes: guided }: Pick<GuideSettings, "budgetBytes">,
): MemoryBudget {
  if (own !== undefined) return { budgetBytes: own };
  const isOverruled = runtimes["mlx"]?.tuning?.memoryLimit?.from === "project";
  return guided === undefined || isOverruled
    ? {}
    : { budgetBytes: guided, budgetFrom: "MLX_VRAM_LIMIT" };
}

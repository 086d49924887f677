import { describe, expect, it } from "vitest";
import { memoryBudget } from "../../src/core/memory-budget.ts";
import type { Settings } from "../../src/core/settings.ts";

const limitFrom = (from: "project" | "user"): Settings["runtimes"] => ({
  mlx: { tuning: { memoryLimit: { value: 7, from } }, from },
});

describe("what models may take", () => {
  it.each([
    ["all there is, where nobody says anything", {}, {}, {}],
    ["what memory.budget says", { memoryBudgetBytes: 5 }, { budgetBytes: 9 }, { budgetBytes: 5 }],
    ["MLX_VRAM_LIMIT", {}, { budgetBytes: 9 }, { budgetBytes: 9, budgetFrom: "MLX_VRAM_LIMIT" }],
    [
      "MLX_VRAM_LIMIT before a limit of the user's file",
      { runtimes: limitFrom("user") },
      { budgetBytes: 9 },
      { budgetBytes: 9, budgetFrom: "MLX_VRAM_LIMIT" },
    ],
    [
      "no MLX_VRAM_LIMIT where the project says MLX's limit",
      { runtimes: limitFrom("project") },
      { budgetBytes: 9 },
      {},
    ],
  ] as const)("is %s", (_, settings, guide, budget) => {
    expect(memoryBudget({ runtimes: {}, ...settings }, guide)).toEqual(budget);
  });
});

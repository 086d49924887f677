import type { RuntimeKind } from "../core/runtime.ts";
import type { Adapter } from "./adapter.ts";
import { llamaServer } from "./llama-server/llama-server.ts";
import { llamaSwap } from "./llama-swap/llama-swap.ts";
import { lmstudio } from "./lmstudio/lmstudio.ts";
import { mlx } from "./mlx/mlx.ts";
import { ollama } from "./ollama/ollama.ts";
import { openai } from "./openai.ts";

/** What speaks to each kind of runtime. A new kind is a new row, and one in `core/runtime.ts`. */
export const adapters: Readonly<Record<RuntimeKind, Adapter>> = {
  ollama,
  lmstudio,
  mlx,
  "llama-server": llamaServer,
  "llama-swap": llamaSwap,
  openai,
};

import type { RuntimeKind } from "../core/runtime.ts";

/** The variable that holds a runtime's token, where a kind has a usual one (their own manuals). */
export const tokenVariables = {
  ollama: "OLLAMA_API_KEY",
  lmstudio: "LM_API_TOKEN",
  "llama-server": "LLAMA_API_KEY",
} as const satisfies Partial<Record<RuntimeKind, string>>;

/** The usual variable of a kind, without loading what speaks to it. */
export function tokenVariableOf(kind: RuntimeKind): string | undefined {
  const known: Partial<Record<RuntimeKind, string>> = tokenVariables;
  return known[kind];
}

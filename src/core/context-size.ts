/** How much context an agent needs, in tokens, and a context as people write it. */

/** Below this OpenCode's own prompt and tools (some 10,000 tokens) leave no room to work. */
export const leastContext = 16_384;
/** Below this an agent forgets what it read a few files ago. */
export const goodContext = 32_768;
/** What Ollama's documents ask for with coding agents. */
export const bestContext = 65_536;

/** What `parseContext` takes, for schemas: a number, then perhaps a unit. */
export const contextPattern = /^\s*(\d+(?:\.\d+)?)\s*([kmKM]?)\s*$/;

/** Tokens of "64k" (65536), "1M" or "40960"; undefined for anything else. */
export function parseContext(text: string): number | undefined {
  const [, digits, unit] = contextPattern.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const tokens = Math.round(Number(digits) * (units[(unit ?? "").toLowerCase()] ?? 1));
  return tokens > 0 && Number.isSafeInteger(tokens) ? tokens : undefined;
}

const units: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2 };

import { printable } from "./text.ts";

/** A model's full name: the runtime's id, a slash, and the model's name there, as OpenCode has it. */
export type ModelRef = { readonly runtime: string; readonly name: string };

/** "ollama/qwen3-coder:30b". */
export function formatModelRef({ runtime, name }: ModelRef): string {
  return `${runtime}/${name}`;
}

/** Parts a full name at its first slash: a model's name may hold more of them. Undefined without one. */
export function parseModelRef(text: string): ModelRef | undefined {
  const slash = text.indexOf("/");
  if (slash <= 0 || slash === text.length - 1) return undefined;
  return { runtime: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** A model's name as people read it: of one that is a file's path (llama-server, MLX) the file. */
export function shownModelName(name: string): string {
  return printable(name.startsWith("/") ? (name.split("/").findLast(Boolean) ?? name) : name);
}

/** Whether two names mean one Ollama model: ":latest" may be left out, case does not count. */
export function isSameModelName(a: string, b: string): boolean {
  return withoutLatest(a) === withoutLatest(b);
}

function withoutLatest(name: string): string {
  return name.toLowerCase().replace(/:latest$/, "");
}

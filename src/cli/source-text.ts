/** Where a setting comes from, in words. */
import type { SettingSource } from "../core/runtime.ts";
import { sourceText } from "../core/setting-source.ts";
import type { ModelsReport } from "./models-report-schema.ts";

type Source = NonNullable<ModelsReport["modes"]["plan"]["source"]>;

/** "picked", "from OLLAMA_MODEL_PLAN", "from ai-rules.json", "chosen". */
export function whyText(source: Source): string {
  const word = wordOf(source);
  const isFile = ["project", "variable", "user", "opencode"].includes(source.from);
  return isFile ? `from ${word}` : word;
}

/** "OLLAMA_MODEL_PLAN", "ai-rules.json". */
export function wordOf({ from, name = "" }: Source): string {
  const source: SettingSource = from === "variable" ? { from, name } : { from };
  return sourceText(source);
}

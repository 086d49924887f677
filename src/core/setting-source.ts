/** Where a setting comes from, in the words that stand behind it in tables. */
import type { SettingSource } from "./runtime.ts";

/** "picked", "OLLAMA_MODEL_PLAN", "ai-rules.json", "chosen". */
export function sourceText(source: SettingSource): string {
  switch (source.from) {
    case "flag":
      return "command line";
    case "pick":
      return "picked";
    case "project":
      return "ai-rules.json";
    case "variable":
      return source.name;
    case "user":
      return "config.json";
    case "opencode":
      return "OpenCode";
    case "chosen":
      return "chosen";
    case "default":
      return "default";
    default:
      return source satisfies never;
  }
}

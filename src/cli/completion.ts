import { AiRulesError } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";
import { printable } from "../core/text.ts";
import { completionScript, completionShells } from "./completion-script.ts";

/** The script of `ai-rules completion SHELL`. Throws AiRulesError `usage/completion`. */
export function completion([name = ""]: readonly string[]): string {
  const shell = completionShells.find((known) => known === name);
  if (shell) return completionScript(shell);
  const near = nearestName(name, completionShells);
  throw new AiRulesError({
    code: "usage/completion",
    message: `there is no completion for "${printable(name).slice(0, 60)}"`,
    remedy: near ? `did you mean ${near}?` : `name one of these: ${completionShells.join(", ")}`,
  });
}

/** What OpenCode, asked with `agent list`, says that its agents may do (measured on 1.18.33). */
import { asList, asObject, asText, parseJson } from "./json.ts";
import type { Rule } from "./read-only.ts";

/** One rule as OpenCode has resolved it; the last one that fits decides. */
export type AgentRule = {
  readonly tool: string;
  readonly pattern: string;
  readonly action: string;
};

export type AgentRules = {
  readonly name: string;
  /** "primary", "subagent", "all". */
  readonly mode: string;
  readonly rules: readonly AgentRule[];
};

/** Reads the answer: "NAME (MODE)", then the rules as indented JSON. Empty when it is none. */
export function parseAgents(text: string): readonly AgentRules[] {
  const heads = [...text.matchAll(/^(\S.*) \((\w+)\)$/gmu)];
  return heads.flatMap((head, index) => {
    const [line, name = "", mode = ""] = head;
    const list = parseJson(text.slice(head.index + line.length, heads[index + 1]?.index));
    if (!Array.isArray(list)) return [];
    const rules = asList(list).map((each) => {
      const { permission, pattern, action } = asObject(each);
      return {
        tool: asText(permission) ?? "",
        pattern: asText(pattern) ?? "",
        action: asText(action) ?? "",
      };
    });
    return [{ name, mode, rules }];
  });
}

/** What the rules say of one use of a tool; without a rule OpenCode asks. */
export function actionOf(rules: readonly AgentRule[], tool: string, use: string): string {
  const rule = rules.findLast((each) => fits(tool, each.tool) && fits(use, each.pattern));
  return rule?.action ?? ("ask" satisfies Rule);
}

/** Ways to change something, one of each kind. */
const writingUses: readonly { readonly tool: string; readonly use: string }[] = [
  { tool: "edit", use: "lib/app.ex" },
  { tool: "edit", use: ".opencode/plans/plan.md" },
  { tool: "bash", use: "touch lib/app.ex" },
  { tool: "bash", use: "rm -rf lib" },
  { tool: "bash", use: "git log > lib/app.ex" },
  { tool: "bash", use: "git diff --output=lib/app.ex" },
  { tool: "bash", use: "git commit -am x" },
  { tool: "bash", use: "mix format" },
  // A tool that some file of the user's could define.
  { tool: "ai_rules_probe", use: "*" },
];

/** What of it an agent may do; empty for one that is read-only. */
export function writingAllowed(rules: readonly AgentRule[]): readonly string[] {
  return writingUses
    .filter(({ tool, use }) => actionOf(rules, tool, use) !== "deny")
    .map(({ tool, use }) => `${tool} ${use}`);
}

/** OpenCode's patterns: `*` and `?`, and " *" at the end stands for nothing as well. */
function fits(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/gu, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".")
    .replace(/ \.\*$/u, "( .*)?");
  return new RegExp(`^${source}$`, "su").test(text);
}

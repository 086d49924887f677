import { describe, expect, it } from "vitest";
import { type Permission, readOnlyPermission } from "../../src/opencode/read-only.ts";

const options = { mcpServers: ["serena", "my docs"], ownRules: {} };

/** OpenCode's own evaluation: the last rule that matches wins (read in 1.18.33). */
function evaluate(permission: Permission, tool: string, pattern = "*"): string {
  const rules = Object.entries(permission).flatMap(([key, rule]) =>
    typeof rule === "string"
      ? [{ key, pattern: "*", action: rule }]
      : Object.entries(rule).map(([text, action]) => ({ key, pattern: text, action })),
  );
  const found = rules.findLast((rule) => matches(tool, rule.key) && matches(pattern, rule.pattern));
  return found?.action ?? "ask";
}

function matches(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll("\\", "/")
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".")
    .replace(/ \.\*$/, "( .*)?");
  return new RegExp(`^${source}$`, "s").test(text.replaceAll("\\", "/"));
}

describe("the rules of a read-only mode", () => {
  const plan = readOnlyPermission("plan", options);
  const review = readOnlyPermission("review", options);

  it.each(["edit", "write", "patch", "apply_patch", "my_script", "plan_exit", "other_tool"])(
    "denies the tool %s",
    (tool) => {
      expect(evaluate(plan, tool)).toBe("deny");
      expect(evaluate(review, tool)).toBe("deny");
    },
  );

  it.each(["glob", "grep", "list", "todowrite", "question", "skill", "invalid"])(
    "allows the tool %s",
    (tool) => {
      expect(evaluate(plan, tool)).toBe("allow");
      expect(evaluate(review, tool)).toBe("allow");
    },
  );

  it("reads files, and asks for those that hold secrets", () => {
    expect(evaluate(plan, "read", "src/a.ts")).toBe("allow");
    expect(evaluate(plan, "read", "config/prod.env")).toBe("ask");
  });

  it.each(["webfetch", "websearch", "external_directory", "serena_edit", "my_docs_search"])(
    "asks before %s",
    (tool) => {
      expect(evaluate(plan, tool)).toBe("ask");
      expect(evaluate(review, tool)).toBe("ask");
    },
  );

  it("lets plan call the sub-agents that are under the same rules, and review none", () => {
    expect(evaluate(plan, "task", "explore")).toBe("allow");
    expect(evaluate(plan, "task", "someone-else")).toBe("deny");
    expect(evaluate(review, "task", "explore")).toBe("deny");
  });

  it.each([
    "ls",
    "ls -la src",
    "git status",
    "git log --oneline -5",
    "git diff HEAD~1",
    "git branch",
  ])("runs `%s`", (command) => expect(evaluate(plan, "bash", command)).toBe("allow"));

  it.each([
    "touch x",
    "rm -rf .",
    "mkdir x",
    "lsof",
    "git commit -m x",
    "git push",
    "sed -i s/a/b/ x",
    "git branch x",
    "git stash",
    "git log > f",
    "cat a >> b",
    "git log --output=f",
    "tee x",
    "git diff --ext-diff",
    "find . -delete",
    "find . -exec rm {} +",
    "sort -o f a",
    "xargs rm",
    "X=1 git log",
    "git -c core.pager=x log",
    "rg --pre touch x",
    "env touch x",
    "bash -c ls",
    "echo $(touch x)",
    "echo `touch x`",
    "git grep -Otouch x",
    "node -e 1",
    "npm test",
  ])("refuses `%s`", (command) => {
    expect(evaluate(plan, "bash", command)).toBe("deny");
    expect(evaluate(review, "bash", command)).toBe("deny");
  });

  it("cannot be weakened from below: no key of it is one that a configuration may have", () => {
    const below = { bash: { "*": "allow", "rm *": "allow" }, edit: "allow", "*": "allow" } as const;
    const merged = { ...below, ...plan };

    expect(Object.keys(merged).slice(0, 3)).toEqual(["bash", "edit", "*"]);
    expect(evaluate(merged, "bash", "rm x")).toBe("deny");
    expect(evaluate(merged, "edit")).toBe("deny");
  });

  it("keeps what a mode's own configuration says of an MCP tool", () => {
    const ownRules = { serena_find: "allow", "*_*": "allow", "e*t": "allow", bash: "allow" };
    const rules = readOnlyPermission("plan", { ...options, ownRules });

    expect(evaluate(rules, "serena_find")).toBe("allow");
    expect(evaluate(rules, "serena_edit")).toBe("ask");
    expect(evaluate(rules, "edit")).toBe("deny");
    expect(evaluate(rules, "bash", "rm x")).toBe("deny");
  });
});

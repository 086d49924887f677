import { describe, expect, it } from "vitest";
import { actionOf, parseAgents, writingAllowed } from "../../src/opencode/agent-rules.ts";

const rule = (tool: string, pattern: string, action: string) => ({ tool, pattern, action });

describe("the rules of an agent", () => {
  it("are read from what OpenCode says of its agents", () => {
    const rules = [{ permission: "edit", pattern: "*", action: "deny" }];
    const indented = JSON.stringify(rules, null, 2).replaceAll("\n", "\n  ");

    expect(parseAgents(`plan (primary)\n  ${indented}\nmy own (subagent)\n  []\n`)).toEqual([
      { name: "plan", mode: "primary", rules: [rule("edit", "*", "deny")] },
      { name: "my own", mode: "subagent", rules: [] },
    ]);
  });

  it.each(["", "Error: no such command", "plan (primary)\n", "plan (primary)\n  [{"])(
    "are not read from %j",
    (text) => {
      expect(parseAgents(text)).toEqual([]);
    },
  );

  it.each([
    ["the last rule that fits", [rule("bash", "*", "deny"), rule("*", "*", "allow")], "allow"],
    ["a question mark in a tool's name", [rule("b?sh", "*", "deny")], "deny"],
    ["a pattern of the whole use", [rule("*", "*", "deny"), rule("bash", "git", "allow")], "deny"],
    ["nothing for an ending of blank and star", [rule("bash", "git log *", "allow")], "allow"],
    ["no rule", [rule("edit", "*", "deny")], "ask"],
  ])("decide by %s", (_, rules, action) => {
    expect(actionOf(rules, "bash", "git log")).toBe(action);
  });

  it("let nothing be written when all is refused", () => {
    expect(writingAllowed([rule("*", "*", "deny")])).toEqual([]);
  });

  it("tell each way to write that is open, also one that is asked for", () => {
    const rules = [
      rule("*", "*", "deny"),
      rule("edit", "*.ex", "ask"),
      rule("bash", "mix *", "allow"),
    ];

    expect(writingAllowed(rules)).toEqual(["edit lib/app.ex", "bash mix format"]);
  });
});

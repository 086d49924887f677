import { describe, expect, it } from "vitest";
import { actionOf, parseAgentRules, writingAllowed } from "../../src/opencode/agent-rules.ts";

const rule = (tool: string, pattern: string, action: string) => ({ tool, pattern, action });

describe("the rules of an agent", () => {
  it("are read from what OpenCode says of it", () => {
    const said = {
      name: "plan",
      mode: "primary",
      permission: [{ permission: "edit", pattern: "*", action: "deny" }],
    };

    expect(parseAgentRules(JSON.stringify(said))).toEqual({
      name: "plan",
      mode: "primary",
      rules: [rule("edit", "*", "deny")],
    });
  });

  it.each(["", "Agent plan not found", "[]", '{"name":"plan"}'])("are not read from %j", (text) => {
    expect(parseAgentRules(text)).toBeUndefined();
  });

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

import { describe, expect, it } from "vitest";
import { problemsIn } from "./source-problems.ts";

describe("the problems in a source text", () => {
  it("have the words of their literals, with … for what is filled in", () => {
    const text = `
function missing(name: string): Problem {
  return {
    code: "settings/missing",
    message: \`there is no \${name ? \`"\${name}"\` : "name"} here\`,
    remedy: "write \\"one\\"",
  };
}
`;
    expect(problemsIn(text)).toEqual([
      { code: "settings/missing", message: "there is no … here", remedy: 'write "one"' },
    ]);
  });

  it("name both words of a choice", () => {
    const text = `const p = { code: "run/two", message: a ? "first" : f(b, "second"), remedy: "go" };\n`;

    expect(problemsIn(text)).toEqual([
      { code: "run/two", message: "first *or* second", remedy: "go" },
    ]);
  });

  it("take a message from the constant above", () => {
    const text = `
function bad(): Problem {
  const message = "it is bad";
  return { code: "settings/bad", message, remedy: "mend it" };
}

function other(): Problem {
  return { code: "settings/other", message: "another", remedy: "wait" };
}
`;
    expect(problemsIn(text)).toEqual([
      { code: "settings/bad", message: "it is bad", remedy: "mend it" },
      { code: "settings/other", message: "another", remedy: "wait" },
    ]);
  });

  it("are unfinished where the words come from elsewhere", () => {
    const text = `const make = (message: string) => fail({ code: "pane/made", message, remedy });\n`;

    expect(problemsIn(text)).toEqual([
      { code: "pane/made", message: undefined, remedy: undefined },
    ]);
  });
});

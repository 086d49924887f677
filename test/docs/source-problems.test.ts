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

  it("take their words from a constant of the file", () => {
    const text = `
const smaller = "pick a smaller one";

const instead: Record<string, string> = {
  load: "load it by hand",
  unload: "stop it",
};

const first = { code: "model/one", message: "it is too large", remedy: smaller };
const other = { code: "model/two", message: "it cannot", remedy: instead[deed.type] };
`;
    expect(problemsIn(text)).toEqual([
      { code: "model/one", message: "it is too large", remedy: "pick a smaller one" },
      { code: "model/two", message: "it cannot", remedy: "load it by hand *or* stop it" },
    ]);
  });

  it("take their words from a function that is called, and not what is compared", () => {
    const text = `
const remedy = "wait";

function bad(os: string): Problem {
  return { code: fault ? codeOf(fault) : "nix/bad", message: \`\${os} is bad\`, remedy: restart(os) };
}

function other(): Problem {
  return { code: "nix/other", message: "another", remedy };
}

function restart(os: string): string {
  if (os === "darwin") return "kick it";
  return os.startsWith("linux") ? "start it" : "read on";
}
`;
    expect(problemsIn(text)).toEqual([
      { code: "nix/bad", message: "… is bad", remedy: "kick it *or* start it *or* read on" },
      { code: "nix/other", message: "another", remedy: "wait" },
    ]);
  });

  it("take their words from those who call what makes them", () => {
    const text = `
function check(file: string): void {
  if (!exists(file)) throw fail(\`\${file} is gone\`, "check the path");
  throw fail("it broke", "start anew", { cause: f(1, 2) });
}

function fail(message: string, remedy: string, cause?: unknown): Failure {
  return new Failure({ code: "pane/failed", message, remedy }, { cause });
}
`;
    expect(problemsIn(text)).toEqual([
      { code: "pane/failed", message: "… is gone", remedy: "check the path" },
      { code: "pane/failed", message: "it broke", remedy: "start anew" },
    ]);
  });

  it("are unfinished where the words come from elsewhere", () => {
    const text = `const make = (message: string) => fail({ code: "pane/made", message, remedy });\n`;

    expect(problemsIn(text)).toEqual([
      { code: "pane/made", message: undefined, remedy: undefined },
    ]);
  });
});

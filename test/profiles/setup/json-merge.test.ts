import { parse } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { addMissingKeys, setKeys, updateKeys } from "../../../src/profiles/setup/json-merge.ts";

const theirs = JSON.stringify({
  agent: { plan: { prompt: "p", temperature: 0.2 } },
  list: [1, 2],
  on: true,
});

describe("adding the keys that a JSON file lacks", () => {
  it.each([
    ["an empty object", "{}"],
    ["an empty object over two lines", "{\n}\n"],
    ["nothing but a comment", "{\n  // mine\n}\n"],
    ["one line", '{"z":1}'],
    ["a comment behind the last value", '{\n  "z": 1 // the z\n}\n'],
    ["a comma and comments at the end", '{\n  "z": 1, // the z\n  /* more */\n}\n'],
    ["a closing bracket in the last line", '{ "z": 2,\n  "agent": {\n    "plan": {} } }'],
    ["a comment in front in one line", '{/* c */"z":1}'],
    ["tabs", '{\n\t"agent": {"plan": {"model":"m"}}, // c\n\t"z": {}\n}'],
    ["comments around", '// top\n{\n  "z": 1\n}\n// end\n'],
    ["Windows line ends", '{\r\n  "z": 1\r\n}\r\n'],
    ["space around the last comma", '{\n "z": [1, 2]  ,\n}\n'],
  ])("keeps all that stands there: %s", (_, text) => {
    const merged = addMissingKeys(text, theirs)?.text ?? "";

    expect(parse(merged, [], { allowTrailingComma: true })).toMatchObject({
      ...Object(parse(text, [], { allowTrailingComma: true })),
      on: true,
      list: [1, 2],
      agent: { plan: { prompt: "p", temperature: 0.2 } },
    });
    for (const comment of text.match(/\/\/.*|\/\*.*?\*\//g) ?? [])
      expect(merged).toContain(comment);
    expect(merged.split("\n").filter((line) => line.endsWith("\r")).length).toBe(
      text.includes("\r") ? merged.split("\n").length - 1 : 0,
    );
    expect(addMissingKeys(merged, theirs)).toEqual({ text: merged, kept: [] });
  });

  it("leaves a comment with the value that it speaks of", () => {
    const text = '{\n  "model": "x" // chosen with care\n}\n';

    expect(addMissingKeys(text, '{ "on": true }')?.text).toBe(
      '{\n  "model": "x", // chosen with care\n  "on": true\n}\n',
    );
  });

  it("writes as the file does", () => {
    expect(
      addMissingKeys(
        '{\n\t"a": { "b": 1 }\n}\n',
        '{ "a": {\n  "c": {\n    // why\n    "d": { "e": 2 }\n  }\n} }',
      )?.text,
    ).toBe(
      '{\n\t"a": {\n\t\t"b": 1,\n\t\t"c": {\n\t\t\t// why\n\t\t\t"d": { "e": 2 }\n\t\t}\n\t}\n}\n',
    );
  });

  it("adds no rules to a person's rules, of which the last one wins", () => {
    const text = '{\n  "permission": { "bash": { "git *": "allow" } }\n}\n';

    expect(
      addMissingKeys(text, '{ "permission": { "bash": { "*": "ask" }, "edit": "deny" } }')?.text,
    ).toBe(text);
  });

  it("does not mix two programs of one name", () => {
    const text = '{\n  "mcp": { "serena": { "type": "remote", "url": "http://x" } }\n}\n';
    const local = '{ "mcp": { "serena": { "type": "local" }, "other": { "type": "local" } } }';

    expect(parse(addMissingKeys(text, local)?.text ?? "")).toEqual({
      mcp: { serena: { type: "remote", url: "http://x" }, other: { type: "local" } },
    });
  });

  it("takes a value of another type for what the person wants", () => {
    expect(addMissingKeys('{ "agent": "build" }', theirs)?.text).toContain('"agent": "build"');
  });

  it.each([
    ["a list", "[]"],
    ["a mistake", '{ "a": }'],
    ["marks of a merge", '{\n<<<<<<< ours\n  "a": 1\n}\n'],
    ["nothing", ""],
  ])("gives up on %s", (_, text) => {
    expect(addMissingKeys(text, theirs)).toBeUndefined();
  });
});

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

describe("bringing a JSON file to what the profile has now", () => {
  const base = { same: 1, changed: 1, mine: 1, both: 1, gone: 1, dropped: { deep: 1 } };
  const next = {
    same: 1,
    changed: 2,
    mine: 1,
    both: 2,
    dropped: { deep: 1 },
    fresh: { deep: true },
  };

  it("changes what is as it was written, and nothing else", () => {
    const text = `{
  // comment
  "same": 1,
  "changed": 1, // one
  "mine": 5,
  "both": 5,
  "gone": 1,
  "own": true
}
`;

    expect(updateKeys(text, { base: json(base), theirs: json(next) })).toEqual({
      text: `{
  // comment
  "same": 1,
  "changed": 2, // one
  "mine": 5,
  "both": 5,
  "own": true,
  "fresh": {
    "deep": true
  }
}
`,
      kept: ["both"],
    });
  });

  it("does the same twice without a change", () => {
    const once = updateKeys(json(base), { base: json(base), theirs: json(next) })?.text ?? "";

    expect(updateKeys(once, { base: json(next), theirs: json(next) })?.text).toBe(once);
  });
});

describe("setting keys", () => {
  it.each([
    ['{\n  "a": 1 // one\n}\n', '{\n  "a": 1, // one\n  "shell": "x"\n}\n'],
    ['{\n  "shell": "y" // two\n}\n', '{\n  "shell": "x" // two\n}\n'],
  ])("works whether they are there or not", (text, expected) => {
    expect(setKeys(text, { shell: "x" })).toBe(expected);
  });

  it("reaches down, and makes what is missing on the way", () => {
    const text = '{\n  "runtimes": {\n    "mlx": { "batch": { "plan": 1, "build": 4 } }\n  }\n}\n';
    const values = {
      runtimes: { mlx: { batch: { plan: 2 }, models: { a: "b" } } },
      other: { c: 1 },
    };

    expect(parse(setKeys(text, values))).toEqual({
      runtimes: { mlx: { batch: { plan: 2, build: 4 }, models: { a: "b" } } },
      other: { c: 1 },
    });
  });
});

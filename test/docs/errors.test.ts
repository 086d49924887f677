import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorAnchor, errorCodes, errorLink } from "../../src/core/error-codes.ts";
import { allRows } from "./error-table.ts";
import { projectRoot } from "./generated.ts";
import { sourceProblems } from "./source-problems.ts";

const rows = allRows();
const told = sourceFiles(["src", "bin"]);

describe("the codes of failures", () => {
  it("each have words and a remedy in docs/errors.md", () => {
    const withWords = new Set(rows.map(({ code }) => code));

    expect(errorCodes.filter((code) => !withWords.has(code))).toEqual([]);
    expect(rows.filter(({ message, remedy }) => !isSaid(message) || !isSaid(remedy))).toEqual([]);
  });

  it("have no place in the source whose words are missing there", () => {
    const places = ["src", "bin"].flatMap((folder) => sourceProblems(join(projectRoot, folder)));
    const unsaid = places.filter(
      ({ message, remedy }) => message === undefined || remedy === undefined,
    );

    expect(unsaid).toEqual([]);
  });

  it("are none but those of the list, also where no type looks", () => {
    const known: readonly string[] = errorCodes;

    expect(rows.map(({ code }) => code).filter((code) => !known.includes(code))).toEqual([]);
    expect(linesWith(/\bas (ErrorCode|Problem)\b/)).toEqual([]);
  });

  it("have an anchor each, to which links of ours lead", () => {
    const anchors = errorCodes.map(errorAnchor);
    const document = readFileSync(join(projectRoot, "docs/errors.md"), "utf8");

    expect(new Set(anchors).size).toBe(anchors.length);
    for (const code of errorCodes) {
      const [file, anchor] = errorLink(code).split("#");
      expect(file).toBe("docs/errors.md");
      expect(document).toContain(`<a id="${anchor}"></a>\`${code}\``);
    }
  });

  it("are in order, so that two branches that add some can be joined", () => {
    expect(errorCodes).toEqual([...errorCodes].sort());
  });
});

describe("no failure goes past the codes", () => {
  it("errors are made as AiRulesError only", () => {
    const plain = linesWith(/\bnew (Type|Range|Syntax|Reference|Aggregate)?Error\(/);

    expect([...new Set(plain.map(({ file }) => file))]).toEqual([
      // Fails as fetch does; `runtimes/http/faults.ts` gives it a code.
      "src/platform/patient-fetch.ts",
      // Makes an Error of what was thrown and is none; the same file gives it a code.
      "src/runtimes/monitor/monitor-round.ts",
    ]);
    expect(linesWith(/Promise\.reject\((?!new AiRulesError)|\bthrow ["'`{]/)).toEqual([]);
  });

  it("nothing but the command line and its console writes to the standard streams", () => {
    const writers = linesWith(/\bprocess\.(stdout|stderr)\.write\(|\bstd(out|err)\.write\(/);
    const printers = linesWith(/(?<![\w.])console\.(log|error|warn|info|debug|trace)\(/);

    expect([...new Set(writers.map(({ file }) => file))].sort()).toEqual([
      // Says that this Node is too old, before anything else can be loaded.
      "bin/ai-rules.js",
      "src/cli/console.ts",
      "src/cli/main.ts",
    ]);
    expect(printers).toEqual([]);
  });
});

/** Not only what is filled in. */
function isSaid(words: string): boolean {
  return /[a-z]{2}/i.test(words);
}

type Line = { readonly file: string; readonly line: string };

function linesWith(pattern: RegExp): readonly Line[] {
  return told.flatMap(({ file, text }) =>
    text
      .split("\n")
      .filter((line) => pattern.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      .map((line) => ({ file, line: line.trim() })),
  );
}

function sourceFiles(folders: readonly string[]) {
  return folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(tsx?|js)$/.test(name))
      .map((name) => `${folder}/${name}`)
      .map((file) => ({ file, text: readFileSync(join(projectRoot, file), "utf8") })),
  );
}

import { describe, expect, it } from "vitest";
import { toProblem } from "../../../src/core/error.ts";
import { parseRecord, recordText } from "../../../src/profiles/setup/record.ts";

const record = {
  profile: "nerves",
  profileVersion: 3,
  shell: "elixir_1_18",
  application: "demo",
  files: new Map([
    ["a.md", { text: "one\ntwo\n", beside: false }],
    ["b.md", { text: "", beside: true }],
  ]),
} as const;

function failure(text: string) {
  try {
    return parseRecord(text);
  } catch (error) {
    return toProblem(error);
  }
}

describe("the record of what was written", () => {
  it("comes back as it was written, a line of text a line", () => {
    expect(parseRecord(recordText(record))).toEqual(record);
    expect(recordText(record)).toContain('"one",\n');
  });

  it.each([
    ["marks of a merge", "<<<<<<< HEAD\n{}\n", "profile/record-unreadable"],
    ["something else", '{ "version": 1 }', "profile/record-unreadable"],
    ["a newer program", '{ "version": 2 }', "profile/record-newer"],
  ])("is refused when it holds %s", (_, text, code) => {
    expect(failure(text)).toMatchObject({ code });
  });

  it("names no file outside of the project", () => {
    const files = {
      "../x": {},
      "/etc/x": {},
      "a/../../x": {},
      ".git/HEAD": {},
      "a..b": { lines: ["x"] },
    };
    const text = JSON.stringify({ version: 1, profile: "nerves", profileVersion: 1, files });

    expect([...parseRecord(text).files.keys()]).toEqual(["a..b"]);
  });
});

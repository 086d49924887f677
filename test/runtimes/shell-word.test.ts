import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { printable } from "../../src/core/text.ts";
import { curlPost, shellWord } from "../../src/runtimes/shell-word.ts";

/** What a real shell makes of a word. */
function read(word: string): string {
  return execFileSync("sh", ["-c", `printf %s ${word}`], { encoding: "utf8" });
}

describe("a word for a shell", () => {
  it.each(["plain/name:30b", "it's", 'a "b" $HOME `id` \\', "a b;c&d|e", "", "*"])(
    "is read back as it was: %j",
    (text) => {
      expect(read(shellWord(text))).toBe(text);
    },
  );

  it.each(["a\nb", "it's\ta \\ tab", "\u001B[2Jclear", "turned \u202E round", "läden 漢字"])(
    "is printable, and in bash what it was: %j",
    (text) => {
      const word = shellWord(text);

      expect(printable(word)).toBe(word);
      expect(execFileSync("bash", ["-c", `printf %s ${word}`], { encoding: "utf8" })).toBe(text);
    },
  );

  it("stays bare where it can", () => {
    expect(shellWord("http://127.0.0.1:1234/api")).toBe("http://127.0.0.1:1234/api");
  });
});

describe("a curl command", () => {
  it("carries any name in plain letters", () => {
    const model = "\u001b[31mit's \u202e模型";
    const command = curlPost("http://h/x", { model });

    expect(command).toMatch(/^[ -~]+$/);
    const json = read(command.slice(command.indexOf(" -d ") + 4));
    expect(JSON.parse(json)).toEqual({ model });
  });
});

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { shellWord } from "../../src/core/shell-word.ts";
import { printable } from "../../src/core/text.ts";

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

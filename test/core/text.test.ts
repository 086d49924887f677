import { describe, expect, it } from "vitest";
import { printable, printableLines } from "../../src/core/text.ts";

const cases: readonly (readonly [string, string, string])[] = [
  ["keeps letters of all scripts", "qwen3 · 日本語 · 👩‍💻 · é", "qwen3 · 日本語 · 👩‍💻 · é"],
  ["drops colours", "\u001B[1;31mred\u001B[0m", "red"],
  ["drops 8-bit control sequences", "a\u009B2Jb", "ab"],
  ["drops cursor moves and private modes", "a\u001B[?1049h\u001B[10;5Hb", "ab"],
  ["drops a window title with its text", "a\u001B]0;evil\u0007b", "ab"],
  [
    "drops a link and keeps what it names",
    "\u001B]8;;http://x\u001B\\name\u001B]8;;\u001B\\",
    "name",
  ],
  ["drops a device control string", "a\u001BPq#0;2;0\u001B\\b", "ab"],
  ["keeps the text after a control string that never ends", "a\u001B]0;rest", "a0;rest"],
  ["drops an escape at the end", "a\u001B", "a"],
  ["drops a cut-off control sequence's introducer", "a\u001B[31", "a31"],
  ["drops two-character escapes", "a\u001B7\u001B(Bb", "ab"],
  ["drops bells, backspaces and deletes", "a\u0007\b\u007Fb", "ab"],
  ["turns line ends and tabs into spaces", "a\r\nb\tc\u2028d", "a b c d"],
  ["drops marks that turn the reading direction", "a\u202Eevil\u2066\u200Fb", "aevilb"],
  ["drops zero width space and byte order mark", "\uFEFFa\u200Bb", "ab"],
  ["drops lone surrogates", "a\uD800b", "ab"],
];

describe("printable", () => {
  it.each(cases)("%s", (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it("leaves no control character of any sequence of them", () => {
    const controls = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code));
    const text = controls.flatMap((a) => controls.map((b) => `\u001B${a}${b}`)).join("");

    expect(printable(text)).toMatch(/^[\u0020-\u007E]*$/);
  });
});

describe("printableLines", () => {
  it("parts lines and drops empty ones at the end", () => {
    expect(printableLines("a\r\n\nb  \n\n")).toEqual(["a", "", "b"]);
  });

  it("keeps what a progress bar wrote last", () => {
    expect(printableLines("10%\r50%\r100%\r\ndone")).toEqual(["100%", "done"]);
  });

  it("has no line for no text", () => {
    expect(printableLines("")).toEqual([]);
  });
});

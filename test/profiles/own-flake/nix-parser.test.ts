import { describe, expect, it } from "vitest";
import { parseNix } from "../../../src/profiles/own-flake/nix-parser.ts";
import { nixTokens } from "../../../src/profiles/own-flake/nix-tokens.ts";
import { seededRandom } from "../../fakes/seeded-random.ts";
import { flakeStyles } from "./flake-styles.ts";

describe("the tokens of a Nix file", () => {
  it.each(flakeStyles)("are all of $name", ({ text }) => {
    expect(joined(text)).toBe(text);
  });

  it("are all of a text that was cut and mixed", () => {
    const random = seededRandom(4);
    for (const { text } of flakeStyles) {
      const at = Math.floor(random() * text.length);
      const mixed = text.slice(at) + text.slice(0, at);
      expect(joined(mixed)).toBe(mixed);
    }
  });

  it.each([
    ["a-b.c'd", ["name a-b", "symbol .", "name c'd"]],
    [
      "./a/b ../c ~/d <e/f> g/h.nix /i",
      ["path ./a/b", "path ../c", "path ~/d", "path <e/f>", "path g/h.nix", "path /i"],
    ],
    ["a / b // c", ["name a", "symbol /", "name b", "symbol //", "name c"]],
    [
      "https://x.y/z?a=b x:y x: y",
      ["uri https://x.y/z?a=b", "uri x:y", "name x", "symbol :", "name y"],
    ],
    ["1 2.5 .5e3 a.b", ["number 1", "number 2.5", "number .5e3", "name a", "symbol .", "name b"]],
    ['"a\\"b\\${c}$${d}$"', ['string-open "', 'string-text a\\"b\\${c}$${d}$', 'string-close "']],
    [
      "''a '''b''${c} $${d} ''\\n 'e' f$''",
      ["string-open ''", "string-text a '''b''${c} $${d} ''\\n 'e' f$", "string-close ''"],
    ],
    [
      '"${"}"}"',
      [
        'string-open "',
        "interpolation-open ${",
        'string-open "',
        "string-text }",
        'string-close "',
        "interpolation-close }",
        'string-close "',
      ],
    ],
    [
      "./a/${b}/c.nix;",
      [
        "path ./a/",
        "interpolation-open ${",
        "name b",
        "interpolation-close }",
        "path /c.nix",
        "symbol ;",
      ],
    ],
    ["a # \" '' }\nb /* { # */ c", ["name a", "name b", "name c"]],
  ])("of `%s` are read as Nix reads them", (text, expected) => {
    const { tokens } = nixTokens(text);
    expect(
      tokens
        .filter(({ kind }) => kind !== "space" && kind !== "comment")
        .map((token) => `${token.kind} ${token.text}`),
    ).toEqual(expected);
  });
});

describe("a mistake in a Nix file", () => {
  it.each([
    ["{ a = [ 1; }", 6, "this [ is never closed"],
    ["{ a = 1; } }", 11, "nothing is open that this } could close"],
    ["{ a = (1; }", 6, "this ( is never closed"],
    ['{ a = "b; }', 6, "this string never ends"],
    ["{ a = ''b'; }", 6, "this string never ends"],
    ['{ a = "${b; }"; }', 10, "expected } before ;"],
    ['{ a = "${b', 7, "this ${ never ends"],
    ["{ a = 1; /* b }", 9, "this /* never ends"],
    ["{ a = 1 b = 2; }", 10, "expected ; before ="],
    ["{ a 1; }", 4, "expected = before 1"],
    ["{ a = ; }", 6, "expected an expression before ;"],
    ["let a = 1; b", 12, "expected = before the end"],
    ["{ a, b }", 8, "expected : before the end"],
    ["a ^ b", 2, "expected the end before ^"],
    ["", 0, "expected an expression before the end"],
  ])("of `%s` is named, and its place", (text, at, message) => {
    expect(parseNix(text)).toEqual({ ok: false, mistake: { at, message } });
  });
});

function joined(text: string): string {
  return nixTokens(text)
    .tokens.map((token) => token.text)
    .join("");
}

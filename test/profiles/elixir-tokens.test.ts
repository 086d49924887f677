import { describe, expect, it } from "vitest";
import { elixirTokens } from "../../src/profiles/elixir-tokens.ts";

/** Tokens as they are easily compared: `atom:ash`. */
function read(text: string): readonly string[] {
  return elixirTokens(text).map((token) => `${token.type}:${token.text}`);
}

describe("tokens of Elixir", () => {
  it.each<readonly [text: string, tokens: readonly string[]]>([
    ["deps", ["word:deps"]],
    ["loaded?(x!)", ["word:loaded?", "symbol:(", "word:x!", "symbol:)"]],
    ["größe", ["word:größe"]],
    [":ash", ["atom:ash"]],
    [':"my-app"', ["atom:my-app"]],
    [":'my-app'", ["atom:my-app"]],
    ["app: 1", ["key:app", "number:1"]],
    ['"my-app": 1', ["key:my-app", "number:1"]],
    ["a :: b", ["word:a", "symbol:::", "word:b"]],
    [
      "<<a::8>>",
      ["symbol:<", "symbol:<", "word:a", "symbol:::", "number:8", "symbol:>", "symbol:>"],
    ],
    ['"~> 3.0"', ["string:~> 3.0"]],
    ['"a \\" b"', ['string:a \\" b']],
    ["'a'", ["string:a"]],
    ['"a #{f("}")} b" x', ['string:a #{f("}")} b', "word:x"]],
    ['"#{%{a: "#{1}"}}" x', ['string:#{%{a: "#{1}"}}', "word:x"]],
    ["1 # :no\n:yes", ["number:1", "atom:yes"]],
    ['"# no comment" x', ["string:# no comment", "word:x"]],
    ['"""\na " b\n""" x', ['string:\na " b', "word:x"]],
    ['"""\na """ b\n  """ x', ['string:\na """ b', "word:x"]],
    ["'''\n{:no, 1}\n''' x", ["string:\n{:no, 1}", "word:x"]],
    ["~w(rpi0 rpi4)a x", ["sigil:rpi0 rpi4", "word:x"]],
    ["~S(a #{) x", ["sigil:a #{", "word:x"]],
    ["~s(a #{f(1)}) x", ["sigil:a #{f(1)}", "word:x"]],
    ['~S"""\n{:no, "1"}\n""" x', ['sigil:\n{:no, "1"}', "word:x"]],
    ["~r/a\\/b/i x", ["sigil:a\\/b", "word:x"]],
    ["~> 1", ["symbol:~", "symbol:>", "number:1"]],
    [
      '[?", ?\\", ?#] x',
      [
        "symbol:[",
        'number:?"',
        "symbol:,",
        'number:?\\"',
        "symbol:,",
        "number:?#",
        "symbol:]",
        "word:x",
      ],
    ],
    ["1_000.5 0xFF", ["number:1_000.5", "number:0xFF"]],
    ["\uFEFFa\r\nb", ["word:a", "word:b"]],
  ])("reads %j", (text, tokens) => {
    expect(read(text)).toEqual(tokens);
  });

  it.each(['"', "'", '"""', '"#{', "~w(", ':"', ":", "?", "~", "\\", '"a\\', "}", "\u0000\u0001"])(
    "comes to the end of a text that breaks off: %j",
    (text) => {
      expect(elixirTokens(`a ${text}`)[0]).toEqual({ type: "word", text: "a" });
    },
  );

  it.each([
    ["interpolations in each other", '"#{'],
    ["opened heredocs", '"""'],
    ["escapes", '"\\'],
    ["opened brackets", "{[("],
    ["white space", "  \n"],
  ])("reads half a million of %s at once", (_, text) => {
    expect(elixirTokens(text.repeat(500_000 / text.length))).toBeDefined();
  });
});

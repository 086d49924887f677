import { describe, expect, it } from "vitest";
import { encodeFocus } from "../../src/keys/focus-encoder.ts";
import type { PasteEvent } from "../../src/keys/key.ts";
import { encodePaste, pastedLine, pasteOf } from "../../src/keys/paste-encoder.ts";
import { asText, joined, utf8 } from "./bytes.ts";

function encoded(text: string, bracketed: boolean): string {
  return asText(joined(encodePaste(pasteOf(text), bracketed)));
}

describe("encodePaste", () => {
  it("puts brackets around the whole for a child that asked for them", () => {
    expect(encoded("a\r\nb\tü", true)).toBe("\x1b[200~a\r\nb\tü\x1b[201~");
    expect(encoded("", true)).toBe("\x1b[200~\x1b[201~");
  });

  it("lets nothing close the bracket early", () => {
    expect(encoded("a\x1b[201~rm -rf\r\u009b201~", true)).toBe(
      "\x1b[200~a[201~rm -rf\r201~\x1b[201~",
    );
  });

  it("ends lines as enter does for a child without brackets", () => {
    expect(encoded("a\r\nb\nc\rd", false)).toBe("a\rb\rc\rd");
    expect(encoded("a\x1b[201~b\x1b[20\x1b[201~1~c\x1b[A", false)).toBe("abc\x1b[A");
  });

  it("puts the brackets around the first and the last piece only", () => {
    const pieces = (["begin", "middle", "end"] as const).map(
      (part): PasteEvent => ({ type: "paste", part, bytes: utf8(part) }),
    );

    expect(asText(joined(pieces.flatMap((piece) => encodePaste(piece, true))))).toBe(
      "\x1b[200~beginmiddleend\x1b[201~",
    );
  });

  it("makes chunks of at most 4096 bytes that part no character", () => {
    const text = `${"x".repeat(4095)}ü${"😀".repeat(2000)}`;
    const chunks = encodePaste(pasteOf(text), true);

    expect(asText(joined(chunks))).toBe(`\x1b[200~${text}\x1b[201~`);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThanOrEqual(4096);
      expect(asText(chunk)).not.toContain("\ufffd");
    }
  });
});

describe("pastedLine", () => {
  it("gives a text box one line without control characters", () => {
    expect(pastedLine(pasteOf("two\r\nlines\x1b[A\x07\u009b!"))).toBe("two lines[A!");
  });
});

describe("encodeFocus", () => {
  it("says whether the focus was gained or lost", () => {
    expect(encodeFocus(true)).toBe("\x1b[I");
    expect(encodeFocus(false)).toBe("\x1b[O");
  });
});

import { describe, expect, it } from "vitest";
import { chordsOfKey, formatChord, keyOfChord, parseChord } from "../../src/keys/chord.ts";
import { createInputParser } from "../../src/keys/input-parser.ts";
import type { KeyEvent } from "../../src/keys/key.ts";
import { utf8 } from "./bytes.ts";

function keyOf(bytes: string): KeyEvent {
  const parser = createInputParser();
  const [event] = [...parser.feed(utf8(bytes)), ...parser.flush()];
  if (event?.type !== "key") throw new Error(`not a key: ${bytes}`);
  return event;
}

describe("formatChord", () => {
  it.each([
    ["\x0f", "ctrl+o"],
    ["\x1b[111;5u", "ctrl+o"],
    ["\x1b[27;5;111~", "ctrl+o"],
    ["\x1b1", "alt+1"],
    ["\x1b[49;3u", "alt+1"],
    ["\x1b[5;2~", "shift+pageup"],
    ["r", "r"],
    ["R", "R"],
    ["\x1b[114:82;2u", "R"],
    ["\x1b[114;2u", "R"],
    ["?", "?"],
    ["\x1b[47:63;2u", "?"],
    ["\x1bG", "alt+G"],
    ["\x1b[103:71;6u", "ctrl+shift+g"],
    ["\x1b[114;65u", "r"],
    ["\x1b[97;9u", "super+a"],
    [" ", "space"],
    ["\x1b", "esc"],
    ["\r", "enter"],
    ["\t", "tab"],
    ["\x1b[Z", "shift+tab"],
    ["\x1b[A", "up"],
    ["\x1bOq", "1"],
    ["\0", "ctrl+space"],
    ["+", "+"],
  ])("names %j %s", (bytes, chord) => {
    expect(formatChord(keyOf(bytes))).toBe(chord);
  });
});

describe("chordsOfKey", () => {
  it("adds the Latin key in the place of one of another alphabet", () => {
    expect(chordsOfKey(keyOf("\x1b[1097::111;5u"))).toContain("ctrl+o");
    expect(chordsOfKey(keyOf("\x1b[1082:1050:114;2u"))).toContain("R");
  });

  it("does not take a Latin letter for the one in its place of another layout", () => {
    expect(chordsOfKey(keyOf("\x1b[114::111;5u"))).toEqual(["ctrl+r"]);
  });

  it("knows a shifted character also by its key", () => {
    expect(chordsOfKey(keyOf("\x1b[49:33;2u"))).toEqual(["!", "shift+1"]);
  });
});

describe("keyOfChord", () => {
  it.each(["ctrl+o", "alt+1", "G", "alt+G", "ctrl+shift+g", "esc", "f12", "ctrl+]", "ctrl+-", "?"])(
    "makes a key of %s",
    (chord) => {
      expect(formatChord(keyOfChord(chord))).toBe(chord);
    },
  );
});

describe("parseChord", () => {
  it.each([
    ["ctrl+o", "ctrl+o"],
    ["Ctrl+O", "ctrl+o"],
    ["C-o", "ctrl+o"],
    ["ctrl-o", "ctrl+o"],
    ["^o", "ctrl+o"],
    ["M-1", "alt+1"],
    ["meta+1", "alt+1"],
    ["option+1", "alt+1"],
    ["alt+ctrl+x", "ctrl+alt+x"],
    ["cmd+k", "super+k"],
    ["escape", "esc"],
    ["Esc", "esc"],
    ["return", "enter"],
    ["pgup", "pageup"],
    ["Shift+PgDn", "shift+pagedown"],
    ["backtab", "shift+tab"],
    ["S-Tab", "shift+tab"],
    ["shift+g", "G"],
    ["G", "G"],
    ["alt+G", "alt+G"],
    ["alt+shift+g", "alt+G"],
    ["ctrl+shift+g", "ctrl+shift+g"],
    ["shift+1", "shift+1"],
    ["space", "space"],
    ["F5", "f5"],
    [":", ":"],
    ["+", "+"],
    ["-", "-"],
    ["ctrl++", "ctrl++"],
    ["ctrl+-", "ctrl+-"],
    ["C--", "ctrl+-"],
    ["ctrl+]", "ctrl+]"],
    ["ctrl+\\", "ctrl+\\"],
    ["ß", "ß"],
    ["shift+ß", "shift+ß"],
  ])("reads %s as %s", (text, chord) => {
    expect(parseChord(text)).toBe(chord);
    expect(parseChord(chord)).toBe(chord);
  });

  it.each(["", "  ", "ctrl+", "hyperspace", "ctrl+foo", "f36", "ab", "ctrl+o r"])(
    "does not read %j",
    (text) => {
      expect(parseChord(text)).toBeUndefined();
    },
  );
});

import { describe, expect, it } from "vitest";
import { createInputParser } from "../../src/keys/input-parser.ts";
import { isCharacter, type KeyEvent, makeKey, modifier } from "../../src/keys/key.ts";
import { encodeKey, type KeyModes } from "../../src/keys/key-encoder.ts";
import { utf8 } from "./bytes.ts";
import { keyboardRows } from "./keyboard-tables.ts";

const { shift, alt, ctrl } = modifier;

const legacy: KeyModes = {
  applicationCursor: false,
  applicationKeypad: false,
  kittyFlags: 0,
  modifyOtherKeys: 0,
};
const otherKeys = (modifyOtherKeys: 1 | 2): KeyModes => ({ ...legacy, modifyOtherKeys });
const kitty = (kittyFlags: number): KeyModes => ({ ...legacy, kittyFlags });

function keyOf(bytes: string | Uint8Array): KeyEvent {
  const parser = createInputParser();
  const fed = parser.feed(typeof bytes === "string" ? utf8(bytes) : bytes);
  const [event, ...more] = [...fed, ...parser.flush()];
  if (event?.type !== "key" || more.length > 0) throw new Error(`not one key: ${String(bytes)}`);
  return event;
}

/** What is to be the same after a key went to a child and was read there. */
function meaning({ code, modifiers, kind, keypad, text }: KeyEvent) {
  return { code, modifiers, kind, keypad, text };
}

describe("a child that asked for nothing", () => {
  it.each([
    [makeKey({ code: "a" }), "a"],
    [makeKey({ code: "a", modifiers: shift, shifted: "A" }), "A"],
    [makeKey({ code: "1", modifiers: shift, shifted: "!" }), "!"],
    [makeKey({ code: "a", modifiers: modifier.capsLock }), "A"],
    [makeKey({ code: "é" }), "é"],
    [makeKey({ code: "space" }), " "],
    [makeKey({ code: "enter" }), "\r"],
    [makeKey({ code: "enter", modifiers: shift }), "\r"],
    [makeKey({ code: "enter", modifiers: alt }), "\x1b\r"],
    [makeKey({ code: "tab", modifiers: shift }), "\x1b[Z"],
    [makeKey({ code: "tab", modifiers: ctrl }), "\t"],
    [makeKey({ code: "escape" }), "\x1b"],
    [makeKey({ code: "backspace", modifiers: ctrl }), "\x08"],
    [makeKey({ code: "x", modifiers: alt }), "\x1bx"],
    [makeKey({ code: "x", modifiers: alt | shift }), "\x1bX"],
    [makeKey({ code: "é", modifiers: alt }), "\x1bé"],
    [makeKey({ code: "o", modifiers: ctrl }), "\x0f"],
    [makeKey({ code: "o", modifiers: ctrl | shift }), "\x0f"],
    [makeKey({ code: "o", modifiers: ctrl | alt }), "\x1b\x0f"],
    [makeKey({ code: "щ", base: "o", modifiers: ctrl }), "\x0f"],
    [makeKey({ code: "space", modifiers: ctrl }), "\0"],
    [makeKey({ code: "[", modifiers: ctrl }), "\x1b"],
    [makeKey({ code: "/", modifiers: ctrl }), "\x1f"],
    [makeKey({ code: "1", modifiers: ctrl }), "1"],
    [makeKey({ code: "2", modifiers: ctrl }), "\0"],
    [makeKey({ code: "3", modifiers: ctrl }), "\x1b"],
    [makeKey({ code: "7", modifiers: ctrl }), "\x1f"],
    [makeKey({ code: "8", modifiers: ctrl }), "\x7f"],
    [makeKey({ code: "9", modifiers: ctrl }), "9"],
    [makeKey({ code: "up" }), "\x1b[A"],
    [makeKey({ code: "up", modifiers: modifier.numLock }), "\x1b[A"],
    [makeKey({ code: "up", modifiers: ctrl }), "\x1b[1;5A"],
    [makeKey({ code: "home" }), "\x1b[H"],
    [makeKey({ code: "f1" }), "\x1bOP"],
    [makeKey({ code: "f3", modifiers: shift }), "\x1b[1;2R"],
    [makeKey({ code: "f5" }), "\x1b[15~"],
    [makeKey({ code: "pageup", modifiers: shift }), "\x1b[5;2~"],
    [makeKey({ code: "1", keypad: true }), "1"],
    [makeKey({ code: "enter", keypad: true }), "\r"],
    [makeKey({ code: "a", kind: "repeat" }), "a"],
    [makeKey({ code: "a", kind: "release" }), undefined],
    [makeKey({ code: "a", modifiers: modifier.super }), undefined],
    [makeKey({ code: "left-shift" }), undefined],
    [makeKey({ code: "media-play" }), undefined],
  ])("hears %j as %j", (event, bytes) => {
    expect(encodeKey(event, legacy)).toBe(bytes);
  });

  it("hears cursor keys as SS3 in application mode, unless something is held", () => {
    const modes = { ...legacy, applicationCursor: true };

    expect(encodeKey(makeKey({ code: "up" }), modes)).toBe("\x1bOA");
    expect(encodeKey(makeKey({ code: "end" }), modes)).toBe("\x1bOF");
    expect(encodeKey(makeKey({ code: "up", modifiers: shift }), modes)).toBe("\x1b[1;2A");
    expect(encodeKey(makeKey({ code: "delete" }), modes)).toBe("\x1b[3~");
  });

  it("hears keypad keys as SS3 in application mode, unless num lock is on", () => {
    const modes = { ...legacy, applicationKeypad: true };

    expect(encodeKey(makeKey({ code: "1", keypad: true }), modes)).toBe("\x1bOq");
    expect(encodeKey(makeKey({ code: "enter", keypad: true }), modes)).toBe("\x1bOM");
    expect(encodeKey(makeKey({ code: "1" }), modes)).toBe("1");
    const digit = makeKey({ code: "1", keypad: true, modifiers: modifier.numLock });
    expect(encodeKey(digit, modes)).toBe("1");
  });
});

describe("a child that set modifyOtherKeys", () => {
  it.each([
    [makeKey({ code: "a" }), "a", "a"],
    [makeKey({ code: "a", modifiers: shift, shifted: "A" }), "A", "A"],
    [makeKey({ code: "a", modifiers: ctrl }), "\x01", "\x1b[27;5;97~"],
    [makeKey({ code: "a", modifiers: ctrl | shift }), "\x1b[27;6;65~", "\x1b[27;6;65~"],
    [makeKey({ code: "a", modifiers: alt }), "\x1ba", "\x1b[27;3;97~"],
    [makeKey({ code: "1", modifiers: ctrl }), "\x1b[27;5;49~", "\x1b[27;5;49~"],
    [makeKey({ code: "enter" }), "\r", "\r"],
    [makeKey({ code: "enter", modifiers: shift }), "\x1b[27;2;13~", "\x1b[27;2;13~"],
    [makeKey({ code: "tab", modifiers: shift }), "\x1b[Z", "\x1b[27;2;9~"],
    [makeKey({ code: "tab", modifiers: ctrl }), "\x1b[27;5;9~", "\x1b[27;5;9~"],
    [makeKey({ code: "backspace", modifiers: alt }), "\x1b\x7f", "\x1b[27;3;127~"],
    [makeKey({ code: "space", modifiers: ctrl }), "\0", "\x1b[27;5;32~"],
    [makeKey({ code: "up", modifiers: ctrl }), "\x1b[1;5A", "\x1b[1;5A"],
  ])("hears %j as %j in mode 1 and as %j in mode 2", (event, one, two) => {
    expect(encodeKey(event, otherKeys(1))).toBe(one);
    expect(encodeKey(event, otherKeys(2))).toBe(two);
  });

  it("hears no release", () => {
    expect(encodeKey(makeKey({ code: "a", modifiers: ctrl, kind: "release" }), otherKeys(2))).toBe(
      undefined,
    );
  });
});

describe("a child that uses the kitty keyboard protocol", () => {
  const bigA = makeKey({ code: "a", modifiers: shift, shifted: "A" });
  const shcha = makeKey({ code: "щ", base: "o", modifiers: ctrl });

  it.each([
    // Disambiguate.
    [1, makeKey({ code: "a" }), "a"],
    [1, bigA, "A"],
    [1, makeKey({ code: "a", modifiers: modifier.numLock }), "a"],
    [1, makeKey({ code: "escape" }), "\x1b[27u"],
    [1, makeKey({ code: "enter" }), "\r"],
    [1, makeKey({ code: "enter", modifiers: modifier.numLock }), "\r"],
    [1, makeKey({ code: "enter", modifiers: shift }), "\x1b[13;2u"],
    [1, makeKey({ code: "tab", modifiers: shift }), "\x1b[9;2u"],
    [1, makeKey({ code: "backspace", modifiers: alt }), "\x1b[127;3u"],
    [1, makeKey({ code: "space", modifiers: ctrl }), "\x1b[32;5u"],
    [1, makeKey({ code: "a", modifiers: ctrl }), "\x1b[97;5u"],
    [1, makeKey({ code: "a", modifiers: ctrl | modifier.capsLock }), "\x1b[97;5u"],
    [1, makeKey({ code: "a", modifiers: alt | shift, shifted: "A" }), "\x1b[97;4u"],
    [1, makeKey({ code: "a", modifiers: modifier.super }), "\x1b[97;9u"],
    [1, makeKey({ code: "up" }), "\x1b[A"],
    [1, makeKey({ code: "up", modifiers: shift }), "\x1b[1;2A"],
    [1, makeKey({ code: "f1" }), "\x1b[P"],
    [1, makeKey({ code: "f3" }), "\x1b[13~"],
    [1, makeKey({ code: "f13" }), "\x1b[57376u"],
    [1, makeKey({ code: "delete" }), "\x1b[3~"],
    [1, makeKey({ code: "enter", keypad: true }), "\x1b[57414u"],
    [1, makeKey({ code: "home", keypad: true }), "\x1b[57423u"],
    [1, makeKey({ code: "1", keypad: true }), "1"],
    [1, makeKey({ code: "left-shift", modifiers: shift }), undefined],
    [1, makeKey({ code: "a", kind: "repeat" }), "a"],
    [1, makeKey({ code: "up", kind: "repeat" }), "\x1b[A"],
    [1, makeKey({ code: "up", kind: "release" }), undefined],
    // Event types.
    [3, makeKey({ code: "up", kind: "repeat" }), "\x1b[1;1:2A"],
    [3, makeKey({ code: "up", kind: "release" }), "\x1b[1;1:3A"],
    [3, makeKey({ code: "a", modifiers: ctrl, kind: "release" }), "\x1b[97;5:3u"],
    [3, makeKey({ code: "a", kind: "release" }), "\x1b[97;1:3u"],
    [3, makeKey({ code: "enter", kind: "release" }), undefined],
    [3, makeKey({ code: "enter", kind: "repeat" }), "\r"],
    [11, makeKey({ code: "enter", kind: "release" }), "\x1b[13;1:3u"],
    // Alternate keys.
    [5, makeKey({ code: "a", modifiers: ctrl | shift, shifted: "A" }), "\x1b[97:65;6u"],
    [5, shcha, "\x1b[1097::111;5u"],
    [5, makeKey({ code: "a", base: "a", modifiers: ctrl }), "\x1b[97;5u"],
    [13, bigA, "\x1b[97:65;2u"],
    // All keys, with their text.
    [8, makeKey({ code: "a" }), "\x1b[97u"],
    [8, makeKey({ code: "enter" }), "\x1b[13u"],
    [8, makeKey({ code: "left-shift", modifiers: shift }), "\x1b[57441;2u"],
    [8, makeKey({ code: "1", keypad: true }), "\x1b[57400u"],
    [8, makeKey({ code: "a", modifiers: modifier.capsLock }), "\x1b[97;65u"],
    [24, makeKey({ code: "a" }), "\x1b[97;;97u"],
    [31, bigA, "\x1b[97:65;2;65u"],
    [31, makeKey({ code: "a", modifiers: ctrl }), "\x1b[97;5u"],
    [31, makeKey({ code: "a", kind: "release" }), "\x1b[97;1:3u"],
    [24, makeKey({ code: "äö", text: "äö" }), "\x1b[0;;228:246u"],
    [8, makeKey({ code: "äö", text: "äö" }), "äö"],
    // Flags without disambiguation.
    [2, makeKey({ code: "a", modifiers: ctrl }), "\x01"],
    [4, makeKey({ code: "escape" }), "\x1b"],
  ])("hears, with flags %i, %j as %j", (flags, event, bytes) => {
    expect(encodeKey(event, kitty(flags))).toBe(bytes);
  });

  it("does not use SS3 in application mode", () => {
    const modes = { ...kitty(1), applicationCursor: true, applicationKeypad: true };

    expect(encodeKey(makeKey({ code: "up" }), modes)).toBe("\x1b[A");
    expect(encodeKey(makeKey({ code: "enter", keypad: true }), modes)).toBe("\x1b[57414u");
  });
});

describe("keys on their way through", () => {
  /** What legacy bytes can say of a key; for the rest other protocols were made. */
  const sayable = keyboardRows().filter(({ name, kind, modifiers, bytes }) => {
    const { keypad } = keyOf(bytes);
    return kind === "press" && !keypad && !(modifiers === (ctrl | shift)) && !/symbol/.test(name);
  });

  it.each(sayable)("leaves $name the same for a child without protocol", ({ bytes }) => {
    const event = keyOf(bytes);
    expect(meaning(keyOf(encodeKey(event, legacy)!))).toEqual(meaning(event));
  });

  it.each(keyboardRows())("leaves $name the same for a child with all of kitty's", ({ bytes }) => {
    const event = keyOf(bytes);
    const again = keyOf(encodeKey(event, kitty(31))!);

    expect(meaning(again)).toEqual(meaning(event));
    expect(again.shifted).toBe(event.shifted);
  });

  it.each(keyboardRows().filter(({ kind }) => kind === "press"))(
    "leaves $name the same for a child that can tell keys apart",
    ({ bytes }) => {
      const event = keyOf(bytes);
      const heard = meaning(keyOf(encodeKey(event, kitty(5))!));

      // Text comes as text, whichever of two keys made it.
      const typed = event.text !== "" && heard.text === event.text;
      if (!typed) expect(heard).toEqual(meaning(event));
    },
  );

  it.each(keyboardRows().filter(({ kind, code }) => kind === "press" && isCharacter(code)))(
    "leaves $name the same for a child with modifyOtherKeys 2",
    ({ bytes }) => {
      const event = keyOf(bytes);
      const heard = keyOf(encodeKey(event, otherKeys(2))!);

      if (event.text === "") expect(meaning(heard)).toEqual(meaning(event));
      else expect(heard.text).toBe(event.text);
    },
  );

  it("encodes bytes of kitty's as they came when the child asked for the same", () => {
    const rows = [
      "\x1b[97:65;2;65u",
      "\x1b[1097::111;5u",
      "\x1b[1;1:3A",
      "\x1b[57441;2u",
      "\x1b[9;2u",
    ];
    for (const bytes of rows) expect(encodeKey(keyOf(bytes), kitty(31))).toBe(bytes);
  });
});

import { describe, expect, it } from "vitest";
import { createInputParser } from "../../src/keys/input-parser.ts";
import { type InputEvent, type KeyEvent, modifier } from "../../src/keys/key.ts";
import { asText, fromHex, joined, utf8 } from "./bytes.ts";
import { keyboardRows } from "./keyboard-tables.ts";

const { shift, alt, ctrl } = modifier;

/** Feeds all chunks, then lets the time pass that ends what is held back. */
function parse(...chunks: readonly (string | Uint8Array)[]): readonly InputEvent[] {
  const parser = createInputParser();
  const events = chunks.flatMap((chunk) =>
    parser.feed(typeof chunk === "string" ? utf8(chunk) : chunk),
  );
  return [...events, ...parser.flush()];
}

function key(code: string, modifiers = 0, more: Partial<KeyEvent> = {}) {
  return { type: "key", code, modifiers, kind: "press", ...more };
}

/** Events without the bytes, which are asserted on their own. */
function meanings(events: readonly InputEvent[]): readonly unknown[] {
  return events.map((event) => {
    if (event.type !== "key") return event;
    const { bytes: _, ...rest } = event;
    return rest;
  });
}

describe("keyboard tables", () => {
  it.each(keyboardRows())("reads $name", (row) => {
    const events = parse(row.bytes);

    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: "key",
      code: row.code,
      modifiers: row.modifiers,
      kind: row.kind,
      shifted: row.shifted,
      bytes: row.bytes,
    });
  });

  it.each(keyboardRows())("reads $name split anywhere", (row) => {
    const whole = meanings(parse(row.bytes));

    for (let at = 1; at < row.bytes.length; at++)
      expect(meanings(parse(row.bytes.subarray(0, at), row.bytes.subarray(at)))).toEqual(whole);
  });
});

describe("legacy keys", () => {
  it.each([
    ["a", key("a", 0, { text: "a" })],
    ["A", key("a", shift, { text: "A", shifted: "A" })],
    ["!", key("!", 0, { text: "!" })],
    [" ", key("space", 0, { text: " " })],
    ["é", key("é", 0, { text: "é" })],
    ["Ж", key("ж", shift, { text: "Ж", shifted: "Ж" })],
    ["ß", key("ß", 0, { text: "ß" })],
    ["😀", key("😀", 0, { text: "😀" })],
    ["\0", key("space", ctrl, { text: "" })],
    ["\x08", key("h", ctrl)],
    ["\x0f", key("o", ctrl, { text: "" })],
    ["\x1c", key("\\", ctrl)],
    ["\x1d", key("]", ctrl)],
    ["\x1e", key("^", ctrl)],
    ["\x1f", key("_", ctrl)],
    ["\x1b", key("escape", 0, { text: "" })],
    ["\x1ba", key("a", alt, { text: "" })],
    ["\x1bA", key("a", alt | shift, { shifted: "A", text: "" })],
    ["\x1b1", key("1", alt)],
    ["\x1bé", key("é", alt)],
    ["\x1b ", key("space", alt)],
    ["\x1b\r", key("enter", alt)],
    ["\x1b\t", key("tab", alt)],
    ["\x1b\x0f", key("o", alt | ctrl)],
    ["\x1b\0", key("space", alt | ctrl)],
    ["\x1b[", key("[", alt)],
    ["\x1bO", key("o", alt | shift)],
    ["\x1bP", key("p", alt | shift)],
    ["\x1b]", key("]", alt)],
    ["\x1b_", key("_", alt)],
    ["\x1bX", key("x", alt | shift)],
  ])("reads %j", (bytes, expected) => {
    expect(parse(bytes)).toMatchObject([expected]);
  });

  it.each([
    ["\x1b[Z", key("tab", shift)],
    ["\x1b[1;4Z", key("tab", alt | shift)],
    ["\x1bOA", key("up")],
    ["\x1bOP", key("f1")],
    ["\x1bO5P", key("f1", ctrl)],
    ["\x1b[1;2P", key("f1", shift)],
    ["\x1b[R", key("f3")],
    ["\x1b[1;2R", key("f3", shift)],
    ["\x1b[13~", key("f3")],
    ["\x1b[15~", key("f5")],
    ["\x1b[24;6~", key("f12", ctrl | shift)],
    ["\x1b[25~", key("f13")],
    ["\x1b[34~", key("f20")],
    ["\x1b[3;5~", key("delete", ctrl)],
    ["\x1b[5A", key("up", ctrl)],
    ["\x1b[E", key("begin", 0, { keypad: true })],
    ["\x1bOM", key("enter", 0, { keypad: true })],
    ["\x1bOp", key("0", 0, { keypad: true, text: "0" })],
    // Linux console.
    ["\x1b[[A", key("f1")],
    ["\x1b[[E", key("f5")],
    // rxvt.
    ["\x1b[a", key("up", shift)],
    ["\x1bOd", key("left", ctrl)],
    ["\x1b[3$", key("delete", shift)],
    ["\x1b[5^", key("pageup", ctrl)],
    ["\x1b[6@", key("pagedown", ctrl | shift)],
    ["\x1b\x1bOA", key("up", alt)],
    ["\x1b\x1b[3~", key("delete", alt)],
    ["\x1b\x1b[1;5D", key("left", alt | ctrl)],
  ])("reads the sequence %j", (bytes, expected) => {
    expect(parse(bytes)).toMatchObject([expected]);
  });

  it("takes two quick escapes for two escape keys", () => {
    expect(parse("\x1b\x1b")).toMatchObject([key("escape"), key("escape")]);
    expect(parse("\x1b\x1bx")).toMatchObject([key("escape"), key("x", alt)]);
    expect(parse("\x1b\x1b\x1b[A")).toMatchObject([key("escape"), key("up", alt)]);
  });

  it("keeps an escape apart from a report that follows it", () => {
    expect(parse("\x1b\x1b[<0;1;1M")).toMatchObject([key("escape"), { type: "mouse" }]);
    expect(parse("\x1b\x1b[I")).toMatchObject([key("escape"), { type: "focus" }]);
    expect(parse("\x1b\x1b[200~hi\x1b[201~")).toMatchObject([key("escape"), { type: "paste" }]);
  });

  it("reads many keys of one read in order", () => {
    expect(parse("ab\x1b[A\rü")).toMatchObject(["a", "b", "up", "enter", "ü"].map((c) => key(c)));
  });

  it("reads an ESC and a key that come apart in time as two keys", () => {
    const parser = createInputParser();

    expect(parser.feed(utf8("\x1b"))).toEqual([]);
    expect(parser.pending).toBe(true);
    expect(parser.flushAfterMs).toBe(25);
    expect(parser.flush()).toMatchObject([key("escape")]);
    expect(parser.pending).toBe(false);
    expect(parser.flushAfterMs).toBeUndefined();
    expect(parser.feed(utf8("x"))).toMatchObject([key("x")]);
  });
});

describe("kitty keyboard protocol and modifyOtherKeys", () => {
  it.each([
    ["\x1b[97u", key("a", 0, { text: "a" })],
    ["\x1b[111;5u", key("o", ctrl, { text: "" })],
    ["\x1b[111;5:2u", key("o", ctrl, { kind: "repeat" })],
    ["\x1b[111;5:3u", key("o", ctrl, { kind: "release", text: "" })],
    ["\x1b[97;;97u", key("a", 0, { text: "a" })],
    ["\x1b[97:65;2;65u", key("a", shift, { shifted: "A", text: "A" })],
    ["\x1b[49:33;2u", key("1", shift, { shifted: "!", text: "!" })],
    ["\x1b[1097::111;5u", key("щ", ctrl, { base: "o" })],
    ["\x1b[79;6u", key("o", ctrl | shift, { shifted: "O" })],
    ["\x1b[97;65u", key("a", modifier.capsLock, { text: "A" })],
    ["\x1b[97;9u", key("a", modifier.super, { text: "" })],
    ["\x1b[27u", key("escape")],
    ["\x1b[13;2u", key("enter", shift)],
    ["\x1b[9;5u", key("tab", ctrl)],
    ["\x1b[32;5u", key("space", ctrl)],
    ["\x1b[57376u", key("f13")],
    ["\x1b[57398u", key("f35")],
    ["\x1b[57363u", key("menu")],
    ["\x1b[57441;2u", key("left-shift", shift)],
    ["\x1b[57358u", key("caps-lock")],
    ["\x1b[57428u", key("media-play")],
    ["\x1b[57427~", key("begin", 0, { keypad: true })],
    ["\x1b[57414u", key("enter", 0, { keypad: true })],
    ["\x1b[0;;228:246u", key("äö", 0, { text: "äö" })],
    ["\x1b[1;1:3A", key("up", 0, { kind: "release" })],
    ["\x1b[3;1:2~", key("delete", 0, { kind: "repeat" })],
    ["\x1b[27;5;111~", key("o", ctrl)],
    ["\x1b[27;2;13~", key("enter", shift)],
    ["\x1b[27;6;76~", key("l", ctrl | shift, { shifted: "L" })],
    ["\x1b[27;5;9~", key("tab", ctrl)],
  ])("reads %j", (bytes, expected) => {
    expect(parse(bytes)).toMatchObject([expected]);
  });

  it("drops control characters from the text of a key", () => {
    expect(parse("\x1b[97;;27:97u")).toMatchObject([key("a", 0, { text: "a" })]);
  });

  it.each(["\x1b[57344u", "\x1b[55296u", "\x1b[1114112u", "\x1b[15;5u", "\x1b[u", "\x1b[99~"])(
    "drops the unknown key %j",
    (bytes) => {
      expect(parse(bytes)).toMatchObject([{ type: "unknown" }]);
    },
  );
});

describe("mouse and focus", () => {
  const mouse = { type: "mouse", modifiers: 0 };

  it.each([
    ["\x1b[<0;3;5M", { ...mouse, action: "press", button: "left", x: 2, y: 4 }],
    ["\x1b[<0;3;5m", { ...mouse, action: "release", button: "left" }],
    ["\x1b[<2;300;200M", { ...mouse, action: "press", button: "right", x: 299, y: 199 }],
    ["\x1b[<20;1;1M", { ...mouse, action: "press", button: "left", modifiers: shift | ctrl }],
    ["\x1b[<32;1;1M", { ...mouse, action: "move", button: "left" }],
    ["\x1b[<35;1;1M", { ...mouse, action: "move", button: "none" }],
    ["\x1b[<64;1;1M", { ...mouse, action: "wheel", button: "wheel-up" }],
    ["\x1b[<73;1;1M", { ...mouse, action: "wheel", button: "wheel-down", modifiers: alt }],
    ["\x1b[<128;1;1M", { ...mouse, action: "press", button: "back" }],
    ["\x1b[32;3;5M", { ...mouse, action: "press", button: "left", x: 2, y: 4 }],
    ["\x1b[35;3;5M", { ...mouse, action: "release", button: "none" }],
    ["\x1b[M #%", { ...mouse, action: "press", button: "left", x: 2, y: 4 }],
    ["\x1b[M##%", { ...mouse, action: "release", button: "none" }],
    ["\x1b[M`!!", { ...mouse, action: "wheel", button: "wheel-up", x: 0, y: 0 }],
    ["\x1b[I", { type: "focus", gained: true }],
    ["\x1b[O", { type: "focus", gained: false }],
  ])("reads %j", (bytes, expected) => {
    expect(parse(bytes)).toMatchObject([expected]);
  });

  it("reads columns beyond 95 of the oldest protocol", () => {
    expect(parse(fromHex("1b5b4d20ff21"))).toMatchObject([{ type: "mouse", x: 222, y: 0 }]);
  });

  it.each(["\x1b[<0;0;1M", "\x1b[<192;1;1M", "\x1b[<0;1M"])("drops the broken %j", (bytes) => {
    expect(parse(bytes)).toMatchObject([{ type: "unknown" }]);
  });
});

describe("answers of the outer terminal", () => {
  it.each([
    ["\x1b[?62;22c", { type: "device-attributes", level: 1, values: [62, 22] }],
    ["\x1b[>41;354;0c", { type: "device-attributes", level: 2, values: [41, 354, 0] }],
    ["\x1bP>|kitty(0.36.1)\x1b\\", { type: "version", text: "kitty(0.36.1)" }],
    ["\x1b[?2026;2$y", { type: "mode", mode: 2026, private: true, value: 2 }],
    ["\x1b[4;1$y", { type: "mode", mode: 4, private: false, value: 1 }],
    ["\x1b]11;rgb:1e1e/2424/ffff\x1b\\", { type: "background", colour: { r: 30, g: 36, b: 255 } }],
    ["\x1b]10;rgb:ff/00/80\x07", { type: "foreground", colour: { r: 255, g: 0, b: 128 } }],
    ["\x1b]12;#102030\x07", { type: "cursor-colour", colour: { r: 16, g: 32, b: 48 } }],
    [
      "\x1b]4;7;rgb:e/e/e\x1b\\",
      { type: "palette-colour", index: 7, colour: { r: 238, g: 238, b: 238 } },
    ],
    ["\x1b[?5u", { type: "keyboard-flags", flags: 5 }],
    ["\x1b[?997;2n", { type: "colour-scheme", scheme: "light" }],
    ["\x1b[0n", { type: "status" }],
    ["\x1b[4;800;1200t", { type: "window-pixels", width: 1200, height: 800 }],
    ["\x1b[6;16;8t", { type: "cell-pixels", width: 8, height: 16 }],
    ["\x1b[8;50;200t", { type: "screen-cells", cols: 200, rows: 50 }],
    ["\x1bP1+r5463=323536\x1b\\", { type: "capability", name: "Tc", value: "256" }],
    ["\x1bP0+r5463\x1b\\", { type: "capability", name: "Tc", value: undefined }],
    ["\x1b_Gi=31337;OK\x1b\\", { type: "graphics", ok: true }],
    ["\x1b[12;40R", { type: "cursor", x: 39, y: 11 }],
  ])("reads %j, also in pieces", (bytes, reply) => {
    expect(parse(bytes)).toEqual([{ type: "reply", reply }]);
    for (let at = 1; at < bytes.length; at++)
      expect(parse(bytes.slice(0, at), bytes.slice(at))).toEqual([{ type: "reply", reply }]);
  });

  it("takes a report of the first row for the cursor only while one is awaited", () => {
    const parser = createInputParser();
    parser.expectCursorReport();

    expect(parser.feed(utf8("\x1b[1;2R"))).toEqual([
      { type: "reply", reply: { type: "cursor", x: 1, y: 0 } },
    ]);
    expect(parser.feed(utf8("\x1b[1;2R"))).toMatchObject([key("f3", shift)]);
  });

  it.each([
    "\x1b]52;c;aGk=\x07",
    "\x1bP1$r0m\x1b\\",
    "\x1b]11;nonsense\x07",
    "\x1b[?1;2;3Z",
    "\x1bOz",
    "\x1b[201~",
  ])("drops the unknown %j and goes on", (bytes) => {
    expect(parse(`${bytes}x`)).toMatchObject([{ type: "unknown" }, key("x")]);
  });

  it("goes on with the next sequence when one is broken off", () => {
    expect(parse("\x1b[1;\x1b[A")).toMatchObject([{ type: "unknown" }, key("up")]);
    expect(parse("\x1b]11;rgb:\x1b[A")).toMatchObject([{ type: "unknown" }, key("up")]);
    expect(parse("\x1b[\r")).toMatchObject([key("[", alt), key("enter")]);
    expect(parse("\x1bO\r")).toMatchObject([key("o", alt | shift), key("enter")]);
  });

  it("drops half a sequence when the rest does not come", () => {
    const parser = createInputParser();
    parser.feed(utf8("\x1b[1;"));

    expect(parser.flushAfterMs).toBe(300);
    expect(parser.flush()).toMatchObject([{ type: "unknown" }]);
  });

  it.each([
    ["\x1b]11;", "\x1b\\"],
    ["\x1b[", "u"],
  ])("skips an endless sequence that begins with %j without keeping it", (start, end) => {
    const parser = createInputParser();
    const events = [
      start,
      ..."1"
        .repeat(40)
        .split("")
        .map((c) => c.repeat(1000)),
      end,
      "x",
    ]
      .map(utf8)
      .flatMap((chunk) => parser.feed(chunk));

    expect(events).toMatchObject([{ type: "unknown" }, key("x")]);
    expect(parser.pending).toBe(false);
  });
});

describe("bracketed paste", () => {
  function pasted(events: readonly InputEvent[]): { text: string; parts: string } {
    const pieces = events.map((event) => {
      if (event.type !== "paste") throw new Error(`a ${event.type} came out of a paste`);
      return event;
    });
    const text = asText(joined(pieces.map((piece) => piece.bytes)));
    return { text, parts: pieces.map((piece) => piece.part).join(" ") };
  }

  const tricky = "a\x1b[Ab\x0f\r\nü😀\x1b[20\x1b[200~\x1b[111;5u";

  it("is never a key, whatever is in it", () => {
    expect(pasted(parse(`\x1b[200~${tricky}\x1b[201~`))).toEqual({ text: tricky, parts: "whole" });
  });

  it("may be split anywhere, also inside of its end", () => {
    const bytes = utf8(`\x1b[200~${tricky}\x1b[201~`);

    for (let at = 1; at < bytes.length; at++)
      expect(pasted(parse(bytes.subarray(0, at), bytes.subarray(at))).text).toBe(tricky);
  });

  it("comes in pieces that part neither a character nor a CR LF", () => {
    const bytes = utf8(`\x1b[200~${tricky}\x1b[201~`);
    const events = parse(...Array.from(bytes, (byte) => Uint8Array.of(byte)));

    expect(pasted(events)).toMatchObject({
      text: tricky,
      parts: expect.stringMatching(/^begin( middle)+ end$/),
    });
    for (const event of events)
      if (event.type === "paste") {
        expect(asText(event.bytes)).not.toContain("\ufffd");
        expect(asText(event.bytes)).not.toMatch(/\r$/);
      }
  });

  it("may be empty", () => {
    expect(pasted(parse("\x1b[200~\x1b[201~"))).toEqual({ text: "", parts: "whole" });
  });

  it("is followed by keys again", () => {
    expect(parse("\x1b[200~x\x1b[201~y")).toMatchObject([{ type: "paste" }, key("y")]);
  });

  it("ends by itself when its end does not come", () => {
    const parser = createInputParser();
    const events = parser.feed(utf8("\x1b[200~half\x1b[2"));

    expect(parser.flushAfterMs).toBe(5000);
    expect(parser.pending).toBe(false);
    expect(pasted([...events, ...parser.flush()])).toEqual({
      text: "half\x1b[2",
      parts: "begin end",
    });
    expect(parser.feed(utf8("x"))).toMatchObject([key("x")]);
  });

  it("keeps nothing of a large paste back and reads it in linear time", () => {
    const once = (size: number) => {
      const bytes = utf8(`\x1b[200~${"\x1bx".repeat(size / 2)}\x1b[201~`);
      const parser = createInputParser();
      const begin = performance.now();
      for (let at = 0; at < bytes.length; at += 1000) parser.feed(bytes.subarray(at, at + 1000));
      return performance.now() - begin;
    };
    // The best of some runs: on a busy machine any single one may be slow.
    const cost = (size: number) => Math.min(...Array.from({ length: 7 }, () => once(size)));

    // Ten times the size: a quadratic reader would take a hundred times as long.
    expect(cost(1_000_000)).toBeLessThan(50 * Math.max(cost(100_000), 0.5));
  });
});

describe("hostile input", () => {
  it("drops bytes that are not UTF-8", () => {
    expect(parse(fromHex("61ff62c3c0af78"))).toMatchObject([
      key("a"),
      { type: "unknown" },
      key("b"),
      { type: "unknown" },
      { type: "unknown" },
      { type: "unknown" },
      key("x"),
    ]);
    expect(parse(fromHex("c29b41"))).toMatchObject([{ type: "unknown" }, key("a", shift)]);
    expect(parse(fromHex("e282"))).toMatchObject([{ type: "unknown" }]);
  });

  it("survives random bytes and gives every byte to one event", () => {
    const random = randomBytes(42);
    for (let turn = 0; turn < 3000; turn++) {
      const parser = createInputParser();
      const bytes = random(1 + (turn % 60));
      const cut = turn % (bytes.length + 1);
      const events = [
        ...parser.feed(bytes.subarray(0, cut)),
        ...parser.feed(bytes.subarray(cut)),
        ...parser.flush(),
      ];
      expect(parser.pending).toBe(false);
      const own = events.flatMap((event) =>
        event.type === "key" || event.type === "unknown" ? [event.bytes.length] : [],
      );
      const others = events.length > own.length;
      const total = own.reduce((sum, length) => sum + length, 0);
      if (others) expect(total).toBeLessThan(bytes.length);
      else expect([bytes, total]).toEqual([bytes, bytes.length]);
    }
  });

  it("gives the same events for random bytes in any two pieces", () => {
    const random = randomBytes(7);
    for (let turn = 0; turn < 2000; turn++) {
      const bytes = random(2 + (turn % 20));
      const cut = 1 + (turn % (bytes.length - 1));
      const whole = withoutPasteParts(parse(bytes));
      const parted = withoutPasteParts(parse(bytes.subarray(0, cut), bytes.subarray(cut)));
      expect([bytes, cut, parted]).toEqual([bytes, cut, whole]);
    }
  });

  function withoutPasteParts(events: readonly InputEvent[]) {
    return events.filter((event) => event.type !== "paste");
  }

  /** Bytes of which many begin or continue sequences; the same for the same seed. */
  function randomBytes(seed: number): (length: number) => Uint8Array {
    const likely = utf8("\x1b\x1b\x1b[[[OP]_<?>;:0123456789$~uMmRctIAZ \x07\\\r200~201~é");
    let state = seed;
    const next = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return (state >> 8) % below;
    };
    return (length) =>
      Uint8Array.from({ length }, () => (next(4) === 0 ? next(256) : likely[next(likely.length)]!));
  }
});

import { describe, expect, it } from "vitest";
import { createInputParser } from "../../src/keys/input-parser.ts";
import { type MouseEvent, modifier } from "../../src/keys/key.ts";
import { encodeMouse, type MouseModes } from "../../src/keys/mouse-encoder.ts";
import { utf8 } from "./bytes.ts";

const press: MouseEvent = {
  type: "mouse",
  action: "press",
  button: "left",
  x: 2,
  y: 4,
  modifiers: 0,
};
const release: MouseEvent = { ...press, action: "release" };
const drag: MouseEvent = { ...press, action: "move" };
const hover: MouseEvent = { ...press, action: "move", button: "none" };
const wheel: MouseEvent = { ...press, action: "wheel", button: "wheel-down" };

function modes(
  tracking: MouseModes["tracking"],
  encoding: MouseModes["encoding"] = "sgr",
): MouseModes {
  return { tracking, encoding };
}

describe("encodeMouse", () => {
  it.each([
    ["none", []],
    ["x10", [press]],
    ["vt200", [press, release, wheel]],
    ["drag", [press, release, wheel, drag]],
    ["any", [press, release, wheel, drag, hover]],
  ] as const)("tells a child that tracks %s only what it asked for", (tracking, wanted) => {
    for (const event of [press, release, wheel, drag, hover])
      expect(encodeMouse(event, modes(tracking)) !== undefined).toBe(
        wanted.some((each) => each === event),
      );
  });

  it.each([
    [press, "\x1b[<0;3;5M"],
    [release, "\x1b[<0;3;5m"],
    [drag, "\x1b[<32;3;5M"],
    [hover, "\x1b[<35;3;5M"],
    [wheel, "\x1b[<65;3;5M"],
    [{ ...press, button: "back" } as const, "\x1b[<128;3;5M"],
    [{ ...press, modifiers: modifier.ctrl | modifier.alt }, "\x1b[<24;3;5M"],
    [{ ...release, button: "none" } as const, "\x1b[<0;3;5m"],
  ])("says %j in SGR as %j", (event, bytes) => {
    expect(encodeMouse(event, modes("any"))).toBe(bytes);
  });

  it("says releases as button 3 in the older encodings", () => {
    expect(encodeMouse(press, modes("any", "default"))).toBe("\x1b[M #%");
    expect(encodeMouse(release, modes("any", "default"))).toBe("\x1b[M##%");
    expect(encodeMouse(press, modes("any", "urxvt"))).toBe("\x1b[32;3;5M");
    expect(encodeMouse(release, modes("any", "urxvt"))).toBe("\x1b[35;3;5M");
  });

  it("sends bytes beyond ASCII raw and nothing beyond what a byte holds", () => {
    const far = modes("any", "default");

    expect(encodeMouse({ ...press, x: 94 }, far)).toBe("\x1b[M \x7f%");
    expect(encodeMouse({ ...press, x: 222 }, far)).toEqual(
      Uint8Array.of(0x1b, 0x5b, 0x4d, 0x20, 0xff, 0x25),
    );
    expect(encodeMouse({ ...press, x: 223 }, far)).toBeUndefined();
  });

  it("says pixels as the middle of the cell", () => {
    const pixels = { ...modes("any", "sgr-pixels"), cellPixels: { width: 10, height: 20 } };

    expect(encodeMouse(press, pixels)).toBe("\x1b[<0;26;91M");
  });

  it.each(["sgr", "urxvt", "default"] as const)("is read back the same in %s", (encoding) => {
    for (const event of [press, wheel, drag, hover]) {
      const bytes = encodeMouse(event, modes("any", encoding));
      if (typeof bytes !== "string") throw new Error("not text");
      expect(createInputParser().feed(utf8(bytes))).toEqual([event]);
    }
  });
});

import { describe, expect, it } from "vitest";
import { actionNames } from "../../src/core/action.ts";
import { defaultSettings, type KeySettings } from "../../src/core/settings.ts";
import { parseChord } from "../../src/keys/chord.ts";
import { createInputParser } from "../../src/keys/input-parser.ts";
import type { KeyEvent } from "../../src/keys/key.ts";
import { bindings, createKeymap, prefixItself } from "../../src/keys/keymap.ts";
import { utf8 } from "./bytes.ts";

function keymapWith(settings: Partial<KeySettings>) {
  return createKeymap({ ...defaultSettings.keys, ...settings });
}

function keyOf(bytes: string): KeyEvent {
  const [event] = createInputParser().feed(utf8(bytes));
  if (event?.type !== "key") throw new Error(`not a key: ${bytes}`);
  return event;
}

describe("the table of keys", () => {
  it("binds each action once, in chords of the one spelling", () => {
    expect(bindings.map(({ action }) => action)).toEqual(actionNames);
    for (const chord of bindings.flatMap(({ prefixed, direct }) => [...prefixed, ...direct]))
      if (chord !== prefixItself) expect(parseChord(chord)).toBe(chord);
  });

  it("has no problem and no chord twice", () => {
    expect(keymapWith({}).problems).toEqual([]);
  });

  it.each([
    ["1", "focus-plan"],
    ["3", "focus-review"],
    ["h", "focus-left"],
    ["right", "focus-right"],
    ["tab", "focus-next"],
    ["n", "next-waiting"],
    ["r", "restart"],
    ["R", "restart-all"],
    ["space", "next-layout"],
    [":", "palette"],
    ["?", "help"],
    ["q", "quit"],
    ["ctrl+o", "send-prefix"],
    ["x", undefined],
    ["alt+1", undefined],
  ])("does after the prefix, on %s, %s", (chord, action) => {
    expect(keymapWith({}).afterPrefix(chord)).toBe(action);
  });

  it.each([
    ["alt+1", "focus-plan"],
    ["shift+pageup", "scroll-up"],
    ["1", undefined],
    ["ctrl+o", undefined],
  ])("does without the prefix, on %s, %s", (chord, action) => {
    expect(keymapWith({}).direct(chord)).toBe(action);
  });

  it("shows all keys of an action", () => {
    expect(keymapWith({}).chordsOf("focus-plan")).toEqual(["alt+1", "ctrl+o 1"]);
    expect(keymapWith({}).chordsOf("focus-left")).toEqual(["ctrl+o h", "ctrl+o left"]);
    expect(keymapWith({}).chordsOf("send-prefix")).toEqual(["ctrl+o ctrl+o"]);
  });
});

describe("the prefix", () => {
  it.each([
    "\x0f",
    "\x1b[111;5u",
    "\x1b[111;5:1u",
    "\x1b[111;5:2u",
    "\x1b[111;5:3u",
    "\x1b[111;69u",
    "\x1b[1097::111;5u",
    "\x1b[27;5;111~",
  ])("is recognised as %j", (bytes) => {
    expect(keymapWith({}).isPrefix(keyOf(bytes))).toBe(true);
  });

  it.each(["o", "\x1bo", "\x1b[111;7u", "\x1b[111;6u", "\x1b[114::111;5u"])(
    "is not %j",
    (bytes) => {
      expect(keymapWith({}).isPrefix(keyOf(bytes))).toBe(false);
    },
  );

  it("is followed by keys in any encoding and alphabet", () => {
    const keymap = keymapWith({});

    expect(keymap.afterPrefix(keyOf("R"))).toBe("restart-all");
    expect(keymap.afterPrefix(keyOf("\x1b[114:82;2u"))).toBe("restart-all");
    expect(keymap.afterPrefix(keyOf("\x1b[1082::114u"))).toBe("restart");
    expect(keymap.direct(keyOf("\x1b1"))).toBe("focus-plan");
    expect(keymap.direct(keyOf("\x1b[27;3;49~"))).toBe("focus-plan");
  });

  it("may be another key", () => {
    const keymap = keymapWith({ prefix: "C-q" });

    expect(keymap.prefix).toBe("ctrl+q");
    expect(keymap.afterPrefix("ctrl+q")).toBe("send-prefix");
    expect(keymap.chordsOf("quit")).toEqual(["ctrl+q q"]);
    expect(keymap.problems).toEqual([]);
  });

  it("may be no key at all", () => {
    const keymap = keymapWith({ prefix: "none" });

    expect(keymap.prefix).toBeUndefined();
    expect(keymap.isPrefix(keyOf("\x0f"))).toBe(false);
    expect(keymap.chordsOf("quit")).toEqual([]);
    expect(keymap.direct("alt+2")).toBe("focus-build");
  });
});

describe("keys of the settings", () => {
  it("replace the default ones", () => {
    const keymap = keymapWith({ bindings: { zoom: ["alt+z", "prefix f", "ctrl+o y"] } });

    expect(keymap.chordsOf("zoom")).toEqual(["alt+z", "ctrl+o f", "ctrl+o y"]);
    expect(keymap.direct("alt+z")).toBe("zoom");
    expect(keymap.afterPrefix("z")).toBeUndefined();
    expect(keymap.problems).toEqual([]);
  });

  it("unbind with an empty list", () => {
    expect(keymapWith({ bindings: { "focus-plan": [] } }).chordsOf("focus-plan")).toEqual([]);
  });

  it("win over a default one, which is said", () => {
    const keymap = keymapWith({ bindings: { zoom: ["prefix r"] } });

    expect(keymap.afterPrefix("r")).toBe("zoom");
    expect(keymap.problems).toMatchObject([
      { code: "settings/key-taken", message: expect.stringContaining("ctrl+o r") },
    ]);
  });

  it.each([
    [{ prefix: "ctrl+foo" }, "settings/bad-key"],
    [{ prefix: "o" }, "settings/key-needed"],
    [{ bindings: { zoom: ["hyperspace"] } }, "settings/bad-key"],
    [{ bindings: { zoom: ["prefix"] } }, "settings/bad-key"],
    [{ bindings: { zoom: ["alt+x y"] } }, "settings/bad-key"],
    [{ bindings: { zoom: ["z"] } }, "settings/key-needed"],
    [{ bindings: { zoom: ["enter"] } }, "settings/key-needed"],
    [{ bindings: { zoom: ["ctrl+o"] } }, "settings/key-taken"],
    [{ bindings: { zoom: ["alt+z"], log: ["alt+z"] } }, "settings/key-taken"],
  ])("that cannot be, like %j, are named with a remedy (%s)", (settings, code) => {
    const keymap = keymapWith(settings);

    expect(keymap.problems).toMatchObject([{ code, remedy: expect.stringMatching(/\S/) }]);
    expect(keymap.prefix).toBe("ctrl+o");
    expect(keymap.afterPrefix("q")).toBe("quit");
  });

  it("are shown without control characters when they are wrong", () => {
    const [problem] = keymapWith({ bindings: { zoom: ["x\x1b]0;y\x07\u009b"] } }).problems;

    expect(problem?.message).toBe('keys.bindings.zoom: "x]0;y" is not a key');
  });
});

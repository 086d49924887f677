import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../src/core/settings.ts";
import { createInputParser } from "../../src/keys/input-parser.ts";
import { createKeyTest } from "../../src/keys/key-test.ts";
import { createKeymap } from "../../src/keys/keymap.ts";
import { utf8 } from "./bytes.ts";
import { keyboardRows } from "./keyboard-tables.ts";

/** What is shown of each event of some input. */
function run(input: string | Uint8Array, keys = defaultSettings.keys) {
  const parser = createInputParser();
  const test = createKeyTest(createKeymap(keys));
  const bytes = typeof input === "string" ? utf8(input) : input;
  const events = [...parser.feed(bytes), ...parser.flush()];
  const reports = events.flatMap((event) => test.read(event) ?? []);
  return {
    isOver: test.isOver(),
    shown: reports.map(({ title, rows }) => ({
      title,
      ...Object.fromEntries(rows.map(({ label, text }) => [label, text])),
    })),
  };
}

describe("the key test", () => {
  it("shows bytes, key, binding and what the child gets", () => {
    expect(run("a").shown).toEqual([
      {
        title: "a",
        bytes: "a  61",
        key: 'a, types "a"',
        bound: "no: it goes to the agent",
        legacy: "a  61",
        kitty: "a  61",
      },
    ]);
    expect(run("\u001B[13;2u").shown).toEqual([
      {
        title: "shift+enter",
        bytes: "ESC[13;2u  1b 5b 31 33 3b 32 75",
        key: "enter with shift",
        bound: "no: it goes to the agent",
        legacy: "^M  0d",
        kitty: "ESC[13;2u  1b 5b 31 33 3b 32 75",
      },
    ]);
  });

  it("shows what a key is bound to, directly and after the prefix", () => {
    expect(run("\u001B1").shown).toMatchObject([
      { title: "alt+1", bound: "focus plan; the agent gets nothing" },
    ]);
    expect(run("\u000Fr\u000F\u000Fr\u000Fx").shown).toMatchObject([
      { title: "ctrl+o", bound: "the prefix: the next key is for ai-rules" },
      {
        title: "r",
        bound: "after the prefix: restart this mode, conversation kept; the agent gets nothing",
      },
      { title: "ctrl+o" },
      { title: "ctrl+o", bound: "after the prefix: send the prefix itself" },
      { title: "r", bound: "no: it goes to the agent" },
      { title: "ctrl+o" },
      { title: "x", bound: "after the prefix: nothing; the agent gets nothing" },
    ]);
  });

  it("follows the settings", () => {
    const keys = { prefix: "ctrl+q", bindings: { zoom: ["f12"] } };

    expect(run("\u0011z", keys).shown[1]).toMatchObject({
      bound: "after the prefix: nothing; the agent gets nothing",
    });
    expect(run("\u001B[24~", keys).shown[0]).toMatchObject({
      bound: "zoom the focused pane; the agent gets nothing",
    });
  });

  it.each([
    ["ctrl+c twice", "\u0003\u0003", true],
    ["ctrl+c twice, kitty", "\u001B[99;5u\u001B[99;5u", true],
    ["ctrl+c with a key between", "\u0003a\u0003", false],
    ["a ctrl+c that is held down", "\u001B[99;5u\u001B[99;5:2u", false],
    ["q after the prefix", "\u000Fq", true],
    ["q alone", "q", false],
  ])("is over after %s: %j", (_, input, isOver) => {
    expect(run(input).isOver).toBe(isOver);
  });

  it("ends by the key that quits, where that is another", () => {
    const keys = { prefix: "ctrl+o", bindings: { quit: ["prefix x"] } };

    expect(run("\u000Fx", keys).isOver).toBe(true);
  });

  it("shows pastes, focus and what means nothing, and none of the terminal's answers", () => {
    expect(run("\u001B[200~a\nb\u001B[201~\u001B[I\u001B[999X\u001B[?62;4c").shown).toMatchObject([
      { title: "paste", bytes: "3: a^Jb" },
      { title: "focus" },
      { title: "unknown", bytes: "ESC[999X  1b 5b 39 39 39 58" },
    ]);
  });

  it("hints at an option key that types signs", () => {
    expect(run("¡").shown[0]).toMatchObject({ hint: expect.stringContaining("option+1") });
    expect(run("!").shown[0]).not.toHaveProperty("hint");
  });

  it.each(keyboardRows())("shows $name by its name and bytes", ({ bytes, code, kind }) => {
    const [first] = run(bytes).shown;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");

    expect(first).toMatchObject({
      bytes: expect.stringMatching(new RegExp(`  ${hex}$`)),
      key: expect.stringContaining(code),
    });
    expect(first?.title).not.toBe("unknown");
    expect(JSON.stringify(first)).not.toMatch(/\\u00[01]/);
    if (kind === "release")
      expect(first).toMatchObject({ key: expect.stringContaining("released") });
  });
});

import { describe, expect, it } from "vitest";
import { loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";

const createEmulator = await loadEmulator();

/** How many cells a text takes on a fresh screen. */
function widthOf(text: string): number {
  const emulator = createEmulator({ cols: 80, rows: 3, scrollback: 0, colors: createHostColors() });
  emulator.write(text);
  const { x } = emulator.cursor();
  emulator.dispose();
  return x;
}

describe("widths of graphemes", () => {
  it.each([
    ["a letter with an accent", "a\u0308", 1],
    ["a flag", "\u{1F1E9}\u{1F1EA}", 2],
    ["a family", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}", 2],
    ["a skin tone", "\u{1F44D}\u{1F3FD}", 2],
    ["a heart drawn as an emoji", "\u2764\uFE0F", 2],
    ["a syllable of Devanagari", "\u0937\u093F", 1],
    ["an emoji of Unicode 15", "\u{1FAE8}", 2],
  ])("are the same for %s wherever it stands", (_, text, width) => {
    expect(widthOf(text)).toBe(width);
    expect(widthOf(`x ${text}`)).toBe(2 + width);
    expect(widthOf(`e\u0301 ${text}`)).toBe(2 + width);
    expect(widthOf(`\u{1F680} ${text}`)).toBe(3 + width);
    expect(widthOf(`${text}${text}`)).toBe(2 * width);
  });

  it("cut a cluster that has no end", () => {
    expect(widthOf(`x ${"a".padEnd(1000, "\u0308")}`)).toBeGreaterThan(3);
  });
});

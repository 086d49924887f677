import { beforeAll, describe, expect, it } from "vitest";
import { cellWords, contentBits } from "../../src/screen/cell.ts";
import { createClusters } from "../../src/screen/clusters.ts";
import {
  type CreateEmulator,
  type Emulator,
  type EmulatorOptions,
  emulatorOf,
  loadEmulator,
} from "../../src/screen/emulator.ts";
import { createHostColors, type HostColors } from "../../src/screen/host-colors.ts";
import { loadXterm } from "../../src/screen/xterm-library.ts";

let createEmulator: CreateEmulator;

beforeAll(async () => {
  createEmulator = await loadEmulator();
});

function create(options: Partial<EmulatorOptions> = {}): Emulator {
  return createEmulator({
    cols: 20,
    rows: 5,
    scrollback: 100,
    colors: createHostColors(),
    ...options,
  });
}

/** All that the emulator answers to some bytes. */
function replyTo(bytes: string, emulator: Emulator = create()): string {
  const replies: string[] = [];
  const cancel = emulator.onReply((text) => replies.push(text));
  emulator.write(bytes);
  cancel();
  return replies.join("");
}

/** The first row, as a compositor reads it. */
function rowText(emulator: Emulator, { from, to }: { from: number; to: number }): string {
  const words = new Uint32Array((to - from) * cellWords);
  emulator.copyRow(0, { from, to, at: 0 }, { words, clusters: createClusters() });
  const contents = words.filter((_word, index) => index % cellWords === 0);
  return String.fromCodePoint(...contents.map((content) => content & contentBits.codePoint));
}

describe("an emulator", () => {
  it("has parsed when write returns", () => {
    const emulator = create();

    emulator.write("hello\r\n\x1b[31mworld");

    expect(emulator.screenText()).toBe("hello\nworld\n\n\n");
  });

  it("takes bytes that split a character", () => {
    const emulator = create();
    const bytes = new TextEncoder().encode("é漢🚀");

    for (const byte of bytes) emulator.write(Uint8Array.of(byte));

    expect(emulator.screenText().trimEnd()).toBe("é漢🚀");
  });

  it.each([
    ["an emoji", "🚀"],
    ["a skin tone", "👍🏽"],
    ["a family", "👨‍👩‍👧‍👦"],
    ["a flag", "🇩🇪"],
    ["an emoji by its variation selector", "❤️"],
    ["an emoji of Unicode 14", "🫠"],
    ["an ideograph", "漢"],
  ])("gives %s two cells", (_name, text) => {
    const emulator = create();

    emulator.write(`${text}x`);

    expect(emulator.cursor().x).toBe(3);
  });

  it("joins no more than a reader can tell apart", () => {
    const emulator = create();

    emulator.write(`e${"\u0301".repeat(100_000)}`);

    expect(emulator.historyText().length).toBeLessThan(105 * 21 * 25);
  });

  it("cuts cells beyond the last column after the alternate screen was narrowed", () => {
    const emulator = create();
    emulator.write(`\x1b[?1049h${"abcdefghij".repeat(2)}`);

    emulator.resize({ cols: 10, rows: 5 });

    expect(emulator.screenText().split("\n")[0]).toBe("abcdefghij");
    expect(rowText(emulator, { from: 5, to: 20 })).toBe("fghij".padEnd(15));
  });

  it("keeps its alternate screen without a history after resizes on the normal one", () => {
    const emulator = create();
    emulator.resize({ cols: 20, rows: 3 });

    emulator.write(`\x1b[?1049h${"line\r\n".repeat(20)}`);
    emulator.scrollBy(-5);

    expect(emulator.scrolledBack).toBe(0);
  });

  it("tells that all rows changed when it is reset", () => {
    const emulator = create();
    emulator.write("1\r\n2\r\n3");
    const rows: (readonly [number, number])[] = [];
    emulator.onDamage((first, last) => rows.push([first, last]));

    emulator.write("\x1bc");

    expect(rows).toContainEqual([0, 4]);
  });

  it("tells which rows changed", () => {
    const emulator = create();
    const rows: (readonly [number, number])[] = [];
    emulator.onDamage((first, last) => rows.push([first, last]));

    emulator.write("\x1b[2;1Hx\x1b[4;1Hy");

    expect(Math.min(...rows.map(([first]) => first))).toBeLessThanOrEqual(1);
    expect(Math.max(...rows.map(([, last]) => last))).toBe(3);
  });

  it.each([
    ["block", true, "\x1b[1 q"],
    ["underline", false, "\x1b[4 q"],
    ["bar", true, "\x1b[5 q"],
    ["default", false, "\x1b[5 q\x1b[0 q"],
  ])("shows a cursor as %s, blinking: %s", (shape, blinking, bytes) => {
    const emulator = create();

    emulator.write(bytes);

    expect(emulator.cursor()).toEqual({ x: 0, y: 0, visible: true, shape, blinking });
  });

  it("keeps the cursor on the screen after the last column", () => {
    const emulator = create();

    emulator.write("x".repeat(20));

    expect(emulator.cursor().x).toBe(19);
  });

  it("starts anew, with the program's modes, when the library fails", async () => {
    const library = await loadXterm();
    let failing = false;
    class Failing extends library.Terminal {
      override write(data: string | Uint8Array): void {
        if (failing) {
          failing = false;
          throw new Error("start argument out of range");
        }
        super.write(data);
      }
    }
    const emulator = emulatorOf({ ...library, Terminal: Failing })({
      cols: 20,
      rows: 5,
      scrollback: 10,
      colors: createHostColors(),
    });
    emulator.write("\x1b[?1049h\x1b[?1003h\x1b[?1006h\x1b[?2004h\x1b[>5u");
    const modes = emulator.modes();

    failing = true;
    emulator.write("lost");
    emulator.write("found");

    expect(emulator.screenText().trimEnd()).toBe("found");
    expect(emulator.modes()).toEqual(modes);
  });
});

describe("the history of an emulator", () => {
  function withHistory(): Emulator {
    const emulator = create({ scrollback: 10 });
    emulator.write(Array.from({ length: 30 }, (_, index) => `line ${index}`).join("\r\n"));
    return emulator;
  }

  it("is looked at by scrolling, which hides the cursor", () => {
    const emulator = withHistory();

    emulator.scrollBy(-3);

    expect(emulator.scrolledBack).toBe(3);
    expect(emulator.screenText().split("\n")[0]).toBe("line 22");
    expect(emulator.cursor().visible).toBe(false);
  });

  it("is capped", () => {
    const emulator = withHistory();

    emulator.scrollBy(-1000);

    expect(emulator.scrolledBack).toBe(10);
    expect(emulator.historyText().split("\n")).toHaveLength(15);
  });

  it("stays in view while the program writes, and all rows are drawn anew", () => {
    const emulator = withHistory();
    emulator.scrollBy(-3);
    const damage: (readonly [number, number])[] = [];
    emulator.onDamage((first, last) => damage.push([first, last]));

    emulator.write("\r\nmore");

    expect(emulator.screenText().split("\n")[0]).toBe("line 22");
    expect(damage).toContainEqual([0, 4]);
  });

  it("is left by scrolling to the end", () => {
    const emulator = withHistory();
    emulator.scrollBy(-3);

    emulator.scrollToEnd();

    expect(emulator.scrolledBack).toBe(0);
    expect(emulator.cursor().visible).toBe(true);
  });
});

describe("the modes of an emulator", () => {
  it("are the usual ones at first", () => {
    expect(create().modes()).toEqual({
      applicationCursor: false,
      applicationKeypad: false,
      bracketedPaste: false,
      mouseTracking: "none",
      mouseEncoding: "default",
      focusEvents: false,
      kittyFlags: 0,
      modifyOtherKeys: 0,
      synchronizedOutput: false,
      alternateScreen: false,
      colorSchemeUpdates: false,
      inBandResize: false,
    });
  });

  it.each([
    ["\x1b[?1h", { applicationCursor: true }],
    ["\x1b=", { applicationKeypad: true }],
    ["\x1b[?2004h", { bracketedPaste: true }],
    ["\x1b[?9h", { mouseTracking: "x10" }],
    ["\x1b[?1000h", { mouseTracking: "vt200" }],
    ["\x1b[?1002;1006h", { mouseTracking: "drag", mouseEncoding: "sgr" }],
    ["\x1b[?1003h\x1b[?1015h", { mouseTracking: "any", mouseEncoding: "urxvt" }],
    ["\x1b[?1006h\x1b[?1006l", { mouseEncoding: "default" }],
    ["\x1b[?1016h", { mouseEncoding: "default" }],
    ["\x1b[?1004h", { focusEvents: true }],
    ["\x1b[?2026h", { synchronizedOutput: true }],
    ["\x1b[?1049h", { alternateScreen: true }],
    ["\x1b[?2031h", { colorSchemeUpdates: true }],
    ["\x1b[?2048h", { inBandResize: true }],
    ["\x1b[>4;2m", { modifyOtherKeys: 2 }],
    ["\x1b[>4;2m\x1b[>4m", { modifyOtherKeys: 0 }],
    ["\x1b[>4;1m\x1b[>m", { modifyOtherKeys: 0 }],
    ["\x1b[>4;1m\x1b[>4n", { modifyOtherKeys: 0 }],
    ["\x1b[>5u", { kittyFlags: 5 }],
    ["\x1b[>5u\x1b[>1u\x1b[<u", { kittyFlags: 5 }],
    ["\x1b[>5u\x1b[<9u", { kittyFlags: 0 }],
    ["\x1b[=3u\x1b[=8;2u\x1b[=1;3u", { kittyFlags: 10 }],
    ["\x1b[>5u\x1b[?1049h", { kittyFlags: 0 }],
    ["\x1b[>5u\x1b[?1049h\x1b[>1u\x1b[?1049l", { kittyFlags: 5 }],
    [`\x1b[>5u${"\x1b[>1u".repeat(40)}\x1b[<15u`, { kittyFlags: 1 }],
    [
      "\x1b[>5u\x1b[>4;2m\x1b[?1006h\x1bc",
      { kittyFlags: 0, modifyOtherKeys: 0, mouseEncoding: "default" },
    ],
  ])("follow %j", (bytes, modes) => {
    const emulator = create();

    for (const sequence of bytes.split(/(?=\x1b)/)) {
      emulator.modes();
      emulator.write(sequence);
    }

    expect(emulator.modes()).toMatchObject(modes);
  });

  it("follow what shows and hides the cursor each time it changes", () => {
    const emulator = create();
    const shown = (bytes: string) => {
      emulator.write(bytes);
      return emulator.cursor().visible;
    };

    const sequences = ["\x1b[?25l", "\x1b[?25h", "\x1b[?25l", "\x1b[!p"];
    expect(sequences.map(shown)).toEqual([false, true, false, true]);
  });

  it("have pixel mouse reports only where the size of a cell is known", () => {
    const emulator = create({ pixels: { width: 8, height: 16 } });

    emulator.write("\x1b[?1016h");

    expect(emulator.modes().mouseEncoding).toBe("sgr-pixels");
  });

  it("report a new size to a program that asked for it", () => {
    const emulator = create();
    const replies: string[] = [];
    emulator.onReply((text) => replies.push(text));

    emulator.write("\x1b[?2048h");
    emulator.resize({ cols: 30, rows: 7 });

    expect(replies).toEqual(["\x1b[48;7;30;0;0t"]);
  });

  it("report dark and light to a program that asked for it", () => {
    const colors = withColors();
    const emulator = create({ colors });
    const replies: string[] = [];
    emulator.onReply((text) => replies.push(text));

    emulator.colorSchemeChanged();
    emulator.write("\x1b[?2031h");
    emulator.colorSchemeChanged();

    expect(replies).toEqual(["\x1b[?997;2n"]);
  });
});

function withColors(): HostColors {
  const colors = createHostColors();
  colors.set({ target: "foreground", r: 1, g: 2, b: 3 });
  colors.set({ target: "background", r: 255, g: 254, b: 0 });
  colors.set({ target: 7, r: 16, g: 32, b: 48 });
  return colors;
}

describe("the answers of an emulator", () => {
  it.each([
    ["DA1", "\x1b[c", "\x1b[?62;22c"],
    ["DA2", "\x1b[>c", "\x1b[>1;279;0c"],
    ["DA3", "\x1b[=c", "\x1bP!|00000000\x1b\\"],
    ["XTVERSION", "\x1b[>0q", "\x1bP>|ai-rules\x1b\\"],
    ["the status", "\x1b[5n", "\x1b[0n"],
    ["the cursor's place", "\x1b[2;3H\x1b[6n", "\x1b[2;3R"],
    ["the cursor's place after the last column", `${"x".repeat(20)}\x1b[6n`, "\x1b[1;20R"],
    ["the cursor's place, DEC", "\x1b[?6n", "\x1b[?1;1R"],
    ["a mode that is off", "\x1b[?2004$p", "\x1b[?2004;2$y"],
    ["a mode that is on", "\x1b[?2026h\x1b[?2026$p", "\x1b[?2026;1$y"],
    ["mouse tracking", "\x1b[?1003h\x1b[?1003$p", "\x1b[?1003;1$y"],
    ["focus events", "\x1b[?1004$p", "\x1b[?1004;2$y"],
    ["SGR mouse", "\x1b[?1006h\x1b[?1006$p", "\x1b[?1006;1$y"],
    ["pixel mouse without pixels", "\x1b[?1016$p", "\x1b[?1016;0$y"],
    ["grapheme clusters", "\x1b[?2027$p", "\x1b[?2027;2$y"],
    ["colour scheme updates", "\x1b[?2031h\x1b[?2031$p", "\x1b[?2031;1$y"],
    ["in-band resize", "\x1b[?2048$p", "\x1b[?2048;2$y"],
    ["a mode nobody knows", "\x1b[?4711$p", "\x1b[?4711;0$y"],
    ["kitty flags", "\x1b[>5u\x1b[?u", "\x1b[?5u"],
    ["modifyOtherKeys", "\x1b[>4;2m\x1b[?4m", "\x1b[>4;2m"],
    ["the size in cells", "\x1b[18t", "\x1b[8;5;20t"],
    ["the size in pixels, not known", "\x1b[14t\x1b[16t", ""],
    ["foreground", "\x1b]10;?\x07", "\x1b]10;rgb:0101/0202/0303\x1b\\"],
    ["background", "\x1b]11;?\x1b\\", "\x1b]11;rgb:ffff/fefe/0000\x1b\\"],
    [
      "several at once",
      "\x1b]10;?;?\x07",
      "\x1b]10;rgb:0101/0202/0303\x1b\\\x1b]11;rgb:ffff/fefe/0000\x1b\\",
    ],
    ["a colour that is not known", "\x1b]12;?\x07", ""],
    ["the palette", "\x1b]4;7;?;8;?\x07", "\x1b]4;7;rgb:1010/2020/3030\x1b\\"],
    ["dark or light", "\x1b[?996n", "\x1b[?997;2n"],
    [
      "a capability",
      "\x1bP+q544e;5247423\x1b\\",
      "\x1bP1+r544e=787465726d2d323536636f6c6f72\x1b\\",
    ],
    ["a capability that is not there", "\x1bP+q4d73\x1b\\", "\x1bP0+r4d73\x1b\\"],
    ["the scroll region", "\x1bP$qr\x1b\\", "\x1bP1$r1;5r\x1b\\"],
  ])("tell %s", (_name, query, reply) => {
    expect(replyTo(query, create({ colors: withColors() }))).toBe(reply);
  });

  it("tell sizes in pixels where they are known", () => {
    const emulator = create({ pixels: { width: 8, height: 16 } });

    expect(replyTo("\x1b[14t\x1b[16t", emulator)).toBe("\x1b[4;80;160t\x1b[6;16;8t");
  });

  it.each([
    ["a clipboard", "\x1b]52;c;?\x07"],
    ["graphics", "\x1b_Gi=31;a=q;AAAA\x1b\\"],
    ["notifications", "\x1b]99;i=1:p=?;\x1b\\"],
    ["iTerm2", "\x1b]1337;Capabilities\x1b\\"],
    ["the window's title", "\x1b[21t"],
    ["where the window is", "\x1b[13t"],
  ])("are silent about %s", (_name, query) => {
    expect(replyTo(query)).toBe("");
  });

  it("are bounded for a program that asks without end", () => {
    expect(replyTo("\x1b[c".repeat(100_000)).length).toBeLessThanOrEqual(16_384);
  });
});

describe("what an emulator passes on", () => {
  it("is a clean title of a bounded length", () => {
    const emulator = create();
    const titles: string[] = [];
    emulator.onTitle((title) => titles.push(title));

    emulator.write(`\x1b]2;a\u202eb\x07\x1b]0;${"x".repeat(100_000)}\x1b\\`);

    expect(titles[0]).toBe("ab");
    expect(titles[1]).toHaveLength(256);
  });

  it("is the bell", () => {
    const emulator = create();
    let rung = 0;
    emulator.onBell(() => rung++);

    emulator.write("\x07");

    expect(rung).toBe(1);
  });

  it("is text for the clipboard, when somebody takes it", () => {
    const emulator = create();
    const texts: string[] = [];
    emulator.write(`\x1b]52;c;${btoa("before")}\x07`);

    emulator.onClipboard((text) => texts.push(text));
    emulator.write(`\x1b]52;c;${btoa("hello")}\x07\x1b]52;c;?\x07\x1b]52;c;not base64!\x07`);

    expect(texts).toEqual(["hello"]);
  });

  it("is no resize, whatever the program wants", () => {
    const emulator = create();

    emulator.write("\x1b[8;50;100t\x1b[4;500;500t\x1b[?3h\x1b[?40h\x1b[?3h\x1b[132t");

    expect([emulator.cols, emulator.rows]).toEqual([20, 5]);
  });
});

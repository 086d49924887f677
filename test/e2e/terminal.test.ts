import { afterEach, describe, expect, it } from "vitest";
import { keyBytes } from "./key-bytes.ts";
import { freshModes, openTerminal, type TerminalOptions, type TestTerminal } from "./terminal.ts";

const opened: TestTerminal[] = [];

function open(options: TerminalOptions): TestTerminal {
  const terminal = openTerminal({
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color" },
    ...options,
  });
  opened.push(terminal);
  return terminal;
}

function sh(script: string, options: Partial<TerminalOptions> = {}): TestTerminal {
  return open({ file: "/bin/sh", args: ["-c", script], ...options });
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((terminal) => terminal.close()));
});

describe("a test terminal", () => {
  it("shows what a program prints and what is typed into it", async () => {
    const terminal = open({ file: "cat" });

    terminal.type("hello");
    terminal.press("enter");
    await terminal.until(/hello\nhello/);

    expect(terminal.row(1)).toBe("hello");
    expect(terminal.cursor()).toEqual({ x: 0, y: 2, visible: true });
  });

  it("tells how a program ended", async () => {
    expect(await sh("exit 7").exited).toEqual({ code: 7, signal: 0 });

    const killed = sh("echo up; exec cat");
    await killed.until("up");
    await killed.kill("SIGKILL");

    expect((await killed.exited).signal).toBe(9);
  });

  it("keeps the last words of a program that ends at once", async () => {
    const terminal = sh("seq 1 500; echo the end");

    await terminal.exited;

    expect(terminal.screen()).toContain("the end");
  });

  it("draws the screen in a box when time is up", async () => {
    const terminal = sh("echo only this; exec cat", { cols: 12, rows: 2 });
    await terminal.until("only this");

    const failure = terminal.until("never", { timeoutMs: 20, what: "the word" });

    await expect(failure).rejects.toThrow(
      "Not seen within 20 ms: the word\n+------------+\n|only this   |\n|            |\n+------------+",
    );
  });

  it("stops waiting when the program ends", async () => {
    const failure = sh("exit 3").until("never");

    await expect(failure).rejects.toThrow("The program ended with 3 before there was: never");
  });

  it("tells the program its new size", async () => {
    const terminal = sh("trap 'stty size' WINCH; echo up; while :; do read -r _; done");
    await terminal.until("up");

    terminal.resize(100, 30);

    await terminal.until("30 100");
  });

  it("shows colours and attributes of a cell", async () => {
    const terminal = sh("printf '\\033[1;38;2;1;2;3;44mA\\033[0mB\\360\\237\\230\\200'; exec cat");
    await terminal.until("B");

    expect(terminal.cell(0, 0)).toMatchObject({
      chars: "A",
      bold: true,
      foreground: "#010203",
      background: 4,
    });
    expect(terminal.cell(1, 0)).toMatchObject({ chars: "B", bold: false, foreground: "default" });
    expect(terminal.cell(2, 0)).toMatchObject({ chars: "😀", width: 2 });
  });

  it("gives an emoji cluster two cells", async () => {
    const terminal = sh(
      "printf '\\360\\237\\221\\251\\342\\200\\215\\360\\237\\222\\273.'; exec cat",
    );
    await terminal.until(".");

    expect(terminal.cell(0, 0)).toMatchObject({ chars: "👩‍💻", width: 2 });
    expect(terminal.cell(2, 0).chars).toBe(".");
  });

  it("answers what a terminal is asked", async () => {
    const terminal = sh(
      "stty raw -echo; printf '\\033[c\\033[6n\\033]11;?\\033\\\\'; exec cat -v",
      {
        colors: { foreground: "rgb:0000/0000/0000", background: "rgb:ffff/ffff/ffff" },
      },
    );

    await terminal.until(/\^\[\[\?1;2c.*\^\[\[1;1R.*\^\[\]11;rgb:ffff\/ffff\/ffff/s);
  });

  it("knows the modes a full-screen program sets and takes back", async () => {
    const modes = "1049 1003 1006 2004 1004 1";
    const set = (end: string): string =>
      modes
        .split(" ")
        .map((mode) => `\\033[?${mode}${end}`)
        .join("");
    const terminal = sh(
      `printf '${set("h")}\\033[?25l\\033[>5u\\033[>4;2m\\033=on'; read -r _; printf '\\033[<u${set("l")}\\033[?25h\\033[>4m\\033>off'; exec cat`,
    );

    await terminal.until("on");
    expect(terminal.modes()).toMatchObject({
      alternateScreen: true,
      cursorVisible: false,
      mouse: "any",
      bracketedPaste: true,
      focusEvents: true,
      applicationCursor: true,
      applicationKeypad: true,
      kittyFlags: 5,
      modifyOtherKeys: 2,
    });

    terminal.type("\n");
    await terminal.until("off");
    expect(terminal.modes()).toEqual(freshModes);
  });

  it("compares the tty's settings before and after a program below a shell", async () => {
    const tidy = sh("stty raw; stty sane; exit 4", { shell: true });
    const careless = sh("stty -echo", { shell: true });

    expect((await tidy.exited).code).toBe(4);
    const kept = await tidy.tty();
    const changed = await careless.tty();

    expect(kept.after).toMatch(/ echo /);
    expect(changed.before).toMatch(/ echo /);
    expect(changed.after).toMatch(/ -echo /);
  });

  it("names the program below a shell by its own pid", async () => {
    const terminal = sh("echo pid $$.; exec cat", { shell: true });
    const screen = await terminal.until(/pid \d+\./);

    expect(screen).toContain(`pid ${await terminal.pid()}.`);
    await terminal.kill("SIGKILL");
    expect((await terminal.exited).code).toBe(137);
  });

  it("hangs up on the program when its window is closed", async () => {
    const terminal = sh("echo up; exec cat", { shell: true });
    await terminal.until("up");

    expect(await terminal.close()).toEqual({ killed: false });
  });

  it("drives a pager with keys", async () => {
    const terminal = open({ file: "less", args: ["package.json"], rows: 10 });
    await terminal.until('"name"');

    terminal.press("G");
    await terminal.until("(END)");
    terminal.press("q");

    expect((await terminal.exited).code).toBe(0);
  });
});

describe("key bytes", () => {
  const legacy = { applicationCursor: false, kittyFlags: 0 };
  const kitty = { applicationCursor: false, kittyFlags: 1 };

  it.each([
    ["r", "r"],
    ["G", "G"],
    ["+", "+"],
    ["enter", "\r"],
    ["esc", "\x1b"],
    ["ctrl+o", "\x0f"],
    ["ctrl+space", "\0"],
    ["alt+1", "\x1b1"],
    ["up", "\x1b[A"],
    ["shift+pgup", "\x1b[5;2~"],
    ["ctrl+right", "\x1b[1;5C"],
    ["shift+tab", "\x1b[Z"],
    ["f1", "\x1bOP"],
    ["f5", "\x1b[15~"],
  ])("of %s are xterm's", (chord, bytes) => {
    expect(keyBytes(chord, legacy)).toBe(bytes);
  });

  it("of arrows follow the application cursor mode", () => {
    expect(keyBytes("up", { ...legacy, applicationCursor: true })).toBe("\x1bOA");
  });

  it("follow the kitty protocol where a program asked for it", () => {
    expect(keyBytes("ctrl+o", kitty)).toBe("\x1b[111;5u");
    expect(keyBytes("esc", kitty)).toBe("\x1b[27;1u");
    expect(keyBytes("r", kitty)).toBe("r");
  });

  it("are refused for a key no keyboard has", () => {
    expect(() => keyBytes("ctrl+banana", legacy)).toThrow("unknown key: ctrl+banana");
  });
});

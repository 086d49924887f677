import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../fakes/until.ts";
import { keyboardRows } from "../keys/keyboard-tables.ts";
import { makeScene, type Scene } from "./program.ts";
import { freshModes, openTerminal, type TerminalOptions, type TestTerminal } from "./terminal.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

describe("the built `ai-rules keys`", () => {
  let scene: Scene;
  let terminal: TestTerminal | undefined;

  beforeEach(async () => {
    scene = await makeScene();
  });

  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await scene.end();
  });

  /** Opens it, and waits until the terminal has said whether it speaks kitty's protocol. */
  async function open(options: Partial<TerminalOptions> = {}, ...args: readonly string[]) {
    terminal = openTerminal({
      file: process.execPath,
      args: [binary, "keys", ...args],
      cwd: scene.project,
      cols: 100,
      rows: 45,
      shell: true,
      ...options,
      env: { ...scene.env, ...options.env },
    });
    await terminal.until(/kitty\skeyboard protocol/);
    return terminal;
  }

  async function expectRestored(opened: TestTerminal): Promise<void> {
    const { before, after } = await opened.tty();
    expect(after).toBe(before);
    expect(opened.modes()).toEqual(freshModes);
  }

  it("shows what is pressed, until ctrl+c is pressed twice", async () => {
    const opened = await open();
    expect(opened.screen()).toContain("press keys; ctrl+c twice, or ctrl+o q, leaves");
    expect(opened.screen()).toContain("the terminal speaks the kitty keyboard protocol");
    expect(opened.modes()).toMatchObject({
      kittyFlags: 5,
      bracketedPaste: true,
      modifyOtherKeys: 1,
    });
    opened.press("alt+2");
    await opened.until("focus build; the agent gets nothing");
    opened.type("é");
    await opened.until("é  c3 a9");
    opened.paste("two\nlines");
    await opened.until("bytes   9: two");
    opened.press("ctrl+c");
    await opened.until(/^ctrl\+c$[\s\S]*kitty +ESC\[99;5u/m);
    opened.press("ctrl+c");

    expect((await opened.exited).code).toBe(0);
    await expectRestored(opened);
  });

  it("leaves by q after the prefix, in a terminal of the old kind", async () => {
    const opened = await open({ kitty: false });
    expect(opened.screen()).toContain("the terminal does not speak the kitty keyboard protocol");
    opened.press("esc");
    await opened.until(/^esc$/m);
    opened.press("ctrl+o");
    await opened.until("the prefix: the next key is for ai-rules");
    opened.press("q");

    expect((await opened.exited).code).toBe(0);
    await expectRestored(opened);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
    ["SIGQUIT", 131],
  ] as const)("puts the terminal back when %s ends it", async (signal, code) => {
    const opened = await open();
    await opened.kill(signal);

    expect((await opened.exited).code).toBe(code);
    await expectRestored(opened);
  });

  it("ends when the terminal is closed", async () => {
    const opened = await open();

    expect(await opened.close()).toEqual({ killed: false });
  });

  it("goes on after it was stopped", async () => {
    const opened = await open();
    await opened.kill("SIGTSTP");
    const pid = String(await opened.pid());
    // A SIGCONT that comes before the stop would be lost.
    await until(() =>
      execFileSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).startsWith("T"),
    );
    await opened.until((): boolean => !opened.modes().bracketedPaste);
    expect(opened.modes()).toEqual(freshModes);
    await opened.kill("SIGCONT");
    await opened.until((): boolean => opened.modes().kittyFlags === 5);
    opened.press("ctrl+c", "ctrl+c");

    expect((await opened.exited).code).toBe(0);
    await expectRestored(opened);
  });

  it("shows every key of the recorded keyboards by its bytes", async () => {
    const opened = await open({ rows: 20 });
    for (const { bytes, name } of keyboardRows()) {
      const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
      // A key between them: ctrl+c is among them, and so is the prefix.
      opened.type("~");
      await opened.until(/bytes +~ {2}7e\n(.*\n){1,5}\s*$/, { what: `a tilde before ${name}` });
      opened.type(Buffer.from(bytes).toString("latin1"));
      await opened.until((screen) => screen.split("\n").some((row) => row.endsWith(`  ${hex}`)), {
        what: name,
      });
    }
    opened.press("ctrl+c", "ctrl+c");
    expect((await opened.exited).code).toBe(0);
    await expectRestored(opened);
  });

  it("fits into a narrow terminal, and has no colours where they are not wanted", async () => {
    const opened = await open({ cols: 30, rows: 30 }, "--no-color");
    opened.press("alt+1");
    await opened.until(/^alt\+1$/m);
    await opened.until(/bound +focus plan; the\n {10}agent gets nothing/);
    const row = opened.screen().split("\n").indexOf("alt+1");

    expect(opened.cell(0, row)).toMatchObject({ bold: false, foreground: "default" });
  });

  it("refuses without a terminal, in the words of all refusals", async () => {
    const ended = await new Promise((resolve) => {
      const options = { cwd: scene.project, env: scene.env };
      execFile(process.execPath, [binary, "keys"], options, (error, stdout, stderr) =>
        resolve({ code: error?.code, stdout, stderr }),
      );
    });

    expect(ended).toEqual({
      code: 4,
      stdout: "",
      stderr:
        "error: ai-rules keys needs a terminal, and input or output is none\n" +
        "fix: run `ai-rules keys` in a terminal, without pipes\n",
    });
  });
});

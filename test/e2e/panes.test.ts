/** The built program with plain commands in its panes, driven as a person would. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { untilGone } from "./processes.ts";
import { commandSettings, makeScene, plainShell, type Scene } from "./program.ts";
import { freshModes, type TestTerminal } from "./terminal.ts";

let scene: Scene;

beforeEach(async () => {
  scene = await makeScene();
  await scene.write("ai-rules.json", commandSettings(plainShell));
});

afterEach(() => scene.end());

const threePrompts = (screen: string) => (screen.match(/bash-[\d.]+[#$]/g) ?? []).length >= 3;

async function opened(options: Parameters<Scene["open"]>[0] = {}): Promise<TestTerminal> {
  const terminal = scene.open(options);
  await terminal.until(threePrompts, { what: "three prompts" });
  return terminal;
}

describe("three panes", () => {
  it("take what is typed in the focused one, which alt and a digit changes", async () => {
    const terminal = await opened({ cols: 200, rows: 50 });

    terminal.type("echo in-$AI_RULES_MODE\r");
    await terminal.until("in-plan");
    terminal.press("alt+2");
    terminal.type("echo in-$AI_RULES_MODE\r");
    await terminal.until("in-build");
    terminal.press("ctrl+o", "3");
    terminal.type("echo in-$AI_RULES_MODE\r");
    await terminal.until("in-review");
  });

  it.each([
    [220, 50, 3],
    [140, 40, 3],
    [90, 25, 1],
  ])("fit a terminal of %i x %i", async (cols, rows, panes) => {
    const terminal = scene.open({ cols, rows });

    const screen = await terminal.until(
      (text) =>
        (text.match(/bash-[\d.]+[#$]/g) ?? []).length >= panes && text.includes("ctrl+o keys"),
    );

    expect(screen).toContain("1 plan");
    expect(screen).toContain("2 build");
    expect(screen).toContain("3 review");
    expect(screen).toContain("ctrl+o");
  });

  it("show one pane large when zoomed, and its child knows the size", async () => {
    const terminal = await opened({ cols: 200, rows: 50 });

    terminal.press("ctrl+o", "z");
    await terminal.until((screen) => (screen.match(/bash-[\d.]+[#$]/g) ?? []).length === 1);
    terminal.type("while :; do stty size; read -t 0.2; done\r");

    await terminal.until(/48 165/, { what: "the size of the zoomed pane" });
  });

  it("say so when the terminal is too small, and come back", async () => {
    const terminal = await opened();

    terminal.resize(20, 5);
    await terminal.until("needs 40x10");
    terminal.resize(140, 40);
    await terminal.until(threePrompts);
  });

  it("survive 200 resizes in a second", async () => {
    const terminal = await opened();

    for (let size = 0; size < 200; size++) terminal.resize(60 + (size % 150), 12 + (size % 40));
    terminal.resize(500, 150);
    terminal.resize(200, 50);
    await terminal.until(threePrompts);
    terminal.type("while :; do stty size; read -t 0.2; done\r");

    await terminal.until(/48 5\d/, { what: "the final size in the child" });
  });

  it("write nothing while nothing happens", async () => {
    const terminal = await opened({ cols: 220, rows: 50 });
    await terminal.until(/pid \d+/, { what: "the side panel" });
    // The memory of the children is first seen after five seconds.
    await terminal.until((screen) => (screen.match(/MB/g) ?? []).length === 3, {
      what: "the memory of three processes",
    });
    const before = terminal.bytesWritten();
    const end = performance.now() + 3000;
    await terminal.until(() => performance.now() > end).catch(() => {});

    expect(terminal.bytesWritten()).toBe(before);
  });

  it("keep the last screen of one that ended, with how, for how long, and the key", async () => {
    const terminal = await opened({ cols: 200, rows: 50 });

    terminal.type("echo last words; exit 3\r");
    const screen = await terminal.until(/exited 3 after \d+s · ctrl\+o r/);
    expect(screen).toContain("last words");

    terminal.press("ctrl+o", "r");
    await terminal.until((text) => threePrompts(text) && !text.includes("exited 3"));
  });

  it("cannot be left by hostile bytes", async () => {
    await scene.write("hostile", hostileBytes());
    const terminal = await opened({ cols: 200, rows: 50 });

    terminal.type("cat hostile; stty sane; echo done-$AI_RULES_MODE\r");
    await terminal.until("done-plan");

    const screen = terminal.screen();
    expect(screen.split("\n")[0]).toContain("2 build");
    expect(terminal.title()).not.toContain("stolen");
    expect(terminal.modes().alternateScreen).toBe(true);
  });
});

describe("the end", () => {
  it("by ctrl+o q leaves no process, no file, and a sane terminal", async () => {
    const terminal = await opened();

    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    await leftClean(terminal);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("by %s is as clean", async (signal, code) => {
    const terminal = await opened();

    await terminal.kill(signal);

    expect((await terminal.exited).code).toBe(code);
    await leftClean(terminal);
  });

  it("by a closed terminal ends the children too", async () => {
    const terminal = await opened();

    await terminal.close();

    await untilGone("processes", scene.processes, 15_000);
    await untilGone("runtime files", scene.runtimeFiles, 15_000);
  });

  it("by SIGKILL ends the children, and the next start sweeps what is left", async () => {
    await scene.write(
      "ai-rules.json",
      commandSettings(["bash", "-c", "trap '' HUP TERM; echo stubborn; while :; do sleep 1; done"]),
    );
    const first = scene.open();
    await first.until((screen) => (screen.match(/stubborn/g) ?? []).length === 3);
    const before = (await scene.processes()).length;
    await first.kill("SIGKILL");
    await first.exited;
    expect(before).toBeGreaterThan(3);

    await scene.write("ai-rules.json", commandSettings(plainShell));
    const second = await opened();
    await untilGone(
      "stubborn children",
      async () => (await scene.processes()).filter(({ command }) => command.includes("stubborn")),
      15_000,
    );
    second.press("ctrl+o", "q");
    await second.exited;
    await leftClean(second);
  });

  async function leftClean(terminal: TestTerminal): Promise<void> {
    const { before, after } = await terminal.tty();
    expect(after).toBe(before);
    expect(terminal.modes()).toEqual(freshModes);
    await untilGone("processes", scene.processes);
    expect(await scene.runtimeFiles()).toEqual([]);
  }
});

describe("a start that cannot be", () => {
  it("names who runs where when the project is taken", async () => {
    await opened();

    const second = scene.open();

    expect((await second.exited).code).toBe(5);
    expect(second.screen()).toMatch(/already runs in project: process \d+ in terminal \/dev\/pts/);
  });

  it("is refused in a CI job with one hint", async () => {
    const terminal = scene.open({ env: { CI: "true" } });

    expect((await terminal.exited).code).toBe(4);
    expect(terminal.screen()).toMatch(/fix: .*unset CI/);
  });
});

/** Sequences that would leave a pane: titles, resets, scroll regions, queries, other screens. */
function hostileBytes(): string {
  const attacks = [
    "\x1b]0;stolen\x07\x1b]2;stolen\x1b\\",
    "\x1bc\x1b[?1049l\x1b[?47l\x1b[1;1H\x1b[2J\x1b[999;999H",
    "\x1b[1;1000r\x1b[1000S\x1b[8;5;5t\x1b[?1003h",
    "\x1b]52;c;c3RvbGVu\x07\x1bP+q544e\x1b\\\x1b_Gi=1;AAAA\x1b\\",
    "\x9b2J\xff\xfe\x00\x1b[6n\x1b[c\x1b[>q\x1b]11;?\x07",
    "\x1b[38;2;300;300;300mwild\x1b[m\x1bP",
    "\x18\x1b\\\x1b[0m\r\n",
  ];
  return attacks.join("");
}

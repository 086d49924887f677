/** What can go wrong on a user's machine, met by the built program with plain commands in its panes. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { flakeWith, skipNix } from "../nix/nix-machine.ts";
import { makeNixProject, type NixProject } from "./nix-project.ts";
import { untilGone } from "./processes.ts";
import { commandSettings, type OpenOptions, plainShell } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

let scene: NixProject;

beforeEach(async () => {
  scene = await makeNixProject();
});

afterEach(() => scene.end());

const focusKeys = [
  ["alt+2", "2 build"],
  ["alt+3", "3 review"],
  ["alt+1", "1 plan"],
] as const;

const threePrompts = (screen: string) => (screen.match(/bash-[\d.]+[#$]/g) ?? []).length >= 3;

async function opened(options: OpenOptions = {}): Promise<TestTerminal> {
  const terminal = scene.open(options);
  await terminal.until(threePrompts, { what: "three prompts" });
  return terminal;
}

async function quit(terminal: TestTerminal): Promise<void> {
  terminal.press("ctrl+o", "q");
  expect((await terminal.exited).code).toBe(0);
}

const isRoot = process.getuid?.() === 0;

/** A file system of its own is the only thing that is full or read-only for root, too. */
const canMount = tryMount();

function mount(directory: string, option: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", option, "tmpfs", directory], { stdio: "ignore" });
}

function tryMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), "ai-rules-mount-"));
  try {
    mount(directory, "size=4k");
    execFileSync("umount", [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(directory);
  }
}

describe("a project path", () => {
  it.skipIf(skipNix).each(['it\'s a "project"', "grüße 漢字 🙂", "$(touch hacked);&|*? #1%20"])(
    "such as %s is no obstacle",
    async (name) => {
      await scene.end();
      scene = await makeNixProject(name);
      await scene.writeFlake(flakeWith("export FROM_HOOK=yes"));
      const terminal = await opened();

      terminal.type('[ "$PWD" = "$(pwd -P)" ] && echo "${PWD##*/}" > name; echo hook-$FROM_HOOK\r');
      await terminal.until("hook-yes");

      expect(await readFile(join(scene.project, "name"), "utf8")).toBe(`${name}\n`);
      await quit(terminal);
    },
  );
});

describe("the state directory", () => {
  it("that cannot be made is told of, and the program works", async () => {
    const state = join(scene.directory, "state");
    await mkdir(state);
    await writeFile(join(state, "ai-rules"), "a file where a directory should be");

    await worksWithoutSaving(state, "EEXIST");
  });

  it.skipIf(!canMount)("that is full is told of, and the program works", async () => {
    await onFileSystem("size=4k", async (state) => {
      await writeFile(join(state, "filler"), "x".repeat(4096));
      await worksWithoutSaving(state, "ENOSPC");
    });
  });

  it.skipIf(isRoot && !canMount)("that is read-only is told of, and works", async () => {
    if (isRoot) return onFileSystem("ro", (state) => worksWithoutSaving(state, "EROFS"));
    const state = join(scene.directory, "state");
    await mkdir(state, { mode: 0o500 });
    await worksWithoutSaving(state, "EACCES");
  });

  async function onFileSystem(option: string, deed: (state: string) => Promise<void>) {
    const state = join(scene.directory, "state");
    await mkdir(state);
    mount(state, option);
    try {
      await deed(state);
    } finally {
      execFileSync("umount", ["--lazy", state]);
    }
  }

  async function worksWithoutSaving(state: string, code: string): Promise<void> {
    const terminal = await opened({ env: { XDG_STATE_HOME: state } });
    terminal.press("alt+2");

    const screen = await terminal.until(`cannot be saved (${code})`);
    expect(screen).toContain(`make ${state}/ai-rules/projects`);
    terminal.type("echo works-$AI_RULES_MODE\r");
    await terminal.until("works-build");
    await quit(terminal);
  }

  it("keeps focus and layout for the next time", async () => {
    const first = await opened();
    first.press("alt+3", "ctrl+o", "space");
    await first.until((screen) => !/1 plan.*2 build/.test(screen), { what: "another layout" });
    await quit(first);

    const second = await opened();

    expect(second.screen()).not.toMatch(/1 plan.*2 build/);
    second.type("echo here-$AI_RULES_MODE\r");
    await second.until("here-review");
  });

  it("with a damaged file has it set aside, and says so", async () => {
    const first = await opened();
    first.press("alt+3");
    await quit(first);
    const directory = await projectState();
    await writeFile(join(directory, "state.json"), '{"focus": "rev');

    const second = await opened();
    await second.until(/the saved state of this project was damaged/);

    expect((await readdir(directory)).some((name) => name.includes(".damaged-"))).toBe(true);
  });

  async function projectState(): Promise<string> {
    const projects = join(scene.home, ".local/state/ai-rules/projects");
    const [name = "none"] = await readdir(projects);
    return join(projects, name);
  }
});

describe("a poor terminal", () => {
  it("that is dumb gets ASCII without colours", async () => {
    await scene.write("ai-rules.json", commandSettings(["no-such-agent"], ["false"], plainShell));
    const terminal = scene.open({ env: { TERM: "dumb", COLORTERM: "" } });
    await terminal.until("no-such-agent is not on");
    await terminal.until(/exited 1 after \d+s - ctrl\+o r/);
    await terminal.until("ctrl+o keys");
    terminal.press("ctrl+o", "E");
    await terminal.until("evaluate again");

    const screen = terminal.screen();

    expect(screen.match(/[^\n -~]/g)).toBeNull();
    expect(coloured(terminal)).toEqual([]);
  });

  it("that shall have no colour gets none, and its own characters", async () => {
    const terminal = await opened({ env: { NO_COLOR: "1" } });
    await terminal.until("ctrl+o keys");

    terminal.type("printf '\\033[31;44mred\\033[m\\n'\r");
    await terminal.until(/^red/m);

    expect(terminal.screen()).toMatch(/━ 1 plan/);
    expect(coloured(terminal)).toEqual([]);
  });

  /** The cells of the screen that have a colour. */
  function coloured(terminal: TestTerminal): readonly string[] {
    const rows = terminal.screen().split("\n");
    return rows.flatMap((row, y) =>
      Array.from(row, (_, x) => x).flatMap((x) => {
        const cell = terminal.cell(x, y);
        const plain = cell.foreground === "default" && cell.background === "default";
        return plain ? [] : [`${x},${y}: ${cell.chars} ${cell.foreground} ${cell.background}`];
      }),
    );
  }
});

describe("ai-rules.json", () => {
  it("with a mistake is told of with its place; the rest and the defaults hold", async () => {
    const settings = commandSettings(plainShell).replace(
      /\}\s*$/,
      ', "layuot": 1, "scrollback": -5 }',
    );
    await scene.write("ai-rules.json", settings);
    const terminal = await opened();

    const screen = await terminal.until(/ai-rules\.json:\d+:\d+: scrollback/);

    expect(screen).toContain("and 1 more: see the log");
  });

  it("that is no JSON is told of with its place", async () => {
    const settings = JSON.stringify({ modes: commandModes() }, null, 2);
    await scene.write("ai-rules.json", `${settings.slice(0, -1)} "layout" "rows" }`);
    const terminal = scene.open();

    await terminal.until(/ai-rules\.json:\d+:\d+: not valid JSON: \w+ expected/);
  });

  it("takes effect when it is edited; a broken edit keeps what held", async () => {
    const terminal = await opened();
    expect(terminal.screen()).toMatch(/1 plan.*2 build/);

    await scene.write("ai-rules.json", JSON.stringify({ modes: commandModes(), layout: "rows" }));
    await terminal.until((screen) => !/1 plan.*2 build/.test(screen), { what: "rows" });
    await scene.write("ai-rules.json", '{ "layout": "columns"');
    await terminal.until(/ai-rules\.json:1:\d+: not valid JSON.*settings from before still hold/);

    expect(terminal.screen()).not.toMatch(/1 plan.*2 build/);
    terminal.type("echo alive\r");
    await terminal.until(/^alive/m);
  });

  it("changes what a mode runs with its next start", async () => {
    const terminal = await opened();

    const changed = commandSettings(["bash", "-c", "echo a new command; read line"], plainShell);
    const { modes } = JSON.parse(changed);
    await scene.write("ai-rules.json", JSON.stringify({ modes, layout: "rows" }));
    await terminal.until((screen) => !/1 plan.*2 build/.test(screen), { what: "rows" });
    expect(terminal.screen()).not.toContain("a new command");
    terminal.press("ctrl+o", "r");

    await terminal.until("a new command");
  });

  function commandModes(): unknown {
    return JSON.parse(commandSettings(plainShell)).modes;
  }
});

describe("a command", () => {
  it("that does not exist is told of in its pane, with a remedy; the others run", async () => {
    await scene.write("ai-rules.json", commandSettings(plainShell, ["no-such-agent"], plainShell));
    const terminal = scene.open();

    const screen = await terminal.until(/no-such-agent is not on/);

    expect(words(screen)).toMatch(/change modes\.build\.command in ai-rules\.json/);
    await terminal.until((text) => (text.match(/bash-[\d.]+[#$]/g) ?? []).length === 2);
  });

  it("that is not executable is told of in its pane, and runs once it is", async () => {
    await scene.write("agent.sh", "#!/bin/sh\necho agent speaks; read line\n");
    await scene.write("ai-rules.json", commandSettings(["./agent.sh"], plainShell, plainShell));
    const terminal = scene.open();

    await terminal.until((screen) => /not executable.*chmod \+x/.test(words(screen)));
    await chmod(join(scene.project, "agent.sh"), 0o755);
    terminal.press("ctrl+o", "r");

    await terminal.until("agent speaks");
  });

  it("that ignores TERM and HUP is gone within seven seconds of the end", async () => {
    const deaf = "trap '' HUP TERM INT; setsid sleep 1000 & echo deaf; while :; do sleep 1; done";
    await scene.write("ai-rules.json", commandSettings(["bash", "-c", deaf]));
    const terminal = scene.open();
    await terminal.until((screen) => (screen.match(/deaf/g) ?? []).length >= 3);
    const start = performance.now();

    await quit(terminal);
    await untilGone("processes", scene.processes);

    expect(performance.now() - start).toBeLessThan(7000);
  });

  it("that floods in all panes does not hold up the keys", async () => {
    const flood = `while :; do cat flood; done & stty -echo; while read -r line; do :; done`;
    await scene.write("flood", `${"\x1b[31m colour and text ".repeat(4)}\r\n`.repeat(20_000));
    await scene.write("ai-rules.json", commandSettings(["bash", "-c", flood]));
    const terminal = scene.open();
    await terminal.until((screen) => (screen.match(/colour and text/g) ?? []).length > 100);

    const waits: number[] = [];
    for (const [key, mode] of [...focusKeys, ...focusKeys]) {
      const start = performance.now();
      terminal.press(key);
      await terminal.until((screen) => screen.includes(`━ ${mode} `));
      waits.push(performance.now() - start);
    }
    terminal.press("ctrl+o", "?");
    await terminal.until("scroll up a page");

    expect(Math.max(...waits)).toBeLessThan(1000);
    terminal.press("esc");
    await quit(terminal);
  });

  it("that floods beside a shell leaves its echo quick", async () => {
    const flood = ["bash", "-c", "while :; do cat flood; done"];
    await scene.write("flood", "a line of plain text that never ends\r\n".repeat(50_000));
    await scene.write("ai-rules.json", commandSettings(flood, plainShell, flood));
    const terminal = scene.open();
    await terminal.until((screen) => (screen.match(/plain text/g) ?? []).length > 50);
    terminal.press("alt+2");
    await terminal.until(/bash-[\d.]+[#$]/);

    const waits: number[] = [];
    for (const word of ["one", "two", "three", "four", "five"]) {
      const start = performance.now();
      terminal.type(`# ${word}-typed`);
      await terminal.until(`# ${word}-typed`);
      waits.push(performance.now() - start);
      terminal.press("ctrl+u");
    }

    expect(Math.max(...waits)).toBeLessThan(1000);
    await quit(terminal);
  });

  /** A screen's words without the lines between the panes and the line ends. */
  function words(screen: string): string {
    return screen.replace(/[│\s]+/g, " ");
  }
});

/** The doctor in the built program, beside its panes: real checks of a real project. */
import { execFileSync } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { skipNix } from "../nix/nix-machine.ts";
import { makeNixProject, type NixProject } from "./nix-project.ts";

const minimalFlake = new URL("../fixtures/flakes/minimal/flake.nix", import.meta.url);
const slow = { timeoutMs: 30_000 } as const;

let project: NixProject;

beforeEach(async () => {
  project = await makeNixProject();
});

afterEach(() => project.end());

const threePrompts = (screen: string) => (screen.match(/bash-[\d.]+[#$]/g) ?? []).length >= 3;
const done = /doctor .*\d+ ok/;

describe.skipIf(skipNix)("the doctor beside the panes", () => {
  it("mends what keeps the environment from being loaded", async () => {
    await project.writeFlake(await readFile(minimalFlake, "utf8"));
    execFileSync("git", ["rm", "--cached", "-q", "flake.nix"], { cwd: project.project });
    const terminal = project.open({ cols: 140, rows: 40 });
    await terminal.until("d   ask the doctor", slow);

    terminal.press("d");
    await terminal.until(done, slow);
    expect(terminal.screen()).toMatch(/fail {2}nix-git: .*flake\.nix/);
    terminal.press("f");
    const mended = await terminal.until(/mended nix-git/, slow);
    expect(mended).not.toMatch(/not mended/);
    await terminal.until((screen) => done.test(screen) && !screen.includes("fail  nix-git"), slow);
    terminal.press("esc");
    await terminal.until("r   try again");
    terminal.press("r");

    await terminal.until(threePrompts, { ...slow, what: "three prompts" });
    terminal.press("ctrl+o", "q");
    expect((await terminal.exited).code).toBe(0);
  });

  it("leaves screen, panes and terminal as they were, and its programs do not outlive it", async () => {
    const terminal = project.open({ cols: 90, rows: 25 });
    await terminal.until(/bash-[\d.]+[#$]/, slow);
    terminal.type("echo before");
    await terminal.until("echo before");

    terminal.press("ctrl+o", "d");
    const screen = await terminal.until(done, slow);
    expect(screen).not.toMatch(/Warning|node:\d/);
    terminal.press("G");
    // Also what the terminal said that it can do, although it is ours.
    await terminal.until(/terminal-abilities: xterm/);
    terminal.press("esc");
    await terminal.until((text) => !text.includes("doctor"));
    terminal.type(" after\r");
    await terminal.until(/^before after/m);

    terminal.press("ctrl+o", "q");
    expect((await terminal.exited).code).toBe(0);
    expect(await project.runtimeFiles()).toEqual([]);
    const { before, after } = await terminal.tty();
    expect(after).toBe(before);
  });

  it("takes no OpenCode for broken that starts slowly beside the agents", async () => {
    const opencode = join(project.directory, "bin/slow-opencode");
    await writeFile(opencode, '#!/bin/bash\n[ "$1" = --version ] && sleep 6 && echo 1.18.33\n');
    await chmod(opencode, 0o755);
    const shell = { command: ["bash", "--norc"] };
    const settings = { opencode: { path: opencode }, modes: { build: shell, review: shell } };
    await writeFile(join(project.project, "ai-rules.json"), JSON.stringify(settings));
    const terminal = project.open({ cols: 140, rows: 110 });
    await terminal.until(/bash-[\d.]+[#$]/, slow);

    terminal.press("ctrl+o", "d");
    await terminal.until(/doctor .*\d+ of \d+; agents-opencode \.\.\./, slow);
    const screen = await terminal.until(done, slow);

    expect(screen).toMatch(/ agents-opencode: OpenCode 1\.18\.33/);
    terminal.press("esc", "ctrl+o", "q");
    expect((await terminal.exited).code).toBe(0);
  });

  it("is not waited for when the user quits, whatever hangs", async () => {
    await project.writeFlake(await readFile(minimalFlake, "utf8"));
    const terminal = project.open({ cols: 140, rows: 40 });
    await terminal.until(threePrompts, { ...slow, what: "three prompts" });
    const nix = join(project.directory, "bin/nix");
    await writeFile(nix, "#!/bin/bash\ntrap '' TERM\nexec -a hanging-nix sleep 600\n");
    await chmod(nix, 0o755);

    terminal.press("ctrl+o", "d");
    await terminal.until(/doctor .*\d+ of \d+/, slow);
    terminal.press("esc");
    await terminal.until((text) => !text.includes("doctor"));
    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    expect(await project.runtimeFiles()).toEqual([]);
    expect(await project.processes()).toEqual([]);
  });
});

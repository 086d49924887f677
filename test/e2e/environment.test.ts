/** The development environment of the built program: real Nix, flakes of every kind. */
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { until } from "../fakes/until.ts";
import { flakeWith, skipNix } from "../nix/nix-machine.ts";
import { dependencyOn, makeNixProject, type NixProject, pathWithoutNix } from "./nix-project.ts";
import { listProcesses, untilGone } from "./processes.ts";
import type { OpenOptions } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

/** It is found there also without a PATH: such a machine cannot be one without Nix. */
const installedForAll = existsSync("/nix/var/nix/profiles/default/bin/nix");

const minimalFlake = new URL("../fixtures/flakes/minimal/flake.nix", import.meta.url);

let project: NixProject;

beforeEach(async () => {
  project = await makeNixProject();
});

afterEach(() => project.end());

const threePrompts = (screen: string) => (screen.match(/bash-[\d.]+[#$]/g) ?? []).length >= 3;

async function opened(options: OpenOptions = {}): Promise<TestTerminal> {
  const terminal = project.open(options);
  await terminal.until(threePrompts, { what: "three prompts" });
  return terminal;
}

async function quit(terminal: TestTerminal): Promise<void> {
  terminal.press("ctrl+o", "q");
  expect((await terminal.exited).code).toBe(0);
}

/** The builders of `dependencyOn`: Nix gives them an environment of their own, without our mark. */
async function builders() {
  const all = await listProcesses();
  return all.filter(({ command }) => command.includes(`until [ -e '${project.directory}`));
}

/** Prints a variable in each of the panes. */
async function seenInAllPanes(terminal: TestTerminal, variable: string, value: string) {
  for (const [key, mode] of [
    ["alt+1", "plan"],
    ["alt+2", "build"],
    ["alt+3", "review"],
  ] as const) {
    terminal.press(key);
    terminal.type(`echo $AI_RULES_MODE=$${variable}.\r`);
    await terminal.until(`${mode}=${value}.`);
  }
}

describe.skipIf(skipNix)("a project with an offline flake", () => {
  it("has the shell's variables in all panes after one evaluation, and none the next time", async () => {
    await project.writeFlake(await readFile(minimalFlake, "utf8"));
    const first = await opened();

    await seenInAllPanes(first, "FROM_HOOK", "yes");
    await seenInAllPanes(first, "OLLAMA_HOST", "http://localhost:11434");
    await first.until("nix · default");
    expect(await project.nixCalls()).toHaveLength(1);
    await quit(first);

    const second = await opened();
    await seenInAllPanes(second, "FROM_HOOK", "yes");
    await second.until("nix, cached · default");
    expect(await project.nixCalls()).toHaveLength(1);
  });

  it("shows what its hook printed on request only", async () => {
    await project.writeFlake(await readFile(minimalFlake, "utf8"));
    const terminal = await opened();
    expect(terminal.screen()).not.toContain("hook says hi");

    terminal.press("ctrl+o", "E");
    const screen = await terminal.until("hook says hi (stderr)");
    expect(screen).toContain("hook says hi (stdout)");

    terminal.press("esc");
    await terminal.until((text) => !text.includes("hook says hi"));
    await seenInAllPanes(terminal, "FROM_HOOK", "yes");
  });

  it("has the shell that is asked for by name", async () => {
    await project.writeFlake(flakeWith("export A=1"));
    const terminal = await opened({ args: ["--shell", "other"] });

    await seenInAllPanes(terminal, "OTHER", "yes");
    await terminal.until("nix · other");
  });

  it("has the shell that the settings name", async () => {
    await project.writeFlake(flakeWith("export A=1"));
    const settings = JSON.parse(await readFile(join(project.project, "ai-rules.json"), "utf8"));
    await project.write("ai-rules.json", JSON.stringify({ ...settings, shell: "other" }));

    await seenInAllPanes(await opened(), "OTHER", "yes");
  });
});

describe.skipIf(skipNix)("a slow evaluation", () => {
  const go = () => join(project.directory, "go");

  beforeEach(() => project.writeFlake(flakeWith("export BUILT=yes", dependencyOn(go()))));

  it("shows what is built and for how long, then opens the panes", async () => {
    const terminal = project.open();

    await terminal.until(/building slow-package/);
    await terminal.until(/built 0 of [12]/);
    await terminal.until(/^ *0:02 *│/m, { what: "two seconds" });
    await writeFile(go(), "");

    await terminal.until(threePrompts);
    await seenInAllPanes(terminal, "BUILT", "yes");
  });

  it("is cancelled with esc; p goes on with the plain environment", async () => {
    const terminal = project.open();
    await terminal.until(/building slow-package/);

    terminal.press("esc");
    const screen = await terminal.until("the evaluation of flake.nix was cancelled");
    expect(screen).toContain("go on with the plain environment");
    await untilGone("Nix", nixProcesses);
    await untilGone("builders", builders);
    terminal.press("p");

    await terminal.until(threePrompts);
    await seenInAllPanes(terminal, "BUILT", "");
    await terminal.until("your own environment, as you");
  });

  it("is cancelled with esc; r begins anew", async () => {
    const terminal = project.open();
    await terminal.until(/building slow-package/);
    terminal.press("esc");
    await terminal.until("was cancelled");

    terminal.press("r");
    await terminal.until(/building slow-package/);
    await writeFile(go(), "");

    await terminal.until(threePrompts);
    await seenInAllPanes(terminal, "BUILT", "yes");
  });

  it("ends with the program when that is quit meanwhile", async () => {
    const terminal = project.open();
    await terminal.until(/building slow-package/);

    terminal.press("q");

    expect((await terminal.exited).code).toBe(0);
    await untilGone("processes", project.processes);
    await untilGone("builders", builders);
    expect(await project.runtimeFiles()).toEqual([]);
  });

  async function nixProcesses() {
    return (await project.processes()).filter(({ command }) => command.includes("print-dev-env"));
  }
});

describe.skipIf(skipNix)("a broken flake", () => {
  const good = flakeWith("export MENDED=yes");

  it.each([
    {
      fault: "a syntax error",
      flake: good.replace("name = ", "name "),
      message: /syntax error: unexpected/,
      place: /flake\.nix:5:\d+/,
      remedy: "fix: correct the file at this place",
    },
    {
      fault: "a missing attribute",
      flake: good.replace('"shell"', "self.nothing"),
      message: /there is no attribute 'nothing'/,
      place: /flake\.nix:5:\d+/,
      remedy: "fix: look the name up with",
    },
    {
      fault: "an undefined variable",
      flake: good.replace('"shell"', "pkgs.name"),
      message: /the variable 'pkgs' is not defined/,
      place: /flake\.nix:5:\d+/,
      remedy: "fix: add `pkgs = nixpkgs.legacyPackages",
    },
  ])("with $fault says what, where and what to do; r after mending works", async (broken) => {
    await project.writeFlake(broken.flake);
    const terminal = project.open();

    const screen = await terminal.until(broken.message);
    expect(screen).toMatch(broken.place);
    expect(screen).toContain(broken.remedy);
    expect(screen).not.toContain("last good");
    await project.writeFlake(good);
    terminal.press("r");

    await terminal.until(threePrompts);
    await seenInAllPanes(terminal, "MENDED", "yes");
  });

  it("without the shell asked for names those it has", async () => {
    await project.writeFlake(good);
    const terminal = project.open({ args: ["--shell", "nope"] });

    const screen = await terminal.until(/flake\.nix has no shell 'nope'/);

    expect(screen).toMatch(/fix: choose one with --shell: default, other/);
  });

  it("that Git does not track is named, and found once it is tracked", async () => {
    await project.write("flake.nix", good);
    const terminal = project.open();

    const screen = await terminal.until("Nix cannot see flake.nix: Git does not track it");
    expect(screen).toContain("fix: run `git add -N flake.nix`");
    await project.writeFlake(good);
    terminal.press("r");

    await terminal.until(threePrompts);
    await seenInAllPanes(terminal, "MENDED", "yes");
  });

  it("is read although flakes are switched off in Nix's configuration", async () => {
    await project.writeFlake(good);
    expect(project.env["NIX_CONFIG"]).toContain("experimental-features =\n");

    await seenInAllPanes(await opened(), "MENDED", "yes");
  });

  it("opens the panes with the last good environment and says since when and why", async () => {
    await project.writeFlake(good);
    await quit(await opened());
    await project.writeFlake(good.replace("name = ", "name "));

    const terminal = await opened();

    const screen = await terminal.until("last good · default");
    expect(screen).toMatch(/environment of \d\d:\d\d/);
    expect(screen).toMatch(/flake\.nix:5:\d+: syntax error/);
    await seenInAllPanes(terminal, "MENDED", "yes");
  });

  it("counts as mended once it is, and the last good environment as the present one", async () => {
    await project.writeFlake(good);
    await quit(await opened());
    await project.writeFlake(good.replace("name = ", "name "));
    const terminal = await opened();
    await terminal.until("last good · default");

    await project.writeFlake(good);

    await terminal.until("nix, cached · default");
    expect(terminal.screen()).not.toContain("syntax error");
    expect(terminal.screen()).not.toContain("environment changed");
  });

  it("is not taken for a good one when the user evaluates again", async () => {
    await project.writeFlake(good);
    const terminal = await opened();
    await project.writeFlake(good.replace("name = ", "name "));
    await terminal.until(/changed flake fails: syntax error/);

    terminal.press("ctrl+o", "E");
    await terminal.until("r evaluate again");
    terminal.press("r");
    await until(async () => (await project.nixCalls()).length === 3);

    await terminal.until((screen) => !screen.includes("evaluating"));
    await terminal.until(/changed flake fails: syntax error/);
    expect(terminal.screen()).not.toContain("environment changed");
  });
});

describe.skipIf(skipNix)("a shell hook", () => {
  it("that hangs is cancelled with esc", async () => {
    await project.writeFlake(flakeWith("echo waiting for godot; sleep 600"));
    const terminal = project.open();

    await terminal.until("running the shell hook");
    terminal.press("esc");
    await terminal.until("✕ the shell hook was cancelled");
    terminal.press("p");

    await terminal.until(threePrompts);
    await untilGone("the hook", async () => {
      return (await project.processes()).filter(({ command }) => command.includes("sleep 600"));
    });
  });

  it("that exits is named with its code and its words", async () => {
    await project.writeFlake(flakeWith("echo no licence found; exit 3"));
    const terminal = project.open();

    const screen = await terminal.until("the shell hook ended with code 3");

    expect(screen).toContain("no licence found");
    expect(screen).toContain("fix: correct shellHook in flake.nix");
  });

  it("that begins to hang is left for the last good environment with esc and l", async () => {
    await project.writeFlake(flakeWith("export GOOD=yes; [ ! -e hang ] || sleep 600"));
    await quit(await opened());
    await project.writeFlake(flakeWith("export GOOD=no; sleep 600"));
    const terminal = project.open();
    await terminal.until("running the shell hook");

    terminal.press("esc");
    await terminal.until(/go on with the last good one, \d+s old/);
    await project.write("hang", "");
    terminal.press("l");
    await terminal.until("running the shell hook");
    terminal.press("esc");
    await terminal.until("✕ the shell hook was cancelled");
    await rm(join(project.project, "hang"));
    terminal.press("l");

    await terminal.until(threePrompts);
    await seenInAllPanes(terminal, "GOOD", "yes");
    await terminal.until("last good · default");
  });

  it("that goes on after an error is told of, and what it said can be read", async () => {
    await project.writeFlake(flakeWith("no-such-program --now\nexport AFTER=yes"));
    const terminal = await opened();

    await terminal.until(/shell hook failed, ctrl\+o E/);
    await seenInAllPanes(terminal, "AFTER", "yes");
    terminal.press("ctrl+o", "E");
    await terminal.until("no-such-program: command not found");
  });

  it("that prints megabytes is neither slow nor lost", async () => {
    const flood =
      "for i in {1..60000}; do echo line $i of a very long story that nobody reads; done";
    await project.writeFlake(flakeWith(`${flood}\nprintf '\\033[2J\\033[Hred'\nexport LONG=yes`));
    const terminal = await opened();

    await seenInAllPanes(terminal, "LONG", "yes");
    terminal.press("ctrl+o", "E");
    await terminal.until("line 1 of a very long story");
    terminal.press("G");
    await terminal.until("line 60000 of a very long story");
  });
});

describe.skipIf(skipNix)("a flake that changes while the panes run", () => {
  it("says that a restart brings the new environment, and leaves the panes alone", async () => {
    await project.writeFlake(flakeWith("export STAGE=one"));
    const terminal = await opened();
    terminal.type("KEPT=still-here\r");

    await project.writeFlake(flakeWith("export STAGE=two"));
    await terminal.until("environment changed, ctrl+o R");
    terminal.type("echo $KEPT-$STAGE\r");
    await terminal.until("still-here-one");
    expect(await project.nixCalls()).toHaveLength(2);

    terminal.press("ctrl+o", "R");
    await terminal.until((screen) => !screen.includes("environment changed"));
    await terminal.until((screen) => threePrompts(screen) && !screen.includes("still-here"));
    await seenInAllPanes(terminal, "STAGE", "two");
    expect(await project.nixCalls()).toHaveLength(2);
  });

  it("is evaluated no longer once the program is quit", async () => {
    await project.writeFlake(flakeWith("export STAGE=one"));
    const terminal = await opened();
    const never = join(project.directory, "never");
    await project.writeFlake(flakeWith("export STAGE=two", dependencyOn(never)));
    await until(async () => (await builders()).length > 0);
    await terminal.until("flake changed, evaluating");

    await quit(terminal);

    await untilGone("processes", project.processes);
    await untilGone("builders", builders);
  });

  it("and breaks says so and keeps the panes; mended it is as before", async () => {
    const good = flakeWith("export STAGE=one");
    await project.writeFlake(good);
    const terminal = await opened();

    await project.writeFlake(good.replace("name = ", "name "));
    await terminal.until("changed flake fails: syntax error");
    await seenInAllPanes(terminal, "STAGE", "one");
    await project.writeFlake(good);

    await terminal.until((screen) => !screen.includes("changed flake fails"));
    expect(terminal.screen()).not.toContain("environment changed");
  });
});

describe("an environment without an evaluation", () => {
  it.skipIf(installedForAll)(
    "is the user's own when there is no Nix, which one line says",
    async () => {
      await project.writeFlake(flakeWith("export A=1"));
      const PATH = await pathWithoutNix(project.directory);
      const terminal = await opened({ env: { PATH, MINE: "yes" } });

      await seenInAllPanes(terminal, "MINE", "yes");
      await terminal.until(/Nix is not installed: the panes/);
      expect(await project.nixCalls()).toEqual([]);
    },
  );

  it("is the user's own when there is no flake", async () => {
    const terminal = await opened({ env: { MINE: "yes" } });

    await seenInAllPanes(terminal, "MINE", "yes");
    await terminal.until(/no flake\.nix: the panes run/);
    expect(await project.nixCalls()).toEqual([]);
  });

  it("is the one ai-rules was started in when that is a development shell", async () => {
    await project.writeFlake(flakeWith("export A=1"));
    const terminal = await opened({ env: { IN_NIX_SHELL: "impure", FROM_OUTSIDE: "yes" } });

    await seenInAllPanes(terminal, "FROM_OUTSIDE", "yes");
    await terminal.until(/inherited/);
    expect(await project.nixCalls()).toEqual([]);
  });
});

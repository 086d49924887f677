/** What a person sees of the doctor on a terminal. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTerminal } from "../e2e/terminal.ts";
import { until } from "../fakes/until.ts";
import { writeFlake } from "./flake-stages.ts";
import { onStage, type Stage } from "./staged-faults.ts";

function open({ command, root, env }: Stage, cols: number, ...args: readonly string[]) {
  const [file = "", ...words] = command;
  return openTerminal({
    file,
    args: [...words, "doctor", ...args],
    cwd: root,
    env,
    cols,
    rows: 60,
  });
}

describe("the doctor on a terminal", () => {
  it("tells what is done while the rest still runs, and of what it waits for", () =>
    onStage(async (stage) => {
      await stage.program("direnv", "sleep 2; echo Found RC allowed true");
      await stage.write(".envrc", "");
      const terminal = open(stage, 80, "install-node", "nix-direnv");
      try {
        const screen = await terminal.until("nix-direnv: direnv, nix-direnv");

        expect(screen).toMatch(/Installation\s+ok {4}install-node: ai-rules/u);
        expect(screen).not.toContain("ok    nix-direnv");
        const end = await terminal.until(/2 ok in \d/u);
        expect(end).toContain("  ok    nix-direnv: .envrc is allowed");
        expect(end).not.toContain("...");
      } finally {
        await terminal.close();
      }
    }));

  it("is readable in 40 columns and without colours", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      await stage.run("git", "rm", "-q", "--cached", "flake.nix");
      stage.env["NO_COLOR"] = "1";
      const terminal = open(stage, 40, "nix-git");
      try {
        const screen = await terminal.until("1 failed in");

        expect(screen).toMatch(/fail {2}nix-git: Nix cannot see\s+flake\.nix: Git does not/u);
        expect(screen).toMatch(/fix: run `git add -N flake\.nix`/u);
      } finally {
        await terminal.close();
      }
    }));

  it.each([
    ["ends soon", "sleep 60"],
    ["heeds no TERM", "trap '' TERM; while :; do sleep 1; done"],
  ])("leaves nothing behind when ctrl+c breaks it off and what it asks %s", (_, script) =>
    onStage(async (stage) => {
      const started = join(stage.directory, "started");
      await stage.program("slow-opencode", `touch ${started}; ${script}`);
      await stage.write(
        "ai-rules.json",
        JSON.stringify({ opencode: { path: join(stage.bin, "slow-opencode") } }),
      );
      const terminal = open(stage, 100, "agents");
      try {
        await until(() => existsSync(started));
        terminal.press("ctrl+c");

        expect((await terminal.exited).code).toBe(130);
        expect(await readdir(join(stage.env["XDG_RUNTIME_DIR"] ?? "", "ai-rules"))).toEqual([]);
        expect(terminal.screen()).not.toMatch(/of \d+; /u);
      } finally {
        await terminal.close();
      }
    }),
  );

  it("looks again after --fix also at what had to be left out before", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      await stage.run("git", "rm", "-q", "--cached", "flake.nix");
      const terminal = open(stage, 100, "nix-git", "nix-shells", "--fix");
      try {
        const screen = await terminal.until("2 ok in");

        expect(screen).toMatch(/skip {2}nix-shells: .*\n\nmended {2}nix-git: .*\n\nNix\n/u);
        expect(screen).toContain("ok    nix-shells: there are default, other for");
      } finally {
        await terminal.close();
      }
    }));

  it("tells what --fix has done, and looks again", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      await stage.run("git", "rm", "-q", "--cached", "flake.nix");
      const terminal = open(stage, 100, "nix-git", "--fix");
      try {
        const screen = await terminal.until("1 ok in");

        expect(screen).toContain("mended  nix-git: git add -N flake.nix");
        expect(screen).toContain("ok    nix-git: Git knows flake.nix");
      } finally {
        await terminal.close();
      }
    }));
});

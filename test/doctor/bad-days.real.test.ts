/** Machines on which everything hangs, breaks or floods: the doctor says so, and ends. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { writeFlake } from "./flake-stages.ts";
import { canMount } from "./mounts.ts";
import { nix23 } from "./old-nix.ts";
import { onStage, type Stage } from "./staged-faults.ts";

/** What the checks run. */
const programs = ["nix", "git", "direnv", "df", "du", "find", "elixir", "mix", "postgres", "lsof"];

async function writeProject(stage: Stage): Promise<void> {
  await writeFlake(stage);
  await stage.write(".envrc", "use flake\n");
  await stage.write("mix.exs", "defmodule Shop.MixProject do\nend\n");
}

async function replaceAll(stage: Stage, script: string): Promise<void> {
  await writeProject(stage);
  for (const name of programs) await stage.program(name, script);
}

describe("the doctor on a bad day", () => {
  it("is done within 8 s when every program hangs and ignores that it is to end", () =>
    onStage(async (stage) => {
      await replaceAll(stage, `trap '' TERM HUP INT; while :; do read -t 5 < <(:); sleep 1; done`);
      const startedAt = performance.now();

      const { report, troubles } = await stage.doctor("install", "nix", "elixir");

      expect(performance.now() - startedAt).toBeLessThan(8000);
      expect(report.checks.filter(({ group }) => group === "install")).not.toEqual([]);
      expect(troubles.map(({ code }) => code)).toContain("nix/not-started");
      const left = await stage.run("ps", "-eo", "args");
      expect(left.stdout.split("\n").filter((line) => line.includes(stage.bin))).toEqual([]);
    }));

  it.each([
    ["crashes", "kill -SEGV $$"],
    ["fails without a word", "exit 1"],
    ["prints megabytes", "head -c 30000000 /dev/zero | tr '\\0' 'x'"],
    [
      "prints megabytes of lines to stderr",
      "yes 'error: no, no, no' | head -n 3000000 >&2; exit 1",
    ],
    ["prints rubbish", "head -c 300000 /dev/urandom; head -c 300000 /dev/urandom >&2; exit 1"],
    [
      "prints what would clear the screen",
      `printf '\\033[2J\\033]0;owned\\007\\n' | tee /dev/stderr; exit 1`,
    ],
  ])("tells of it, and ends, when every program %s", (_, script) =>
    onStage(async (stage) => {
      await replaceAll(stage, script);

      const { code, report } = await stage.doctor("install", "nix", "elixir");
      const text = await stage.try("doctor", "install", "nix", "elixir");

      expect(code).toBe(1);
      expect(report.checks.find(({ id }) => id === "nix-version")?.status).toBe("fail");
      expect(JSON.stringify(report).length).toBeLessThan(200_000);
      expect(text.exit.code).toBe(1);
      // oxlint-disable-next-line no-control-regex
      expect(text.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/u);
    }),
  );

  it("waits for no pipe that stands where a file should", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      for (const name of ["mix.exs", "mix.lock", "flake.lock", ".envrc", ".tool-versions"])
        await stage.run("mkfifo", name);

      const { troubles } = await stage.doctor("install", "nix", "elixir");

      expect(troubles.filter(({ code }) => code?.startsWith("doctor/"))).toEqual([]);
    }));

  it("asks a Nix from before there were flakes for nothing but its version", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      await stage.program("nix", nix23);

      const { report, troubles } = await stage.doctor("nix");

      expect(troubles.map(({ id }) => id)).toEqual(["nix-version", "nix-shell"]);
      const skipped = report.checks.filter(({ status }) => status === "skip").map(({ id }) => id);
      expect(skipped).toEqual(expect.arrayContaining(["nix-features", "nix-store"]));
    }));

  it.skipIf(!canMount)("works in a project on a read-only file system", () =>
    onStage(async (stage) => {
      await stage.run("mount", "-t", "tmpfs", "tmpfs", stage.root);
      stage.onEnd(() => void execFileSync("umount", ["--lazy", stage.root]));
      await stage.run("git", "init", "-q");
      await writeProject(stage);
      await stage.run("mount", "-o", "remount,ro", stage.root);

      const { troubles } = await stage.doctor("install", "nix-git", "nix-shell", "nix-lock");

      expect(troubles).toEqual([]);
    }),
  );

  it("works without any program on PATH, without HOME and with relative XDG paths", () =>
    onStage(async (stage) => {
      await writeProject(stage);
      const { env } = stage;
      env["PATH"] = stage.bin;
      delete env["HOME"];
      for (const name of ["XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"]) env[name] = "rel";

      const { report, troubles } = await stage.doctor("install", "nix", "elixir");

      expect(report.ok).toBe(false);
      expect(troubles.map(({ code }) => code)).toEqual(
        expect.arrayContaining(["install/home-unset", "install/xdg-relative", "nix/no-git"]),
      );
      expect(troubles.filter(({ code }) => code?.startsWith("doctor/"))).toEqual([]);
    }));
});

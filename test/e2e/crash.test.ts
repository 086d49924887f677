/** A fault of ours ends the TUI: the terminal is put back, and it is said what failed and what to do. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commandSettings, makeScene, plainShell, type Scene } from "./program.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene("shop");
  await scene.write("ai-rules.json", commandSettings(plainShell));
});

afterAll(() => scene.end());

/** Stands for a fault: throws where nobody catches it, when it is told to. */
const fault = `process.on("SIGUSR2", () => { throw new Error("made on purpose"); });`;

it("says what failed and how to report it, and leaves nothing running", async () => {
  const preload = `--import=data:text/javascript,${encodeURIComponent(fault)}`;
  const terminal = scene.open({ env: { NODE_OPTIONS: preload } });
  await terminal.until(/bash-[\d.]+[#$]/);
  const [program] = (await scene.processes()).filter(({ command }) =>
    command.startsWith(`${process.execPath} `),
  );

  process.kill(program?.pid ?? Number.NaN, "SIGUSR2");
  const screen = await terminal.until("fix: ");

  expect(screen).toContain("error: something failed that should not: made on purpose");
  expect(screen).toContain(
    "fix: report it, with the archive that `ai-rules doctor --report` writes",
  );
  expect(screen).not.toMatch(/ at .*\.js/);
  expect((await terminal.exited).code).toBe(1);
  const log = await readFile(join(scene.home, ".local/state/ai-rules/log"), "utf8");
  expect(log).toContain("run/unexpected: something failed that should not: made on purpose");
  expect(await scene.runtimeFiles()).toEqual([]);
});

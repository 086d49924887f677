/** What stands on the screens of a running TUI reaches a report when its user says so, and no disk before. */
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { aiRules } from "./command.ts";
import { filesBelow } from "./processes.ts";
import { commandSettings, makeScene, plainShell, type Scene } from "./program.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await makeScene("shop");
  await scene.write("ai-rules.json", commandSettings(plainShell));
});

afterAll(() => scene.end());

const report = ["doctor", "--only", "install-node", "--yes", "--report"];

function textOf(name: string, file: string): string {
  const tar = (...args: readonly string[]) => execFileSync("tar", args, { encoding: "utf8" });
  const archive = join(scene.project, name);
  const path = tar("-tzf", archive)
    .split("\n")
    .find((each) => each.endsWith(`/${file}`));
  return tar("-xzOf", archive, path ?? file);
}

it("puts the screens of the open TUI into the archive, and leaves nothing of them", async () => {
  const terminal = scene.open({ cols: 160, rows: 40 });
  await terminal.until(/[$#] /);
  terminal.type("echo blue-$((40 + 2))-elephants\r");
  await terminal.until(/^.*blue-42-elephants/m);

  const without = await aiRules(scene, [...report, "./without.tar.gz"]);
  const answered = await aiRules(scene, [...report, "./with.tar.gz", "--screens"]);

  expect(without.err).toContain("--screens does that");
  expect(answered.err).toContain("screen-build.txt");
  expect(textOf("with.tar.gz", "screen-plan.txt")).toContain("blue-42-elephants");
  const whole = textOf("with.tar.gz", "screen.txt");
  expect(whole).toMatch(/^160x40\n.*1 plan/);
  expect(whole).toContain("blue-42-elephants");
  const runtime = await scene.runtimeFiles();
  expect(runtime.filter((file) => file.includes("screen"))).toEqual([]);
  for (const file of await filesBelow(join(scene.home, ".local/state/ai-rules")))
    expect(await readFile(file, "utf8")).not.toContain("elephants");

  terminal.press("ctrl+o", "q");
  expect((await terminal.exited).code).toBe(0);
});

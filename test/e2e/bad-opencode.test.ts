/** OpenCodes that are not there, cannot run, or end at once: each pane says what to do. */
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeScene, type Scene } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

let scene: Scene;

beforeEach(async () => {
  scene = await makeScene();
});

afterEach(() => scene.end());

/** Opens the program with an OpenCode of the given script, plan zoomed so that all words show. */
async function openWith(script: string, mode = 0o755): Promise<TestTerminal> {
  const path = join(scene.home, "opencode");
  await writeFile(path, script);
  await chmod(path, mode);
  return open(path);
}

async function open(path: string): Promise<TestTerminal> {
  await scene.write("ai-rules.json", JSON.stringify({ opencode: { path } }));
  return scene.open({ cols: 215, rows: 40 });
}

describe("an OpenCode", () => {
  it("that is not where the settings say is named, with the line to mend", async () => {
    const terminal = await open("/nowhere/opencode");

    const screen = await terminal.until(/1 plan · ✕/);

    expect(screen).toContain("/nowhere/opencode");
    expect(screen).toContain("opencode.path");
  });

  it("that cannot be executed is named, with the command that mends it", async () => {
    const terminal = await openWith("#!/bin/sh\n", 0o644);

    const screen = await terminal.until(/1 plan · ✕/);

    expect(screen.replace(/\s+/g, " ")).toMatch(/chmod \+x|not executable/);
  });

  it("that ends at once keeps its words, and is not started again by itself", async () => {
    const terminal = await openWith("#!/bin/sh\necho no such luck\nexit 3\n");

    const screen = await terminal.until(/exited 3 after 0s · ctrl\+o r/);

    expect(screen).toContain("no such luck");
    expect(screen).not.toContain("starts again by itself");
  });

  it("whose configuration is invalid shows what OpenCode says of it", async () => {
    await scene.write(
      "opencode.json",
      '{ "$schema": "https://opencode.ai/config.json", "model": 5 }',
    );
    const terminal = scene.open({ cols: 215, rows: 40 });

    const screen = await terminal.until(/exited 1 after/, { timeoutMs: 60_000 });

    expect(screen).toMatch(/Configuration is invalid|Expected string/);
  });

  it("that ignores every polite signal is gone when the program is", async () => {
    const terminal = await openWith(
      "#!/bin/bash\ntrap '' TERM HUP INT\necho stubborn\nwhile :; do sleep 1; done\n",
    );
    await terminal.until("stubborn");

    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    expect(await scene.processes()).toEqual([]);
  });
});

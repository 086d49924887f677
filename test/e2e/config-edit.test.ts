import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeScene, type Scene } from "./program.ts";
import { openTerminal, type TestTerminal } from "./terminal.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

/** Reads lines and writes each to the file; ctrl+c takes back the last one, as an editor may have it. */
const editor = `#!/bin/bash
trap 'echo interrupted' INT
echo "editing $1"
while :; do
  read -r line
  case $line in
    quit) exit 0 ;;
    fail) exit 7 ;;
    "") ;;
    *) printf '%s\\n' "$line" > "$1"; echo "written" ;;
  esac
done
`;

describe("the built `ai-rules config edit`", () => {
  let scene: Scene;
  let terminal: TestTerminal;

  beforeEach(async () => {
    scene = await makeScene();
    const script = join(scene.home, "editor");
    await writeFile(script, editor, { mode: 0o755 });
    terminal = openTerminal({
      file: process.execPath,
      args: [binary, "config", "edit"],
      cwd: scene.project,
      env: { ...scene.env, EDITOR: script },
      cols: 100,
      shell: true,
    });
    await terminal.until("editing");
  });

  afterEach(async () => {
    await terminal.close();
    await scene.end();
  });

  it("lends the terminal to the editor, ctrl+c included, and asks about a broken edit", async () => {
    terminal.type("\x03");
    await terminal.until("interrupted");
    terminal.type('{ "layout": 1 }\n');
    await terminal.until("written");
    terminal.type("quit\n");
    await terminal.until("edit it again? [y/N]");
    terminal.type("y\n");
    await terminal.until(/editing[\s\S]*editing/);
    terminal.type('{ "layout": "rows" }\n');
    await terminal.until(/written[\s\S]*written/);
    terminal.type("quit\n");

    expect((await terminal.exited).code).toBe(0);
    expect(terminal.screen()).toContain("error: ai-rules.json:1:13: layout: expected one of");
    expect(terminal.screen()).toContain("saved ai-rules.json");
    expect(await readFile(join(scene.project, "ai-rules.json"), "utf8")).toBe(
      '{ "layout": "rows" }\n',
    );
    const { before, after } = await terminal.tty();
    expect(after).toBe(before);
  });

  it("saves nothing when the editor fails", async () => {
    terminal.type('{ "layout": "rows" }\n');
    await terminal.until("written");
    terminal.type("fail\n");

    expect((await terminal.exited).code).toBe(1);
    expect(terminal.screen()).toContain("ended with code 7, so nothing was saved");
    await expect(readFile(join(scene.project, "ai-rules.json"))).rejects.toThrow("ENOENT");
  });
});

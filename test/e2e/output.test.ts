import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { makeScene, type Scene } from "./program.ts";
import { openTerminal } from "./terminal.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

describe("what the built commands write", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await makeScene();
    await scene.write(
      "ai-rules.json",
      '{ "layuot": "rows", "opencode": { "path": "/a/path/to/opencode" } }',
    );
  });

  afterAll(() => scene.end());

  function run(...args: readonly string[]) {
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      const options = { cwd: scene.project, env: scene.env };
      execFile(process.execPath, [binary, ...args], options, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  type Screen = { readonly env?: Record<string, string>; readonly cols?: number };

  async function onTerminal(args: readonly string[], { env = {}, cols = 100 }: Screen = {}) {
    const terminal = openTerminal({
      file: process.execPath,
      args: [binary, ...args],
      cwd: scene.project,
      env: { ...scene.env, ...env },
      cols,
      rows: 60,
    });
    onTestFinished(async () => void (await terminal.close()));
    await terminal.exited;
    return terminal;
  }

  it("has colours on a terminal, and none where they are not wanted", async () => {
    const dim = async (args: readonly string[], env = {}) =>
      (await onTerminal(["config", ...args], { env })).cell(0, 0).dim;

    expect(await dim([])).toBe(true);
    expect(await dim([], { NO_COLOR: "1" })).toBe(false);
    expect(await dim([], { NO_COLOR: "" })).toBe(true);
    expect(await dim([], { TERM: "dumb" })).toBe(false);
    expect(await dim(["--no-color"])).toBe(false);
    expect((await run("config")).stdout).not.toContain("\u001B");
  });

  it("fits into a narrow terminal: each setting has one line", async () => {
    const terminal = await onTerminal(["config", "--quiet"], { cols: 44 });

    const rows = terminal.screen().trimEnd().split("\n");

    expect(rows.slice(1)).not.toEqual([]);
    for (const row of rows.slice(1))
      expect(row).toMatch(/^(keys|layout|memory|modes|opencode|runtimes|scrollback|shell)/);
  });

  it("breaks the help between words", async () => {
    const terminal = await onTerminal(["help", "env"], { cols: 50 });

    expect(terminal.screen()).toMatch(
      /^ {6}the project's directory \(default: where you\n {6}are\)$/m,
    );
  });

  it("keeps notes to itself with --quiet, but no error", async () => {
    const [told, quiet, failed] = await Promise.all([
      run("config"),
      run("config", "-q"),
      run("env", "--quiet"),
    ]);

    expect(told.stderr).toContain("did you mean layout?");
    expect(quiet).toEqual({ code: 0, stdout: told.stdout, stderr: "" });
    expect(failed).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(/^error: there is no flake\.nix[^\n]*\nfix: [^\n]*\n$/),
    });
  });

  it.each([
    ["help"],
    ["config", "--json"],
    ["config", "schema"],
    ["env", "--json"],
    ["completion", "zsh"],
  ])("ends quietly when nobody reads on: %s %s", async (...args) => {
    const child = spawn(process.execPath, [binary, ...args], {
      cwd: scene.project,
      env: scene.env,
    });
    onTestFinished(() => void child.kill());
    let errors = "";
    child.stderr.on("data", (text) => (errors += String(text)));
    child.stdout.destroy();

    await new Promise((resolve) => child.once("exit", resolve));

    expect(errors.replace(/^error: there is no flake\.nix.*\nfix: .*\n$/, "")).toBe("");
  });
});

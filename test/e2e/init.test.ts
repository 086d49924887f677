/** The built `ai-rules init`: as a person and as a script runs it, and killed at any moment. */
import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { initReportSchema } from "../../src/cli/init-report-schema.ts";
import { projectKey } from "../../src/project/directories.ts";
import { makeScene, type Scene } from "./program.ts";
import { openTerminal, type TestTerminal } from "./terminal.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

let scene: Scene;
let directory: string;
const terminals: TestTerminal[] = [];

beforeAll(async () => {
  scene = await makeScene();
  directory = join(scene.home, "work");
  await mkdir(directory);
});

afterAll(async () => {
  for (const terminal of terminals) await terminal.close();
  await scene.end();
});

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

type RunOptions = {
  readonly cwd?: string;
  readonly uid?: number;
  readonly env?: Readonly<Record<string, string>>;
};

function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { cwd = directory, uid, env = scene.env } = options;
  return new Promise((resolve) => {
    const more = uid === undefined ? {} : { uid, gid: uid };
    execFile(
      process.execPath,
      [binary, "init", ...args],
      { cwd, env, ...more },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      },
    );
  });
}

/** Runs it and kills it after a time; resolves to whether it was still running then. */
function killed(args: readonly string[], after: number, signal: NodeJS.Signals): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [binary, "init", ...args], {
      cwd: directory,
      env: scene.env,
      stdio: "ignore",
    });
    const timer = setTimeout(() => child.kill(signal), after);
    child.on("exit", (code, by) => {
      clearTimeout(timer);
      resolve(by !== null || code === 130);
    });
  });
}

/** Kills it at the moment when it begins to put files in their places. */
function killedAtJournal(name: string): Promise<void> {
  const state = join(
    scene.home,
    ".local/state/ai-rules/projects",
    projectKey(join(directory, name)),
  );
  const journal = join(state, "init-journal.json");
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [binary, "init", name, "--yes"], {
      cwd: directory,
      env: scene.env,
      stdio: "ignore",
    });
    let isOver = false;
    child.on("exit", () => {
      isOver = true;
      resolve();
    });
    const look = () => {
      if (existsSync(journal)) child.kill("SIGKILL");
      else if (!isOver) setImmediate(look);
    };
    look();
  });
}

async function makeProject(name: string): Promise<string> {
  const project = join(directory, name);
  await rm(project, { recursive: true, force: true });
  await mkdir(join(project, "lib"), { recursive: true });
  await writeFile(join(project, "mix.exs"), mixFile);
  await writeFile(join(project, "AGENTS.md"), "# Mine\n");
  await writeFile(join(project, "ai-rules.json"), '{\n  "layout": "rows" // mine\n}\n');
  execFileSync("git", ["init", "-q", project]);
  return project;
}

const mixFile = `defmodule Shop.MixProject do
  use Mix.Project
  def project, do: [app: :shop, version: "0.1.0", deps: [{:phoenix, "~> 1.7"}]]
end
`;

/** Files and their texts, without those of Git. */
async function textsOf(project: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(project, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes("/.git/"));
  const texts = await Promise.all(
    paths.map(async (path) => [path.slice(project.length + 1), await readFile(path, "utf8")]),
  );
  return Object.fromEntries(texts);
}

function known(project: string): readonly string[] {
  return execFileSync("git", ["ls-files"], { cwd: project, encoding: "utf8" }).trim().split("\n");
}

describe("the built `ai-rules init`", () => {
  it("makes an application in less than a second", async () => {
    const started = performance.now();
    const { code, stdout } = await run(["quick", "phoenix-ash"]);
    const took = performance.now() - started;

    expect(code).toBe(0);
    expect(stdout).toMatch(/made \d+ files in quick, in a Git repository of its own/);
    expect(took).toBeLessThan(1000);
  });

  it("writes its report to a pipe, also to one that nobody reads on", async () => {
    await makeProject("piped");
    const { stdout } = await run(["piped", "--json"]);
    const report = initReportSchema.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ written: false, profile: { name: "phoenix-ash" } });
    expect(stdout).not.toContain("\u001B");

    const script = `"$0" "$1" init piped --json --yes | head -c 10; echo " \${PIPESTATUS[*]}"`;
    const head = execFileSync("bash", ["-c", script, process.execPath, binary], {
      cwd: directory,
      env: scene.env,
      encoding: "utf8",
    });

    expect(head).toMatch(/^\{\n {2}"versi 0 0\n$/);
    expect((await run(["piped"])).stdout).toContain("nothing to do");
  });

  it("says what is wrong and how to mend it, with an exit code", async () => {
    await makeProject("wrong");

    expect(await run(["wrong"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("fix: look at it with --dry-run, then add --yes\n"),
    });
    expect(await run(["wrong", "nervs"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: there is no profile nervs\nfix: did you mean nerves?\n",
    });
  });

  it.skipIf(process.getuid?.() !== 0)("refuses a directory of somebody else", async () => {
    const place = await mkdtemp(join(tmpdir(), "ai-rules-foreign-"));
    onTestFinished(() => rm(place, { recursive: true, force: true }));
    await chmod(place, 0o777);
    const project = join(place, "foreign");
    await mkdir(project);
    await writeFile(join(project, "mix.exs"), mixFile);
    const env = { PATH: scene.env["PATH"] ?? "", HOME: place, TMPDIR: place };

    for (const wanted of [project, join(project, "new_one")]) {
      const { code, stderr } = await run([wanted, "--yes"], { cwd: place, uid: 65_534, env });
      expect(stderr).toMatch(/^error: .*foreign cannot be written to\nfix: /);
      expect(code).toBe(1);
    }
    expect(await readdir(project)).toEqual(["mix.exs"]);
  });

  it.each(["SIGINT", "SIGKILL"] as const)(
    "leaves nothing half written after %s",
    async (signal) => {
      const outcomes = { before: 0, after: 0 };
      const started = performance.now();
      await makeProject("timed");
      await run(["timed", "--yes"]);
      const took = performance.now() - started;
      const whole = await textsOf(join(directory, "timed"));

      const killAfter = async (ms: number) => {
        const project = await makeProject("shop");
        const original = await textsOf(project);
        await killed(["shop", "--yes"], ms, signal);
        const left = await textsOf(project);
        if (signal === "SIGINT") {
          // Whoever is asked to stop stops before the first file, or after the last.
          expect([Object.keys(original), Object.keys(whole)]).toContainEqual(Object.keys(left));
        }
        if (left["flake.nix"] === undefined) outcomes.before++;
        else outcomes.after++;
        expect(await run(["shop", "--yes"]), `killed after ${ms} ms`).toMatchObject({ code: 0 });
        expect(await textsOf(project), `killed after ${ms} ms`).toEqual(whole);
        expect(known(project)).toContain("flake.nix");
        expect(await readdir(join(project, ".ai-rules"))).toEqual(["init.json"]);
      };
      const times = 24;
      for (let index = 0; index < times; index++) await killAfter((took * (index + 1)) / times);
      // The run that was measured may have been the quickest, or the slowest, of all.
      for (let ms = took; outcomes.after === 0 && ms < 16 * took; ms *= 1.5) await killAfter(ms);
      if (outcomes.before === 0) await killAfter(1);
      expect(Math.min(outcomes.before, outcomes.after)).toBeGreaterThan(0);
    },
  );

  it("is completed by the next run when it is killed between its first file and its last", async () => {
    await makeProject("timed");
    await run(["timed", "--yes"]);
    const whole = await textsOf(join(directory, "timed"));
    let completed = 0;

    for (let index = 0; index < 12; index++) {
      const project = await makeProject("torn");
      await killedAtJournal("torn");
      const { code, stderr } = await run(["torn", "--yes"]);
      if (stderr.includes("what it had begun is completed")) completed++;
      expect(code).toBe(0);
      expect(await textsOf(project)).toEqual(whole);
      expect(known(project)).toEqual(known(join(directory, "timed")));
    }
    expect(completed).toBeGreaterThan(0);
  });

  it.each(["SIGINT", "SIGKILL"] as const)(
    "makes a whole application or none after %s",
    async (signal) => {
      await run(["timed_app", "nerves"]);
      const whole = Object.keys(await textsOf(join(directory, "timed_app"))).length;

      for (let index = 0; index < 16; index++) {
        const project = join(directory, "app");
        await rm(project, { recursive: true, force: true });
        await killed(["app", "nerves"], 40 + index * 12, signal);
        const isThere = (await readdir(directory)).includes("app");
        if (isThere) expect(Object.keys(await textsOf(project))).toHaveLength(whole);

        expect(await run(["app", "nerves"])).toMatchObject({ code: 0 });
        expect(Object.keys(await textsOf(project))).toHaveLength(whole);
        expect((await readdir(directory)).filter((name) => name.startsWith("."))).toEqual([]);
      }
    },
  );

  it("lets only one of several at once write", async () => {
    const all = await Promise.all([1, 2, 3].map(() => run(["both", "universal"])));

    for (const { code, stderr } of all) {
      expect([0, 5]).toContain(code);
      if (code === 5) expect(stderr).toContain("ai-rules init already runs in both");
    }
    expect(all.filter(({ code }) => code === 0).length).toBeGreaterThan(0);
    expect(known(join(directory, "both"))).toContain("flake.nix");
  });
});

describe("the built `ai-rules init` in a terminal", () => {
  function open(args: readonly string[], cwd: string, cols = 80, rows = 25): TestTerminal {
    const terminal = openTerminal({
      file: process.execPath,
      args: [binary, "init", ...args],
      cwd,
      env: scene.env,
      cols,
      rows,
      shell: true,
    });
    terminals.push(terminal);
    return terminal;
  }

  it("shows a coloured diff that fits, asks, and writes after a yes", async () => {
    const project = await makeProject("asked");
    const terminal = open([], project);

    const screen = await terminal.until("write this into asked? [y/N]");
    expect(screen).toMatch(/merge +AGENTS\.md/);
    const row = screen.split("\n").findIndex((line) => /^ {2}create/.test(line));
    expect(terminal.cell(3, row).foreground).toBe(2);
    terminal.type("y\r");
    await terminal.until(/next\n.*\n? *ai-rules tui/);

    expect((await terminal.exited).code).toBe(0);
    expect(known(project)).toContain("flake.nix");
  });

  it.each([
    ["n\r", 1],
    ["\u0004", 1],
    ["\u0003", 130],
  ])("writes nothing after %j", async (keys, code) => {
    const project = await makeProject("declined");
    const before = await textsOf(project);
    const terminal = open([], project);
    await terminal.until("write this into declined? [y/N]");

    terminal.type(keys);

    expect((await terminal.exited).code).toBe(code);
    expect(terminal.screen()).toContain("nothing was written");
    expect(await textsOf(project)).toEqual(before);
    const { before: ttyBefore, after } = await terminal.tty();
    expect(after).toBe(ttyBefore);
  });
});

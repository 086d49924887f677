/** Machines that are set up badly, met by the built program: each failure has its two lines, never a stack. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandNames, commandOf } from "../../src/cli/commands.ts";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { type Answer, aiRules, aiRulesWith, type CommandOptions } from "./command.ts";
import { canMount, mount, unmount } from "./mounts.ts";
import { commandSettings, makeScene, plainShell, type Scene } from "./program.ts";

const isRoot = process.getuid?.() === 0;

let scene: Scene;
/** Its panes are plain shells. */
let shells: Scene;
let ollama: OllamaServer;

beforeAll(async () => {
  ollama = await startOllamaServer({ models: [ollamaModel({ name: "qwen3:8b" })] });
  scene = await makeScene();
  const runtimes = { ollama: { enabled: true, url: ollama.url } };
  await scene.write("ai-rules.json", JSON.stringify({ runtimes }));
  shells = await makeScene("shells");
  await shells.write("ai-rules.json", commandSettings(plainShell));
});

afterAll(async () => {
  await scene.end();
  await shells.end();
  await ollama.close();
});

/** One of each kind: they need the home, the state, the cache. */
const commands: readonly (readonly string[])[] = [
  ["--version"],
  ["help"],
  ["models"],
  ["models", "--json"],
  ["models", "show", "qwen3:8b", "--json"],
  ["models", "use", "plan", "qwen3:8b", "--yes"],
  ["models", "use", "plan", "--reset"],
  ["doctor", "--only", "install", "--json"],
];

/** What a person should see of a failure: two lines, and nothing of Node. */
function isTold({ err }: Answer): boolean {
  const lines = err.split("\n").filter((line) => !/^(note: .*)?$/.test(line));
  if (lines.length === 0) return true;
  return lines.length === 2 && /^error: .*\nfix: /.test(lines.join("\n"));
}

async function filesOf({ project }: Scene): Promise<readonly string[]> {
  return (await readdir(project)).sort();
}

async function answersOf(options: CommandOptions) {
  const answers: Record<string, Answer> = {};
  for (const args of commands) answers[args.join(" ")] = await aiRules(scene, args, options);
  return answers;
}

/** All work, and nothing appears in the project. */
async function allWork(options: CommandOptions): Promise<Readonly<Record<string, Answer>>> {
  const before = await filesOf(scene);
  const answers = await answersOf(options);
  const failed = Object.entries(answers).filter(
    ([line, { code, err }]) => code !== 0 || (err !== "" && !line.startsWith("models use")),
  );
  expect(failed).toEqual([]);
  expect(await filesOf(scene)).toEqual(before);
  return answers;
}

describe("HOME", () => {
  it.each([
    ["unset", undefined],
    ["empty", ""],
    ["relative", "not/whole"],
  ])(
    "%s: the user database says where files go, and none goes into the project",
    async (_, home) => {
      // What the user database says is this machine's own: settings and state are named, so that it stays clean.
      const at = (name: string) => join(scene.home, name);
      const xdg = {
        XDG_CONFIG_HOME: at(".config"),
        XDG_STATE_HOME: at("s"),
        XDG_CACHE_HOME: at("c"),
      };
      const answers = await allWork({ env: { HOME: home, ...xdg } });

      expect(answers["doctor --only install --json"]?.out).toContain("install/home-unset");
    },
  );

  it.skipIf(!isRoot)("unset, and a user whom the system does not know", async () => {
    const state = join(scene.home, "..", "nobody");
    await mkdir(state);
    await chmod(state, 0o777);
    await chmod(join(scene.home, ".."), 0o755);
    const env = { HOME: undefined, XDG_RUNTIME_DIR: undefined, TMPDIR: state };

    const answers = await answersOf({ env, uid: 54_321 });

    const told = Object.entries(answers).filter(([, answer]) => !isTold(answer));
    expect(told).toEqual([]);
    expect(answers["--version"]?.code).toBe(0);
    expect(answers["models --json"]?.code).toBe(0);
    expect(await readdir(state)).toContain("ai-rules-home-54321");
  });
});

describe("HOME and the TUI", () => {
  it.each(["", "not/whole"])("go together when it is %j", async (home) => {
    const before = await filesOf(shells);
    const at = (name: string) => join(shells.home, name);
    const xdg = {
      XDG_CONFIG_HOME: at(".config"),
      XDG_STATE_HOME: at("s"),
      XDG_CACHE_HOME: at("c"),
    };
    const terminal = shells.open({ env: { HOME: home, ...xdg } });
    await terminal.until(/bash-[\d.]+[#$]/);
    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    expect(await filesOf(shells)).toEqual(before);
  });
});

describe.skipIf(!isRoot)("a project that its user may not look into", () => {
  it("is told of with a remedy by each command, and a report is written all the same", async () => {
    const own = await makeScene();
    const directory = join(own.home, "..");
    const free = join(directory, "free");
    await mkdir(free);
    await chmod(free, 0o777);
    await chmod(directory, 0o755);
    await chmod(own.project, 0o700);
    const as = {
      uid: 54_321,
      cwd: free,
      env: { HOME: free, XDG_RUNTIME_DIR: undefined, TMPDIR: free },
    };
    const answers: Record<string, Answer> = {};
    for (const line of ["config", "models", "env", "init --yes"])
      answers[line] = await aiRules(own, [...line.split(" "), "--cwd", own.project], as);
    const report = ["doctor", "install-node", "--yes", "--report", "./it.tar.gz"];
    const reported = await aiRules(own, [...report, "--cwd", own.project], as);
    await chmod(own.project, 0o755);
    const files = await readdir(free);
    await own.end();

    for (const [line, { code, err }] of Object.entries(answers)) {
      expect({ line, code }).toEqual({ line, code: 1 });
      expect(err).toMatch(/^error: ai-rules may not use \S+ \(EACCES\)\nfix: look at `ls -ld /m);
      expect(err).not.toMatch(/\n {4}at |should not/);
    }
    expect(reported.err).toContain("written: ");
    expect(files).toContain("it.tar.gz");
  });
});

describe("a directory that is not there", () => {
  it("is told of where --cwd names it, and no project is made of it", async () => {
    for (const line of ["config", "models", "env", "doctor install"]) {
      const there = await aiRules(scene, [...line.split(" "), "--cwd", "nowhere/at/all"]);

      expect(there).toMatchObject({ code: 2, out: "" });
      expect(there.err).toMatch(
        /^error: --cwd names nowhere\/at\/all, which is no directory\nfix: /,
      );
    }
    expect(await filesOf(scene)).not.toContain("nowhere");
  });

  it("is told of where a shell is still in it", async () => {
    const line = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$1" config';
    const args = ["-c", line, process.execPath, join(import.meta.dirname, "../../bin/ai-rules.js")];
    const ended = spawnSync("bash", args, {
      cwd: scene.home,
      env: scene.env,
      encoding: "utf8",
    });

    expect(ended.stderr).toMatch(
      /^error: the directory that you are in is not there any more\nfix: go to one that is: `cd`/m,
    );
  });
});

describe("XDG variables with relative paths", () => {
  const env = {
    XDG_CONFIG_HOME: "config",
    XDG_STATE_HOME: "./state",
    XDG_CACHE_HOME: "../cache",
    XDG_RUNTIME_DIR: "run",
  };

  it("are ignored by all commands, and told of by doctor", async () => {
    const answers = await allWork({ env });

    expect(answers["doctor --only install --json"]?.out).toContain("install/xdg-relative");
    expect(await readdir(join(scene.project, ".."))).not.toContain("cache");
  });

  it("are ignored by the TUI", async () => {
    const before = await filesOf(shells);
    const terminal = shells.open({ env });
    await terminal.until(/bash-[\d.]+[#$]/);
    terminal.press("ctrl+o", "q");

    expect((await terminal.exited).code).toBe(0);
    expect(await filesOf(shells)).toEqual(before);
    expect(await readdir(join(shells.home, ".local/state/ai-rules"))).toContain("log");
  });
});

describe.skipIf(!canMount)("a file system that is read-only", () => {
  it("everywhere: what only looks works, what has to write says so", async () => {
    const own = await makeScene();
    const directory = join(own.home, "..");
    await writeFile(
      join(own.project, "ai-rules.json"),
      await readFile(join(scene.project, "ai-rules.json")),
    );
    mount(directory, ["--bind", directory]);
    try {
      mount(directory, ["-o", "remount,ro,bind"]);
      const answers: Record<string, Answer> = {};
      for (const args of [...commands, ["doctor", "install-node", "--report"]])
        answers[args.join(" ")] = await aiRules(own, args);
      const tui = own.open();

      expect(Object.entries(answers).filter(([, { err }]) => /\n {4}at |node:/.test(err))).toEqual(
        [],
      );
      for (const line of ["--version", "help", "models", "models --json"])
        expect(answers[line]).toMatchObject({ code: 0, err: "" });
      expect(answers["models use plan qwen3:8b --yes"]?.err).toMatch(
        /^error: the pick cannot be saved.*EROFS.*\nfix: make /m,
      );
      expect(answers["doctor --only install --json"]?.out).toContain("install/read-only");
      expect(answers["doctor install-node --report"]?.err).toMatch(
        /^error: the report cannot be written to .*: .*read-only.*\nfix: name another place/m,
      );
      const screen = await tui.until("fix: ");
      expect(screen).toMatch(
        /error: the directory for running programs, \S+, cannot be made \(EROFS/,
      );
      expect((await tui.exited).code).toBe(1);
    } finally {
      unmount(directory);
      await own.end();
    }
  });
});

describe("a clock that says 1970", () => {
  async function past(): Promise<{ readonly NODE_OPTIONS: string }> {
    const file = join(scene.home, "past.cjs");
    await writeFile(
      file,
      `const Now = Date, began = Now.now();
       const past = () => Now.now() - began;
       globalThis.Date = class extends Now {
         constructor(...parts) { parts.length === 0 ? super(past()) : super(...parts); }
         static now() { return past(); }
       };`,
    );
    return { NODE_OPTIONS: `--require ${file}` };
  }

  it("hinders no command, and doctor names it", async () => {
    const answers = await allWork({ env: await past() });

    expect(answers["doctor --only install --json"]?.out).toContain("install/clock-wrong");
  });

  it("hinders neither the report nor the TUI, also after a run with the right time", async () => {
    const env = await past();
    for (const each of [{}, env]) {
      const terminal = shells.open({ env: each });
      await terminal.until(/bash-[\d.]+[#$]/);
      terminal.type("echo it-$((1+1))\r");
      await terminal.until("it-2");
      terminal.press("ctrl+o", "q");
      expect((await terminal.exited).code).toBe(0);
    }

    const report = await aiRules(scene, [
      "doctor",
      "install-node",
      "--report",
      "/dev/null/x",
      "--yes",
    ]);
    expect(report.err).toContain("error: the report cannot be written to /dev/null/x");
    const file = join(scene.home, "report.tar.gz");
    const written = await aiRules(scene, ["doctor", "install-node", "--report", file], { env });
    expect(written.code).toBe(0);
    expect(execFileSync("tar", ["-tvzf", file], { encoding: "utf8" })).toMatch(/1970/);
  });
});

describe("output that nobody takes", () => {
  const argumentsOf: Readonly<Record<string, string>> = { MODEL: "qwen3:8b", MODE: "plan" };
  const withJson = commandNames
    .filter((name) => commandOf(name).options.includes("json"))
    .map((name) => {
      const needed = commandOf(name).arguments.filter(({ optional }) => !optional);
      const own = name === "init" ? ["universal", "--dry-run"] : [];
      const values = needed.map((each) => argumentsOf[each.name] ?? "");
      return [...name.split(" "), ...values, ...own, "--json"];
    });

  it("is a matter of these commands", () => {
    expect(withJson.map((args) => args.join(" "))).toEqual(
      expect.arrayContaining([
        "models --json",
        "models show qwen3:8b --json",
        "models fit qwen3:8b --json",
        "doctor --json",
        "init universal --dry-run --json",
      ]),
    );
  });

  const all = [...withJson, ["--version"], ["help"], ["models"], ["doctor", "--only", "install"]];

  it.each(all.map((args) => ({ line: args.join(" "), args })))(
    "of $line ends it quietly",
    async ({ args }) => {
      // Doctor may have found something, and here is no shell that env could tell of.
      const plain = await aiRulesWith(scene, args, ">/dev/null");
      for (const behind of ["| :", "| head -c 1 >/dev/null", "2>&1 | :"]) {
        const { code, err } = await aiRulesWith(scene, args, behind);

        expect({ behind, err }).toEqual({ behind, err: behind.startsWith("2") ? "" : plain.err });
        expect([0, plain.code]).toContain(code);
      }
    },
    60_000,
  );

  it("makes a failure no worse", async () => {
    expect(await aiRulesWith(scene, ["nonsense"], "2>&1 | :")).toMatchObject({ code: 2, err: "" });
    expect(await aiRulesWith(scene, ["models", "show", "none"], "2>&1 | :")).toMatchObject({
      err: "",
    });
  });

  it.skipIf(process.platform !== "linux").each([["--version"], ["help"], ["models"]])(
    "of %s onto a full disk is told",
    async (word) => {
      const { code, err } = await aiRulesWith(scene, [word], "> /dev/full");

      expect(err).toMatch(/^error: what is said cannot be written: ENOSPC.*\nfix: free some space/);
      expect(code).toBe(1);
    },
  );
});

import { execFileSync } from "node:child_process";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { doctor } from "../../src/cli/doctor.ts";
import { toProblem } from "../../src/core/error.ts";
import type { Variables } from "../../src/platform/ports.ts";
import { openRuntimeDirectory } from "../../src/project/directories.ts";
import { acquireLock } from "../../src/project/lock.ts";
import { createRunDirectory } from "../../src/project/run-directory.ts";
import { answerScreenRequests } from "../../src/project/screen-requests.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { type ConsoleScript, createRecordedConsole } from "../fakes/recorded-console.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { undisturbed } from "../fakes/undisturbed.ts";

const settings = {
  modes: {
    plan: { env: { STRIPE_API_KEY: "stripe-of-ada", MIX_ENV: "test" } },
    build: { command: ["serve", "--token", "token-in-command"] },
  },
  runtimes: { ollama: { url: "http://ada:password-in-url@127.0.0.1:11434" } },
};

const variables = {
  LM_API_TOKEN: "token-of-variable",
  OLLAMA_HOST: "127.0.0.1:1",
  HTTPS_PROXY: "http://ada:password-of-proxy@proxy:3128",
  SHOP_PASSWORD: "password-of-the-shop",
  UNRELATED: "nobody's business",
};

const secrets =
  /stripe-of-ada|token-in-command|password-in-url|token-of-variable|password-of-proxy|password-of-the-shop|nobody's business/;

async function begin(extra: Variables = {}) {
  const directory = await temporaryDirectory();
  const project = join(directory, "home", "shop");
  await mkdir(join(project, ".git"), { recursive: true });
  await writeFile(join(project, "ai-rules.json"), JSON.stringify(settings));
  const ports = isolatedPorts(directory, { ...variables, ...extra });
  async function run(line: string, script: ConsoleScript = {}) {
    const console = createRecordedConsole(script);
    const invocation = parseInvocation(line.split(" "));
    if (invocation.type !== "run") throw new Error(`${line} is no command`);
    const code = await doctor({ ports, console, ownProcess: undisturbed }, invocation, project);
    return { code, console, notes: console.notes.join("\n") };
  }
  const archives = async () => (await readdir(project)).filter((name) => name.endsWith(".gz"));
  return { directory, project, ports, run, archives };
}

function textsOf(file: string): Readonly<Record<string, string>> {
  const names = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");
  return Object.fromEntries(
    names.map((name) => [
      name.replace(/^.*\//, ""),
      execFileSync("tar", ["-xzOf", file, name], { encoding: "utf8" }),
    ]),
  );
}

describe("ai-rules doctor --report", () => {
  it("writes one private archive with all that a report needs and no secret", async () => {
    const { project, ports, run, archives } = await begin();
    ports.log.error("nix/syntax: a fault of before");
    // As a version before this one would have written it, which knew no secrets.
    await writeFile(
      join(ports.host.home, ".local/state/ai-rules/log"),
      `an old line with password-of-the-shop of ${ports.host.home}/shop\n`,
      { flag: "a" },
    );

    const { notes } = await run("doctor --only install --report");

    const [name = ""] = await archives();
    expect(name).toMatch(/^ai-rules-report-\d{4}-\d\d-\d\d-\d{6}\.tar\.gz$/);
    expect((await stat(join(project, name))).mode & 0o777).toBe(0o600);
    const texts = textsOf(join(project, name));
    expect(Object.keys(texts)).toEqual([
      "README.txt",
      "versions.txt",
      "checks.txt",
      "checks.json",
      "settings.json",
      "variables.txt",
      "log.txt",
    ]);
    expect(texts["versions.txt"]).toMatch(/^ai-rules: \d+\.\d+\.\d+\nNode: \d+/);
    expect(texts["versions.txt"]).toMatch(/^(Nix|OpenCode|Git|terminal): \S/m);
    expect(texts["checks.txt"]).toContain("install-node");
    expect(JSON.parse(texts["checks.json"] ?? "")).toMatchObject({ version: 1 });
    const shown: unknown = JSON.parse(texts["settings.json"] ?? "");
    expect(shown).toMatchObject({
      settings: {
        modes: {
          plan: { env: { STRIPE_API_KEY: "***", MIX_ENV: "test" } },
          build: { command: ["serve", "--token", "***"] },
        },
      },
    });
    expect(texts["variables.txt"]).toContain("LM_API_TOKEN=***\n");
    expect(texts["variables.txt"]).toContain("HTTPS_PROXY=http://***@proxy:3128\n");
    expect(texts["variables.txt"]).toContain("HOME=~\n");
    expect(texts["log.txt"]).toContain("a fault of before");
    expect(texts["log.txt"]).toContain("an old line with *** of ~/shop");
    for (const text of Object.values(texts)) {
      expect(text).not.toMatch(secrets);
      expect(text).not.toContain(ports.host.home);
    }
    for (const file of Object.keys(texts)) expect(notes).toContain(`  ${file} `);
    expect(notes).toContain(`written: ${join(project, name)}`);
  });

  it("shows what is in it, and asks, before it writes", async () => {
    const { run, archives } = await begin();
    let seen = "";
    const script = (answer: boolean): ConsoleScript => ({
      answer: (question) => {
        seen = question;
        return answer;
      },
    });

    const no = await run("doctor --only install-node --report", script(false));
    expect(seen).toBe("write it?");
    expect(no.notes).toContain("log.txt");
    expect(no.notes).toContain("nothing was written");
    expect(no.code).toBe(1);
    expect(await archives()).toEqual([]);

    await run("doctor --only install-node --report", script(true));
    expect(await archives()).toHaveLength(1);
  });

  it("asks nothing with --yes, and writes where it is told", async () => {
    const { directory, run } = await begin();
    const file = join(directory, "it's here.tar.gz");

    const { console, notes } = await run(
      `doctor --only install-node --yes --report ${file.replace(" ", "\u00A0")}`,
      { answer: () => false },
    );

    expect(console.questions).toEqual([]);
    expect(notes).toContain("'\\''");
    expect(Object.keys(textsOf(file.replace(" ", "\u00A0")))).toContain("README.txt");
  });

  describe("with an open TUI in the project", () => {
    const wrapped = "password-of-the-shop stands here";
    const screens = [
      { name: "all", cols: 80, rows: 24, text: `1 plan\n${wrapped}\u001b[31m` },
      { name: "plan", cols: 40, rows: 20, text: "a prompt of Ada" },
    ];
    const only = "doctor --only install-node --report";

    async function beginOpen() {
      const scene = await begin();
      const { ports, project } = scene;
      const runtimeDirectory = await openRuntimeDirectory(ports);
      const run = await createRunDirectory(ports, runtimeDirectory);
      await acquireLock(ports, { runtimeDirectory, root: project });
      let given = 0;
      const answer = () => {
        given++;
        return screens;
      };
      onTestFinished(answerScreenRequests(ports, run.path, answer));
      const texts = async () => textsOf(join(project, (await scene.archives())[0] ?? ""));
      return { ...scene, texts, given: () => given };
    }

    it("puts its screens in after a yes, without secrets and control characters", async () => {
      const { run, texts } = await beginOpen();

      const { console, notes } = await run(only, { answer: () => true });

      expect(console.questions).toEqual([
        "put in the last screens of plan, build and review? they may show code, prompts and answers",
        "write it?",
      ]);
      expect(notes).toMatch(/ {2}screen\.txt +0\.\d kB {2}the whole terminal/);
      expect(await texts()).toMatchObject({
        "README.txt": expect.stringContaining("because you said so"),
        "screen.txt": "80x24\n1 plan\n*** stands here\n",
        "screen-plan.txt": "40x20\na prompt of Ada\n",
      });
    });

    it("asks it for nothing after a no, and writes the rest", async () => {
      const { run, texts, given } = await beginOpen();

      await run(only, { answer: (question) => question === "write it?" });

      expect(Object.keys(await texts())).not.toContain("screen.txt");
      expect((await texts())["README.txt"]).toContain("Not in it: what stands on the screens");
      expect(given()).toBe(0);
    });

    it.each([
      ["--yes", { answer: () => true }],
      ["", {}],
    ])("leaves them out where nobody is asked: %j", async (more, script) => {
      const { run, texts, given } = await beginOpen();

      const { notes, console } = await run(
        `doctor --only install-node ${more} --report`.replace("  ", " "),
        script,
      );

      expect(console.questions).toEqual([]);
      expect(notes).toContain("--screens does that");
      expect(Object.keys(await texts())).not.toContain("screen.txt");
      expect(given()).toBe(0);
    });

    it("puts them in with --screens, without that question", async () => {
      const { run, texts } = await beginOpen();

      const { console } = await run(`${only} --screens`, { answer: () => true });

      expect(console.questions).toEqual(["write it?"]);
      expect(Object.keys(await texts())).toContain("screen-plan.txt");
    });
  });

  it("says so where there are no screens for --screens", async () => {
    const { run, archives } = await begin();

    const { notes } = await run("doctor --only install-node --report --screens");

    expect(notes).toContain("note: no `ai-rules tui` is open in ");
    expect(await archives()).toHaveLength(1);
    await expect(run("doctor --only install-node --screens")).rejects.toThrow(
      "--screens is for the archive of --report",
    );
  });

  it("keeps stdout for the data of --json", async () => {
    const { run } = await begin();

    const { console } = await run("doctor --only install-node --json --report");

    expect(JSON.parse(console.lines.join("\n"))).toMatchObject({ version: 1 });
  });

  it("does not write over a file, nor into nowhere", async () => {
    const { project, run } = await begin();
    await writeFile(join(project, "there.tar.gz"), "precious");
    await writeFile(join(project, "file"), "");

    const problems = ["there.tar.gz", "./file/it.tar.gz"].map(async (file) =>
      run(`doctor --only install-node --report ${file}`).then(
        () => "written",
        (error: unknown) => toProblem(error),
      ),
    );

    expect(await Promise.all(problems)).toMatchObject([
      { code: "doctor/report-exists" },
      {
        code: "doctor/report-not-written",
        message: `the report cannot be written to ${join(project, "file/it.tar.gz")}: ${join(project, "file")} is no directory`,
      },
    ]);
  });
});

/** Faults of OpenCode, its configuration and its locks, and what killed runs leave; with the real OpenCode. */
import { spawn } from "node:child_process";
import { mkdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProcesses } from "../../src/platform/processes.ts";
import { projectKey } from "../../src/project/directories.ts";
import { opencodeIsThere } from "../opencode/real-pane.ts";
import { describeFaults, onStage, type Stage, type StagedFault } from "./staged-faults.ts";

const skip = !opencodeIsThere && !process.env["CI"];

const realOpencode = join(
  import.meta.dirname,
  "../../node_modules",
  `opencode-${process.platform}-${process.arch}`,
  "bin/opencode",
);

const settings = (value: object) => JSON.stringify(value);

const program: readonly StagedFault[] = [
  {
    title: "an opencode.path that names nothing",
    only: ["agents-opencode"],
    stage: ({ write }) =>
      write("ai-rules.json", settings({ opencode: { path: "tools/opencode" } })),
    code: "opencode/not-found",
    status: "fail",
    remedy: "correct opencode.path",
  },
  {
    title: "an opencode.path that cannot be executed",
    only: ["agents-opencode"],
    stage: async ({ write }) => {
      await write("tools/opencode", "#!/bin/sh\necho 1.18.33\n", 0o644);
      await write("ai-rules.json", settings({ opencode: { path: "tools/opencode" } }));
    },
    code: "opencode/not-executable",
    status: "fail",
    remedy: /`chmod \+x .*tools\/opencode`/u,
    mendedBy: ["remedy"],
  },
  ...["1.17.9", "2.0.0"].map(
    (version): StagedFault => ({
      title: `an OpenCode ${version}`,
      only: ["agents-opencode"],
      stage: (stage) => stage.program("opencode", `echo ${version}`),
      code: "opencode/unknown-version",
      status: "warn",
      remedy: "`npm install --global opencode-ai@1.18.33`",
      found: `OpenCode ${version}, on your PATH`,
    }),
  ),
  {
    title: "an OpenCode that cannot load its libraries",
    only: ["agents-opencode"],
    stage: (stage) =>
      stage.program("opencode", "echo 'error while loading shared libraries' >&2; exit 127"),
    code: "opencode/does-not-start",
    status: "fail",
    remedy: "`npm install --global opencode-ai`",
    found: "exit code 127",
  },
  {
    title: "an OpenCode without an install script",
    only: ["agents-opencode"],
    stage: (stage) => stage.write("../bin/opencode", "not a program at all\n", 0o755),
    code: "opencode/does-not-start",
    status: "fail",
    remedy: "opencode.path",
  },
  {
    title: "a program of a mode that is not there",
    only: ["agents-commands"],
    stage: ({ write }) =>
      write("ai-rules.json", settings({ modes: { review: { command: ["reviewer", "--fast"] } } })),
    code: "pane/command-not-found",
    status: "fail",
    remedy: "modes.review.command",
    found: "review is to run reviewer",
  },
];

const configuration: readonly StagedFault[] = [
  {
    title: "an opencode.json that is no JSON",
    only: ["agents-config"],
    stage: ({ write }) => write("opencode.json", '{\n  "model": "a/b",\n  "share": \n}\n'),
    code: "opencode/config-syntax",
    status: "fail",
    remedy: "`opencode debug config`",
    found: /^opencode\.json:4:1: no valid JSON: value expected/u,
  },
  {
    title: "a configuration of the user's that is no JSON",
    only: ["agents-config"],
    stage: ({ write, home }) =>
      write(join(home, ".config/opencode/opencode.jsonc"), '{ "theme" "x" }'),
    code: "opencode/config-syntax",
    status: "fail",
    remedy: "correct it there",
    found: /opencode\.jsonc:1:11: no valid JSON: colon expected/u,
  },
  {
    title: "a mode's own configuration that is no JSON",
    only: ["agents-config"],
    stage: ({ write }) => write(".opencode/opencode.review.json", "{ ]"),
    code: "opencode/config-syntax",
    status: "fail",
    remedy: "correct it there",
    found: /^\.opencode\/opencode\.review\.json:1:/u,
  },
  {
    title: "a tui.json that is no JSON",
    only: ["agents-config"],
    stage: ({ write, home }) => write(join(home, ".config/opencode/tui.json"), "{ keybinds }"),
    code: "opencode/config-syntax",
    status: "warn",
    remedy: "correct it there",
    found: "tui.json:1:",
  },
  {
    title: "a variable with a configuration that is no JSON",
    only: ["agents-config"],
    stage: ({ env }) => {
      env["OPENCODE_CONFIG_CONTENT"] = "{model: x}";
    },
    code: "opencode/config-syntax",
    status: "fail",
    remedy: "`unset OPENCODE_CONFIG_CONTENT`",
  },
  {
    title: "an OPENCODE_CONFIG that names nothing",
    only: ["agents-config"],
    stage: ({ env }) => {
      env["OPENCODE_CONFIG"] = "/nowhere/opencode.json";
    },
    code: "opencode/config-missing",
    status: "warn",
    remedy: "`unset OPENCODE_CONFIG`",
  },
  {
    title: "an opencode.json that OpenCode refuses",
    only: ["agents-config"],
    stage: ({ write }) =>
      write("opencode.json", '{ "$schema": "https://opencode.ai/config.json", "model": 5 }'),
    code: "opencode/config-invalid",
    status: "fail",
    remedy: "correct it there",
    found: /^opencode\.json is refused: Expected string/u,
    skip,
  },
  {
    title: "an agent's file that OpenCode refuses",
    only: ["agents-config"],
    stage: ({ write }) => write(".opencode/agent/tester.md", "---\nmode: sometimes\n---\nTest.\n"),
    code: "opencode/config-invalid",
    status: "fail",
    remedy: "correct it there",
    found: /^\.opencode\/agent\/tester\.md is refused: Expected "subagent"/u,
    skip,
  },
];

/** OpenCode behind a script, as a wrapper of a distribution may be. */
const wrapped = (before: string) => (stage: Stage) =>
  stage.program("opencode", `${before}\nexec '${realOpencode}' "$@"`);

const locks: readonly StagedFault[] = [
  {
    title: "an agent that nothing defines",
    only: ["agents-locks"],
    stage: ({ write }) =>
      write("ai-rules.json", settings({ modes: { plan: { agent: "planer" } } })),
    code: "opencode/agent-missing",
    status: "fail",
    remedy: "modes.plan.agent",
    found: '"planer"',
    skip,
  },
  {
    title: "an OpenCode that drops our configuration",
    only: ["agents-locks"],
    stage: wrapped("unset OPENCODE_CONFIG_CONTENT"),
    code: "opencode/not-read-only",
    status: "fail",
    remedy: "OPENCODE_CONFIG_CONTENT",
    found: "plan may write:",
    skip,
  },
  {
    title: "an OpenCode that knows no review agent",
    only: ["agents-locks"],
    stage: wrapped("unset OPENCODE_CONFIG_CONTENT"),
    code: "opencode/agent-missing",
    status: "fail",
    remedy: "`opencode debug config`",
    found: "no agent review for review",
    skip,
  },
  {
    title: "an OpenCode that lets plan be switched to build",
    only: ["agents-locks"],
    stage: wrapped("unset OPENCODE_CONFIG_CONTENT"),
    code: "opencode/agent-not-locked",
    status: "fail",
    remedy: "`ls /etc/opencode`",
    found: "plan can be switched to build",
    skip,
  },
  {
    title: "an OpenCode whose agents are enabled again by a wrapper",
    only: ["agents-locks"],
    stage: wrapped(
      `export OPENCODE_CONFIG_CONTENT="$(printf %s "$OPENCODE_CONFIG_CONTENT" | sed 's/"deny"/"allow"/g')"`,
    ),
    code: "opencode/not-read-only",
    status: "fail",
    remedy: "OPENCODE_CONFIG_CONTENT",
    found: "may write: edit lib/app.ex",
    skip,
  },
  {
    title: "a bash that is not restricted when it is told to be",
    only: ["agents-locks"],
    stage: (stage) =>
      stage.program(
        "bash",
        'arguments=()\nfor each in "$@"; do [ "$each" = -r ] || arguments+=("$each"); done\nexec /bin/bash "${arguments[@]}"',
      ),
    code: "opencode/shell-writes",
    status: "fail",
    remedy: "`command -v bash && bash --version`",
    found: "echo x > FILE",
    skip,
  },
  {
    title: "a machine without bash",
    only: ["agents-locks"],
    stage: (stage) => stage.withoutPrograms("bash"),
    code: "opencode/no-bash",
    status: "fail",
    remedy: "pkgs.bash",
    skip,
  },
];

const keysAndServers: readonly StagedFault[] = [
  {
    title: "a key of OpenCode that ai-rules takes",
    only: ["agents-keys"],
    stage: ({ write, home }) =>
      write(
        join(home, ".config/opencode/tui.json"),
        settings({ keybinds: { session_list: "ctrl+o" } }),
      ),
    code: "opencode/key-collision",
    status: "warn",
    remedy: 'in ai-rules.json: "keys": { "prefix"',
    found: "session_list",
  },
  {
    title: "a key of OpenCode in a tui.jsonc, which ai-rules takes",
    only: ["agents-keys"],
    stage: ({ write, home }) =>
      write(
        join(home, ".config/opencode/tui.jsonc"),
        '{ "keybinds": { "session_list": ["f5", "alt+2"] } } // mine',
      ),
    code: "opencode/key-collision",
    status: "warn",
    remedy: '"bindings": { "focus-build": [] }',
    found: "session_list",
  },
  {
    title: "a tui.jsonc that is no JSON",
    only: ["agents-config"],
    stage: ({ write }) => write(".opencode/tui.jsonc", "{ keybinds }"),
    code: "opencode/config-syntax",
    status: "warn",
    remedy: "correct it there",
    found: "tui.jsonc:1:",
  },
  {
    title: "a key in the settings that is none",
    only: ["agents-keys"],
    stage: ({ write }) => write("ai-rules.json", settings({ keys: { prefix: "ctrl+nothing" } })),
    code: "settings/bad-key",
    status: "warn",
    remedy: '"prefix": "ctrl+o"',
  },
  {
    title: "an MCP server whose program is not there",
    only: ["agents-mcp"],
    stage: ({ write }) =>
      write(
        "opencode.json",
        settings({ mcp: { serena: { type: "local", command: ["uvx-not-there", "serena"] } } }),
      ),
    code: "opencode/mcp-missing",
    status: "warn",
    remedy: '"serena": { "enabled": false }',
    found: "serena of plan, build and review would be uvx-not-there",
  },
  {
    title: "an MCP server of one mode whose program is not there",
    only: ["agents-mcp"],
    stage: ({ write }) =>
      write(
        ".opencode/opencode.plan.json",
        settings({ mcp: { tidewave: { type: "local", command: ["tidewave-not-there"] } } }),
      ),
    code: "opencode/mcp-missing",
    status: "warn",
    remedy: "development shell",
    found: "tidewave of plan would be",
  },
];

/** The directory of locks and runs. */
const runtime = ({ env }: Stage) => join(env["XDG_RUNTIME_DIR"] ?? "", "ai-rules");

/** The directory of a run whose process is gone. */
async function deadRun(stage: Stage, processes: readonly object[]): Promise<void> {
  const directory = join(runtime(stage), "run-4194300-0123abcd-test");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await stage.write(join(directory, "processes.json"), JSON.stringify(processes));
}

const leftovers: readonly StagedFault[] = [
  {
    title: "a directory of a run that was killed",
    only: ["agents-leftovers"],
    stage: (stage) => deadRun(stage, []),
    code: "run/leftover-directories",
    status: "warn",
    remedy: "`ai-rules doctor --fix`",
    mendedBy: ["fix"],
  },
  {
    title: "a lock of a run that was killed",
    only: ["agents-leftovers"],
    stage: async (stage) => {
      await mkdir(runtime(stage), { mode: 0o700 });
      const holder = { pid: 4194300, startedAt: "gone", since: 1 };
      await stage.write(
        join(runtime(stage), "lock-0123456789abcdef-project"),
        JSON.stringify(holder),
      );
    },
    code: "run/stale-lock",
    status: "warn",
    remedy: "`ai-rules doctor --fix`",
    mendedBy: ["fix"],
  },
  {
    title: "a lock of an init that was killed",
    only: ["agents-leftovers"],
    stage: async (stage) => {
      await mkdir(runtime(stage), { mode: 0o700 });
      const holder = { pid: 4194300, startedAt: "gone", since: 1 };
      const path = join(runtime(stage), "init-0123456789abcdef-project");
      await stage.write(path, JSON.stringify(holder));
    },
    code: "run/stale-lock",
    status: "warn",
    remedy: "`ai-rules doctor --fix`",
    found: "init-0123456789abcdef-project",
    mendedBy: ["fix"],
  },
  {
    title: "an init that was killed between its files",
    only: ["agents-leftovers"],
    stage: async (stage) => {
      await stage.write(".ai-rules/staging/file-0", "");
      const words = stage.command.map((word) => `'${word}'`).join(" ");
      await stage.program("ai-rules", `exec ${words} "$@" < /dev/null || true`);
    },
    code: "run/init-interrupted",
    status: "warn",
    remedy: /^run `ai-rules init`/u,
    mendedBy: ["remedy"],
  },
  {
    title: "a lock that was not written to its end",
    only: ["agents-leftovers"],
    stage: async (stage) => {
      await mkdir(runtime(stage), { mode: 0o700 });
      const path = join(runtime(stage), ".lock-0123456789abcdef-project.0123456789ab.tmp");
      await stage.write(path, "{");
      await utimes(path, 1, 1);
    },
    code: "run/temporary-files",
    status: "warn",
    remedy: "`ai-rules doctor --fix`",
    mendedBy: ["fix"],
  },
  {
    title: "a file that was not written to its end",
    only: ["agents-leftovers"],
    stage: async ({ write, root }) => {
      const path = join(root, ".ai-rules.json.0123456789ab.tmp");
      await write(path, "{");
      await utimes(path, 1, 1);
    },
    code: "run/temporary-files",
    status: "warn",
    remedy: "`ai-rules doctor --fix`",
    mendedBy: ["fix"],
  },
  {
    title: "libraries that OpenCode left in the temporary directory",
    only: ["agents-leftovers"],
    stage: async (stage) => {
      const directory = stage.env["TMPDIR"] ?? "";
      for (const name of [".1badb002c0ffee00-00000000.so", ".1badb002c0ffee00-00000001.so"]) {
        await stage.run("truncate", "--size=150M", join(directory, name));
        await utimes(join(directory, name), 1, 1);
      }
    },
    code: "opencode/libraries-left",
    status: "warn",
    remedy: /`find .* -delete`/u,
    found: "take 300 MB",
    mendedBy: ["remedy"],
  },
];

describeFaults("the doctor on OpenCode itself", program);
describeFaults("the doctor on OpenCode's configuration", configuration);
describeFaults("the doctor on the locks of plan and review", locks);
describeFaults("the doctor on keys and MCP servers", keysAndServers);
describeFaults("the doctor on leftovers", leftovers);

describe.skipIf(process.platform !== "linux")("the doctor on processes of dead runs", () => {
  it("names those that live on, and ends them with --fix", () =>
    onStage(async (stage) => {
      const orphan = spawn("sleep", ["600"], { stdio: "ignore", detached: true });
      stage.onEnd(() => orphan.kill("SIGKILL"));
      const ended = new Promise((resolve) => orphan.once("exit", resolve));
      const pid = orphan.pid ?? 0;
      // Another process that has the pid of one which was recorded is let alone.
      await deadRun(stage, [
        { pid, startedAt: (await createProcesses().find(pid))?.startedAt },
        { pid: process.pid, startedAt: "another time" },
      ]);

      const { troubles } = await stage.doctor("agents-leftovers");
      expect(troubles).toMatchObject([
        { code: "run/orphans", status: "warn", found: expect.stringMatching(`: ${pid}$`) },
      ]);

      const mended = await stage.doctor("--fix", "agents-leftovers");
      expect(mended.troubles).toEqual([]);
      await ended;
    }));
});

describe("the doctor beside an init that runs", () => {
  it("does not take it for one that was killed", () =>
    onStage(async (stage) => {
      await stage.write(".ai-rules/staging/file-0", "");
      await mkdir(runtime(stage), { mode: 0o700 });
      const self = await createProcesses().find(process.pid);
      const path = join(runtime(stage), `init-${projectKey(stage.root)}`);
      await stage.write(path, JSON.stringify({ ...self, since: 1 }));

      expect((await stage.doctor("agents-leftovers")).troubles).toEqual([]);
    }));
});

describe.skipIf(skip)("the doctor finds nothing wrong with the agents", () => {
  it("in a project with configuration of its own, which it leaves as it is", () =>
    onStage(async (stage) => {
      await stage.write("opencode.json", '{ "theme": "system" }\n');
      await stage.write(".opencode/agent/tester.md", "---\nmode: subagent\n---\nTest.\n");
      await stage.write(".opencode/opencode.plan.json", '{ "temperature": 0.1 }\n');
      await stage.write(join(stage.home, ".config/opencode/opencode.json"), "{}\n");

      const { report, troubles } = await stage.doctor("agents");

      expect(troubles).toEqual([]);
      const locked = report.checks.find(({ id }) => id === "agents-locks");
      expect(locked?.findings[0]?.found).toContain("plan and review cannot write");
      const { stdout } = await stage.run("git", "status", "--porcelain", "--ignored", "-uall");
      expect(stdout.trim().split("\n").toSorted()).toEqual([
        "?? .opencode/agent/tester.md",
        "?? .opencode/opencode.plan.json",
        "?? opencode.json",
      ]);
      expect((await stage.run("cat", "opencode.json")).stdout).toBe('{ "theme": "system" }\n');
      const homeFiles = await stage.run("find", stage.home, "-type", "f");
      expect(homeFiles.stdout.trim()).toBe(join(stage.home, ".config/opencode/opencode.json"));
      const left = await stage.run("find", runtime(stage), "-mindepth", "1");
      expect(left.stdout).toBe("");
    }));
});

describe.skipIf(skip)("the doctor in a project below the top of its repository", () => {
  const below = async ({ write }: Stage) => {
    await write("apps/shop/flake.nix", "{ outputs = _: { }; }");
    await write(
      ".opencode/agent/writer.md",
      "---\nmode: subagent\npermission:\n  edit: allow\n---\nWrite.\n",
    );
  };

  it("finds the agents of the directories above locked as well", () =>
    onStage(async (stage) => {
      await below(stage);
      const { troubles } = await stage.doctor("--cwd", "apps/shop", "agents-locks");

      expect(troubles).toEqual([]);
    }));

  it("sees those that are not", () =>
    onStage(async (stage) => {
      await below(stage);
      await wrapped("unset OPENCODE_CONFIG_CONTENT")(stage);
      const { troubles } = await stage.doctor("--cwd", "apps/shop", "agents-locks");

      const found = troubles.map((trouble) => trouble.found);
      expect(found).toContainEqual(
        expect.stringMatching(/^the agent writer of plan may write: edit/u),
      );
    }));
});

describe("the doctor with all that it looks at", () => {
  it("says nothing but what it found", () =>
    onStage(async (stage) => {
      expect((await stage.try("doctor", "--json")).stderr).toBe("");
    }));
});

describe("the doctor beside an OpenCode that hangs", () => {
  it("says so in time, and leaves nothing", () =>
    onStage(async (stage) => {
      await stage.program("opencode", "trap '' TERM; while :; do sleep 1; done");
      const startedAt = performance.now();

      const { report } = await stage.doctor();

      expect(performance.now() - startedAt).toBeLessThan(9000);
      const agents = report.checks.filter(({ group }) => group === "agents");
      expect(agents.filter(({ status }) => status === "warn").map(({ id }) => id)).toEqual([
        "agents-opencode",
      ]);
      const locked = report.checks.find(({ id }) => id === "agents-locks");
      expect(locked?.findings[0]?.found).toContain("did not say in time what plan may do");
      const left = await stage.run("find", runtime(stage), "-mindepth", "1");
      expect(left.stdout).toBe("");
    }));
});

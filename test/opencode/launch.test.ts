import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentModel } from "../../src/core/agent-model.ts";
import { AiRulesError } from "../../src/core/error.ts";
import { type LaunchRequest, planLaunch, prepareLaunch } from "../../src/opencode/launch.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const request = (options: Partial<LaunchRequest> = {}): LaunchRequest => ({
  mode: "plan",
  settings: { env: {} },
  project: { root: "/my project" },
  directories: { run: "/run/ai-rules", data: "/state/ai-rules" },
  port: 4321,
  password: "secret-password",
  environment: { PATH: "/bin", HOME: "/home/me" },
  opencode: { file: "/bin/opencode" },
  ...options,
});

const localModel: AgentModel = {
  ref: "ollama/qwen",
  provider: "ollama",
  name: "qwen",
  url: "http://127.0.0.1:11434/v1",
  context: 16_384,
  output: 4096,
  tools: true,
};

const nothing = { modeConfig: {}, config: {}, mcpServers: [], agents: [] };

describe("the launch of a mode", () => {
  it("names agent, port and conversation, and never the password", () => {
    const launch = planLaunch(request({ sessionId: "ses_1" }), nothing);

    expect(launch).toMatchObject({
      file: "/bin/opencode",
      args: ["--agent", "plan", "--port", "4321", "--session", "ses_1"],
      cwd: "/my project",
      agentName: "plan",
    });
    expect(JSON.stringify([launch.args, launch.files])).not.toContain("secret-password");
    expect(launch.env["OPENCODE_SERVER_PASSWORD"]).toBe("secret-password");
  });

  it("keeps a database for each mode and temporary files in the run directory", () => {
    const { env } = planLaunch(request({ mode: "build" }), nothing);

    expect(env).toMatchObject({
      PWD: "/my project",
      TERM: "xterm-256color",
      OPENCODE_DB: "/state/ai-rules/opencode-build.db",
      BUN_TMPDIR: "/run/ai-rules/tmp-build",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_DISABLE_MODELS_FETCH: "1",
      HOME: "/home/me",
    });
    expect(env).not.toHaveProperty("GIT_OPTIONAL_LOCKS");
  });

  it("puts a file of its own in the place of OPENCODE_CONFIG, with what that one says", () => {
    const own = { ...nothing, ownConfig: { username: "me" } };
    const { env, files, modelsFile } = planLaunch(request(), own);

    expect(env["OPENCODE_CONFIG"]).toBe("/run/ai-rules/models-plan.json");
    expect(modelsFile).toBe("/run/ai-rules/models-plan.json");
    const text = files.find(({ path }) => path === modelsFile)?.text ?? "";
    expect(JSON.parse(text)).toEqual({
      $schema: "https://opencode.ai/config.json",
      username: "me",
    });
  });

  it("hides the terminal, the multiplexer and the OpenCode around us", () => {
    const around = {
      TMUX: "x",
      TMUX_PANE: "%1",
      ZELLIJ_SESSION_NAME: "x",
      STY: "x",
      KITTY_WINDOW_ID: "1",
      WEZTERM_PANE: "1",
      TERM_PROGRAM: "x",
      TERM_PROGRAM_VERSION: "1",
      VTE_VERSION: "1",
      ALACRITTY_LOG: "x",
      ITERM_SESSION_ID: "x",
      COLUMNS: "80",
      OPENCODE: "1",
      OPENCODE_PERMISSION: "{}",
    };

    const { env } = planLaunch(request({ environment: { ...around, EDITOR: "vi" } }), nothing);

    expect(Object.keys(around).filter((name) => name in env)).toEqual([]);
    expect(env["EDITOR"]).toBe("vi");
  });

  it("leaves what may turn out otherwise of the model to files that can be written anew", () => {
    const run = "/run/ai rules";
    const directories = { run, data: "/state/ai-rules" };
    const { env, files, facts } = planLaunch(request({ localModel, directories }), nothing);

    expect(facts?.ref).toBe("ollama/qwen");
    expect(env["OPENCODE_CONFIG_CONTENT"]).toContain(
      `"tool_call":{file:${run}/model-plan-tools},"temperature":true,"limit":{"context":{file:${run}/model-plan-context},"output":{file:${run}/model-plan-output}}`,
    );
    // As OpenCode does it before it reads the text as JSON.
    const filled = (env["OPENCODE_CONFIG_CONTENT"] ?? "").replace(
      /\{file:([^}]+)\}/g,
      (_, path) => files.find((file) => file.path === path)?.text ?? "",
    );
    expect(JSON.parse(filled)).toMatchObject({
      provider: {
        ollama: { models: { qwen: { tool_call: true, limit: { context: 16_384, output: 4096 } } } },
      },
    });
  });

  it("writes the values themselves where a path would end too early", () => {
    const directories = { run: "/run/{odd}", data: "/state/ai-rules" };
    const { env, facts } = planLaunch(request({ localModel, directories }), nothing);

    expect(facts).toBeUndefined();
    expect(env["OPENCODE_CONFIG_CONTENT"]).toContain('"limit":{"context":16384,"output":4096}');
  });

  it("adds the mode's own variables, but none can undo the lock", () => {
    const env = { MIX_ENV: "dev", OPENCODE_CONFIG_CONTENT: "{}", OPENCODE_DB: "x" };
    const launch = planLaunch(request({ settings: { env } }), nothing);

    expect(launch.env["MIX_ENV"]).toBe("dev");
    expect(launch.env["OPENCODE_CONFIG_CONTENT"]).toContain('"default_agent":"plan"');
    expect(launch.env["OPENCODE_DB"]).toBe("/state/ai-rules/opencode-plan.db");
  });

  it("lets OpenCode reach its own server where a proxy is set", () => {
    const environment = { https_proxy: "http://proxy:3128", no_proxy: "example.org" };

    expect(planLaunch(request({ environment }), nothing).env).toMatchObject({
      NO_PROXY: "example.org,127.0.0.1,localhost",
      no_proxy: "example.org,127.0.0.1,localhost",
    });
    expect(planLaunch(request(), nothing).env).not.toHaveProperty("NO_PROXY");
  });

  it("does not start an agent that nothing defines", async () => {
    const directory = await temporaryDirectory();
    const settings = { agent: "architekt", env: {} };

    const launch = prepareLaunch(isolatedPorts(directory), request({ settings }));

    await expect(launch).rejects.toMatchObject({ problem: { code: "opencode/agent-missing" } });
  });

  it("writes what it needs, private to the user", async () => {
    const directory = await temporaryDirectory();
    const directories = { run: join(directory, "run"), data: join(directory, "data") };
    const ports = isolatedPorts(directory);

    const launch = await prepareLaunch(ports, request({ directories }));

    const shell = join(directories.data, "read-only", "bash");
    expect((await stat(shell)).mode & 0o777).toBe(0o700);
    expect(launch.env["OPENCODE_CONFIG_CONTENT"]).toContain(`"shell":"${shell}"`);
    const tui = launch.env["OPENCODE_TUI_CONFIG"] ?? "";
    expect((await stat(tui)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(tui, "utf8"))).toMatchObject({
      keybinds: { terminal_suspend: "none", agent_cycle: "none", app_exit: "<leader>q" },
    });
    expect((await stat(launch.env["BUN_TMPDIR"] ?? "")).mode & 0o777).toBe(0o700);
  });

  it("says what it could not write", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    const full = { ...ports.files, writeAtomically: () => Promise.reject(new Error("ENOSPC")) };
    const directories = { run: join(directory, "run"), data: join(directory, "data") };

    const launch = prepareLaunch({ ...ports, files: full }, request({ directories }));

    await expect(launch).rejects.toThrow(AiRulesError);
    await expect(launch).rejects.toMatchObject({
      problem: { code: "opencode/files-not-written", detail: "ENOSPC" },
    });
  });
});

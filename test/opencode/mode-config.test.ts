import { describe, expect, it } from "vitest";
import type { AgentModel } from "../../src/core/agent-model.ts";
import { type ModeConfigRequest, modeConfig } from "../../src/opencode/mode-config.ts";

const request = (options: Partial<ModeConfigRequest> = {}): ModeConfigRequest => ({
  mode: "plan",
  settings: {},
  userConfig: { modeConfig: {}, config: {}, mcpServers: [], agents: [] },
  readOnlyShell: "/state/read-only/bash",
  ...options,
});

const localModel: AgentModel = {
  ref: "ollama/qwen3:30b",
  provider: "ollama",
  name: "qwen3:30b",
  url: "http://127.0.0.1:11434/v1",
  context: 32_768,
  output: 8192,
  tools: true,
};

describe("the configuration of a mode", () => {
  it("locks the pane to its agent", () => {
    expect(modeConfig(request({ mode: "build" }))).toEqual({
      $schema: "https://opencode.ai/config.json",
      share: "disabled",
      default_agent: "build",
      agent: {
        title: { disable: true },
        plan: { disable: true },
        review: { disable: true },
        build: { disable: false, mode: "primary" },
      },
    });
  });

  it("sets the model for the pane and its agent", () => {
    const config = modeConfig(request({ settings: { model: "ollama/qwen3" } }));

    expect(config).toMatchObject({
      model: "ollama/qwen3",
      agent: { plan: { model: "ollama/qwen3" } },
    });
  });

  it("runs another agent where the settings name one, and disables all three", () => {
    const config = modeConfig(request({ settings: { agent: "architect" } }));

    expect(config).toMatchObject({
      default_agent: "architect",
      agent: {
        architect: { mode: "primary", permission: { "e?it": "deny" } },
        plan: { disable: true },
        build: { disable: true },
        review: { disable: true },
      },
    });
  });

  it("gives the agent a model of a runtime, with its address, limits and temperature", () => {
    const config = modeConfig(
      request({ settings: { model: "fake/one" }, localModel: { ...localModel, temperature: 0.2 } }),
    );

    expect(config).toMatchObject({
      model: "ollama/qwen3:30b",
      agent: { plan: { model: "ollama/qwen3:30b", temperature: 0.2 } },
      provider: {
        ollama: {
          npm: "@ai-sdk/openai-compatible",
          options: { baseURL: "http://127.0.0.1:11434/v1" },
          models: {
            "qwen3:30b": {
              tool_call: true,
              temperature: true,
              limit: { context: 32_768, output: 8192 },
            },
          },
        },
      },
    });
    for (const key of ["enabled_providers", "small_model"]) expect(config).not.toHaveProperty(key);
  });

  it("names the variable of a runtime's token and never its value", () => {
    const config = modeConfig(
      request({ localModel: { ...localModel, tokenVariable: "LM_API_TOKEN" } }),
    );

    expect(config).toHaveProperty("provider.ollama.options.apiKey", "{env:LM_API_TOKEN}");
  });

  it("gets the runtime past the user's lists of providers, and leaves the others as they are", () => {
    const config = {
      enabled_providers: ["anthropic"],
      disabled_providers: ["ollama", "openai"],
    };
    const userConfig = { modeConfig: {}, config, mcpServers: [], agents: [] };

    expect(modeConfig(request({ userConfig, localModel }))).toMatchObject({
      enabled_providers: ["anthropic", "ollama"],
      disabled_providers: ["openai", "opencode"],
    });
  });

  it("keeps OpenCode from falling back to its free cloud when a model of elsewhere is wanted", () => {
    const disabled = (options: Partial<ModeConfigRequest>) =>
      modeConfig(request(options))["disabled_providers"];
    const userConfig = { modeConfig: {}, config: {}, mcpServers: [], agents: [] };

    expect(disabled({ localModel })).toEqual(["opencode"]);
    expect(disabled({ settings: { model: "ollama/gone" } })).toEqual(["opencode"]);
    expect(disabled({})).toBeUndefined();
    expect(disabled({ settings: { model: "opencode/big-pickle" } })).toBeUndefined();
    const loggedIn = { ...userConfig, logins: ["opencode"] };
    expect(disabled({ localModel, userConfig: loggedIn })).toBeUndefined();
    const named = { ...userConfig, config: { small_model: "opencode/gpt-nano" } };
    expect(disabled({ localModel, userConfig: named })).toBeUndefined();
  });

  it("leaves the name and the key's variables of the user's own provider", () => {
    const config = { provider: { ollama: { name: "The big one", env: ["KEY"] } } };
    const userConfig = { modeConfig: {}, config, mcpServers: [], agents: [] };

    const made = modeConfig(request({ userConfig, localModel }));

    expect(made).not.toHaveProperty("provider.ollama.name");
    expect(made).not.toHaveProperty("provider.ollama.env");
  });

  it("makes a reviewer, because OpenCode has none; the user's own one is kept", () => {
    const ours = modeConfig(request({ mode: "review" }));
    const theirs = modeConfig(
      request({
        mode: "review",
        userConfig: { modeConfig: {}, config: {}, mcpServers: [], agents: ["review"] },
      }),
    );

    expect(ours).toMatchObject({
      agent: { review: { prompt: expect.stringContaining("review") } },
    });
    expect(theirs).not.toHaveProperty("agent.review.prompt");
  });

  it.each(["plan", "review"] as const)(
    "puts %s under the read-only rules, with all agents it could call, and its own shell",
    (mode) => {
      const userConfig = {
        modeConfig: {},
        config: {},
        mcpServers: ["docs"],
        agents: ["helper", "title", "build"],
      };
      const config = modeConfig(request({ mode, userConfig }));

      const readOnly = { "**": "deny", "docs_*": "ask", "e?it": "deny" };
      expect(config).toMatchObject({
        shell: "/state/read-only/bash",
        snapshot: false,
        permission: { ...readOnly, "b?sh": "deny" },
        agent: {
          [mode]: { permission: readOnly },
          general: { permission: readOnly },
          explore: { permission: readOnly },
          helper: { permission: readOnly },
        },
      });
      expect(config).not.toHaveProperty("agent.title.permission");
      expect(config).not.toHaveProperty("agent.build.permission");
    },
  );

  it("takes model, prompt, temperature and servers of the mode's own configuration", () => {
    const modeOwn = {
      model: "ollama/small",
      mcp: { serena: { type: "local", command: ["serena"] } },
      agent: { plan: { prompt: "Think.", temperature: 0.1 }, title: { disable: false } },
    };
    const userConfig = {
      modeConfig: modeOwn,
      config: {},
      mcpServers: ["serena"],
      agents: ["plan"],
    };

    expect(modeConfig(request({ userConfig }))).toMatchObject({
      ...modeOwn,
      agent: { plan: { prompt: "Think.", temperature: 0.1 }, title: { disable: false } },
    });
    expect(modeConfig(request({ userConfig, settings: { model: "ollama/big" } }))).toMatchObject({
      model: "ollama/big",
    });
  });

  it("keeps its locks whatever the mode's own configuration says", () => {
    const modeOwn = {
      share: "auto",
      snapshot: true,
      shell: "/bin/sh",
      default_agent: "build",
      permission: { "e?it": "allow", "b?sh": "allow", "**": "allow", serena_find: "allow" },
      agent: {
        build: { disable: false },
        plan: {
          disable: true,
          mode: "subagent",
          permission: { bash: "allow", "b?sh": { "rm *": "allow" }, "e?it": "allow" },
        },
      },
    };
    const userConfig = { modeConfig: modeOwn, config: {}, mcpServers: [], agents: [] };

    const config = modeConfig(request({ userConfig }));

    expect(config).not.toHaveProperty(["agent", "plan", "permission", "b?sh", "rm *"]);
    expect(config).toMatchObject({
      share: "disabled",
      snapshot: false,
      shell: "/state/read-only/bash",
      default_agent: "plan",
      permission: { "e?it": "deny", "b?sh": "deny", "**": "deny" },
      agent: {
        build: { disable: true },
        plan: {
          disable: false,
          mode: "primary",
          permission: { "e?it": "deny", "b?sh": { "*": "deny" }, serena_find: "allow" },
        },
      },
    });
  });

  it("lets the mode's own configuration be stricter", () => {
    const modeConfigOwn = { permission: { webfetch: "deny", bash: "deny", docs_search: "deny" } };
    const userConfig = { modeConfig: modeConfigOwn, config: {}, mcpServers: ["docs"], agents: [] };

    expect(modeConfig(request({ userConfig }))).toMatchObject({
      agent: {
        plan: { permission: { "w?bfetch": "deny", "b?sh": "deny", docs_search: "deny" } },
      },
    });
  });
});

import { describe, expect, it } from "vitest";
import { type ModeConfigRequest, modeConfig } from "../../src/opencode/mode-config.ts";

const request = (options: Partial<ModeConfigRequest> = {}): ModeConfigRequest => ({
  mode: "plan",
  settings: {},
  userConfig: { modeConfig: {}, mcpServers: [], agents: [] },
  readOnlyShell: "/state/read-only/bash",
  ...options,
});

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

  it("makes a reviewer, because OpenCode has none; the user's own one is kept", () => {
    const ours = modeConfig(request({ mode: "review" }));
    const theirs = modeConfig(
      request({
        mode: "review",
        userConfig: { modeConfig: {}, mcpServers: [], agents: ["review"] },
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
    const userConfig = { modeConfig: modeOwn, mcpServers: ["serena"], agents: ["plan"] };

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
    const userConfig = { modeConfig: modeOwn, mcpServers: [], agents: [] };

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
    const userConfig = { modeConfig: modeConfigOwn, mcpServers: ["docs"], agents: [] };

    expect(modeConfig(request({ userConfig }))).toMatchObject({
      agent: {
        plan: { permission: { "w?bfetch": "deny", "b?sh": "deny", docs_search: "deny" } },
      },
    });
  });
});

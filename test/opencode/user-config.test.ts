import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readUserConfig } from "../../src/opencode/user-config.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

async function withFiles(files: Readonly<Record<string, string>>) {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const root = join(directory, "project");
  const ports = isolatedPorts(directory);
  const environment = { HOME: join(directory, "home") };
  return {
    root,
    read: (extra: Readonly<Record<string, string>> = {}, below = ".") =>
      readUserConfig(ports, {
        mode: "plan",
        root: join(root, below),
        environment: { ...environment, ...extra },
      }),
  };
}

describe("the user's OpenCode configuration", () => {
  it("is empty where there is none", async () => {
    const { read } = await withFiles({});

    expect(await read()).toEqual({ modeConfig: {}, config: {}, mcpServers: [], agents: [] });
  });

  it("names all MCP servers and agents, wherever they are defined", async () => {
    const { read } = await withFiles({
      "home/.config/opencode/opencode.jsonc": '{ // mine\n "mcp": { "docs": {}, }, }',
      "home/.config/opencode/agent/helper.md": "",
      "home/.opencode/modes/old.md": "",
      "project/opencode.json": '{"mcp":{"serena":{}},"agent":{"review":{}}}',
      "project/.opencode/opencode.json": '{"mode":{"ask":{}}}',
      "project/.opencode/agents/team/writer.md": "",
      "project/.opencode/opencode.plan.json": '{"mcp":{"tidewave":{}}}',
    });

    expect(await read()).toMatchObject({
      mcpServers: ["docs", "serena", "tidewave"],
      agents: ["ask", "helper", "old", "review", "team/writer"],
    });
  });

  it("counts that of the directories around the project, up to the top of its repository", async () => {
    const { read } = await withFiles({
      "opencode.json": '{"agent":{"beyond":{}}}',
      "project/.git/HEAD": "",
      "project/opencode.json": '{"model":"a/outer","agent":{"outer":{}}}',
      "project/.opencode/agent/writer.md": "",
      "project/apps/shop/flake.nix": "",
      "project/apps/shop/opencode.json": '{"model":"a/inner"}',
    });

    expect(await read({}, "apps/shop")).toMatchObject({
      config: { model: "a/inner" },
      agents: ["outer", "writer"],
    });
  });

  it("counts that of all directories around a project without a repository", async () => {
    const { read } = await withFiles({
      ".opencode/agent/writer.md": "",
      "project/flake.nix": "",
    });

    expect(await read()).toMatchObject({ agents: ["writer"] });
  });

  it("reads the file of the user's own OPENCODE_CONFIG and OPENCODE_TUI_CONFIG", async () => {
    const { root, read } = await withFiles({
      "project/more.json": '{"mcp":{"more":{}}}',
      "project/tui.json": '{"theme":"nord"}',
    });

    const found = await read({
      OPENCODE_CONFIG: join(root, "more.json"),
      OPENCODE_TUI_CONFIG: join(root, "tui.json"),
    });

    expect(found).toMatchObject({ mcpServers: ["more"], tuiConfig: { theme: "nord" } });
  });

  it("merges the files as OpenCode does: the project's over OPENCODE_CONFIG over the user's", async () => {
    const { root, read } = await withFiles({
      "home/.config/opencode/opencode.json": '{"model":"a/global","theme":"x","username":"me"}',
      "project/more.json": '{"model":"a/own","theme":"y"}',
      "project/opencode.json": '{"model":"a/project"}',
    });

    const { config, ownConfig } = await read({ OPENCODE_CONFIG: join(root, "more.json") });

    expect(config).toEqual({ model: "a/project", theme: "y", username: "me" });
    expect(ownConfig).toEqual({ model: "a/own", theme: "y" });
  });

  it("puts the mode's configuration over the user's own OPENCODE_CONFIG_CONTENT", async () => {
    const { read } = await withFiles({
      "project/.opencode/opencode.plan.json": '{"model":"a/b"}',
    });

    const found = await read({ OPENCODE_CONFIG_CONTENT: '{"model":"c/d","username":"me"}' });

    expect(found.modeConfig).toEqual({ model: "a/b", username: "me" });
  });

  it("makes file references of the mode's configuration absolute", async () => {
    const { root, read } = await withFiles({
      "project/.opencode/opencode.plan.json":
        '{"agent":{"plan":{"prompt":"{file:./prompts/plan.md} {file:~/x} {file:/y}"}}}',
    });

    const prompt = `{file:${root}/.opencode/prompts/plan.md} {file:~/x} {file:/y}`;
    expect(await read()).toMatchObject({ modeConfig: { agent: { plan: { prompt } } } });
  });

  it("survives broken files", async () => {
    const { read } = await withFiles({
      "project/opencode.json": "{{{ not json",
      "project/.opencode/opencode.plan.json": "[1, 2]",
    });

    expect(await read()).toMatchObject({ mcpServers: [], agents: [] });
  });
});

/** That the rules decide as OpenCode itself decides: it is asked to do it. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { actionOf, parseAgents } from "../../src/opencode/agent-rules.ts";
import { locateOpencode } from "../../src/opencode/locate.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { opencodeIsThere } from "./real-pane.ts";

const agent = {
  mode: "primary",
  permission: {
    "b?sh": { "*": "deny", "git *": "allow", "*>*": "deny" },
    edit: "deny",
  },
};

const uses = [
  { tool: "bash", use: "git --version", params: { command: "git --version" } },
  { tool: "bash", use: "git --version > f", params: { command: "git --version > f" } },
  { tool: "edit", id: "write", use: "f", params: { filePath: "f", content: "x" } },
];

describe.skipIf(!opencodeIsThere && !process.env["CI"])("a rule of an agent", () => {
  it("allows and denies what OpenCode lets through and refuses", async () => {
    const directory = await realpath(await mkdtemp(join(tmpdir(), "ai-rules-rules-")));
    try {
      const config = { $schema: "https://opencode.ai/config.json", agent: { tester: agent } };
      const ports = isolatedPorts(directory, {
        PWD: directory,
        BUN_TMPDIR: directory,
        npm_config_offline: "true",
        OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
        OPENCODE_DISABLE_AUTOUPDATE: "1",
        OPENCODE_DISABLE_MODELS_FETCH: "1",
      });
      const located = await locateOpencode(ports, {});
      if ("code" in located) throw new Error(located.message);
      const ask = (...args: readonly string[]) =>
        ports.run({ file: located.file, args, cwd: directory, env: ports.env });
      const agents = parseAgents((await ask("agent", "list", "--pure")).stdout);
      const rules = agents.find(({ name }) => name === "tester")?.rules ?? [];
      for (const { tool, use, id = tool, params } of uses) {
        const said = await ask(
          "debug",
          "agent",
          "tester",
          "--pure",
          "--tool",
          id,
          "--params",
          JSON.stringify(params),
        );
        const expected = said.exit.code === 0 ? "allow" : "deny";
        expect([use, actionOf(rules, tool, use)]).toEqual([use, expected]);
      }
    } finally {
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

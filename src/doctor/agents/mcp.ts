import type { AgentMode } from "../../core/mode.ts";
import { listed } from "../../core/model-warning.ts";
import { absentMcpServers } from "../../opencode/mcp-programs.ts";
import { readUserConfig } from "../../opencode/user-config.ts";
import { type Check, ok, skip, type Trouble } from "../check.ts";
import { opencodeModes } from "../facts/opencode.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { projectSettings } from "../facts/settings.ts";

/** MCP servers are programs of their own, which may be on one machine and not on the next. */
export const mcpCheck: Check = {
  id: "agents-mcp",
  group: "agents",
  title: "the programs of the MCP servers are there",
  timeoutMs: 3000,
  run: async (context) => {
    const { ports, root } = context;
    const modes = await opencodeModes(context);
    const { variables } = await shellVariables(context);
    const { settings } = await projectSettings(context);
    const names = new Set<string>();
    const absent = new Map<string, Absent>();
    for (const mode of modes) {
      const environment = { ...variables, ...settings.modes[mode].env };
      const config = await readUserConfig(ports, { mode, root, environment });
      for (const name of config.mcpServers) names.add(name);
      for (const { name, program } of await absentMcpServers(ports, config, {
        mode,
        root,
        environment,
      })) {
        const before = absent.get(name)?.modes ?? [];
        absent.set(name, { program, modes: [...before, mode] });
      }
    }
    if (absent.size > 0) return [...absent].map(([name, each]) => missing(name, each));
    return names.size === 0
      ? [skip("no MCP server is configured")]
      : [ok(`${[...names].join(", ")}: their programs are there`)];
  },
};

type Absent = { readonly program: string; readonly modes: readonly AgentMode[] };

function missing(name: string, { program, modes }: Absent): Trouble {
  return {
    status: "warn",
    code: "opencode/mcp-missing",
    found: `the MCP server ${name} of ${listed(modes)} would be ${program}, which is not on PATH`,
    why: "the agents work without its tools",
    remedy: `add ${program} to the development shell in flake.nix, or switch the server off: "mcp": { "${name}": { "enabled": false } }`,
  };
}

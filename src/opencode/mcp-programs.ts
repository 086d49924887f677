/**
 * The MCP servers of a mode's base configuration come with the project, and the programs behind them
 * may be on one machine and not on the next. One that is not there is switched off: OpenCode would
 * report a failed server in the pane at each start.
 */
import type { AgentMode } from "../core/mode.ts";
import { printable } from "../core/text.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { findProgram } from "./find-program.ts";
import { asList, asObject, asText, type JsonObject, mergeDeep } from "./json.ts";
import type { UserConfig } from "./user-config.ts";

export type McpRequest = {
  readonly mode: AgentMode;
  readonly root: string;
  /** The environment that the servers get. */
  readonly environment: Variables;
};

/** Switches off the servers of the mode's base configuration whose programs are not there. */
export async function withoutAbsentServers(
  ports: Pick<Ports, "files" | "log">,
  userConfig: UserConfig,
  request: McpRequest,
): Promise<UserConfig> {
  const { modeConfig, config } = userConfig;
  const absent = await absentServers(ports, { below: config, above: modeConfig }, request);
  if (absent.length === 0) return userConfig;
  for (const { name, program } of absent) {
    const words = `there is no program ${printable(program)} on its PATH`;
    ports.log.info(`${request.mode}: MCP server ${printable(name)} is switched off: ${words}`);
  }
  const off = Object.fromEntries(absent.map(({ name }) => [name, { enabled: false }]));
  return { ...userConfig, modeConfig: mergeDeep(userConfig.modeConfig, { mcp: off }) };
}

/** An MCP server and the program that it would be. */
export type McpServer = { readonly name: string; readonly program: string };

/** All servers of a mode whose programs are not there, whichever file names them. */
export async function absentMcpServers(
  ports: Pick<Ports, "files">,
  { modeConfig, config }: Pick<UserConfig, "modeConfig" | "config">,
  request: McpRequest,
): Promise<readonly McpServer[]> {
  return absentServers(ports, { below: {}, above: mergeDeep(config, modeConfig) }, request);
}

/** Of the servers that `above` names. */
async function absentServers(
  ports: Pick<Ports, "files">,
  { below, above }: { readonly below: JsonObject; readonly above: JsonObject },
  request: McpRequest,
): Promise<readonly McpServer[]> {
  const lower = asObject(below["mcp"]);
  const found = Object.entries(asObject(above["mcp"])).map(async ([name, server]) => {
    const whole = mergeDeep(asObject(lower[name]), asObject(server));
    const program = programOf(whole);
    const isAbsent = program !== undefined && !(await isThere(ports, program, whole, request));
    return isAbsent ? [{ name, program }] : [];
  });
  return (await Promise.all(found)).flat();
}

/** The program of a server that would be started; undefined where only OpenCode can tell. */
function programOf(server: JsonObject): string | undefined {
  if (server["enabled"] === false) return undefined;
  const program = asText(asList(server["command"])[0]);
  // `{env:NAME}` and `{file:PATH}` are filled in by OpenCode.
  return program === "" || program?.includes("{") ? undefined : program;
}

async function isThere(
  ports: Pick<Ports, "files">,
  program: string,
  server: JsonObject,
  { root, environment }: McpRequest,
): Promise<boolean> {
  const own = asText(asObject(server["environment"])["PATH"]);
  const path = own ?? environment["PATH"] ?? "";
  const file = await findProgram(ports, program, { path, cwd: root });
  return file !== undefined && ports.files.isExecutable(file);
}

import { dirname, join } from "node:path";
import { parse } from "jsonc-parser";
import type { AgentMode } from "../core/mode.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { asObject, type JsonObject, mergeDeep } from "./json.ts";

/** What the user's and the project's own OpenCode configuration says that a mode must know. */
export type UserConfig = {
  /**
   * The mode's base: `.opencode/opencode.{mode}.json` over the user's own OPENCODE_CONFIG_CONTENT.
   * File references in it are absolute.
   */
  readonly modeConfig: JsonObject;
  /** All files merged as OpenCode merges them, the mode's base apart. */
  readonly config: JsonObject;
  /** The file of the user's own OPENCODE_CONFIG; absent when it is none that can be read. */
  readonly ownConfig?: JsonObject;
  /** Names of the providers that the user has logged in to; their keys are not looked at. */
  readonly logins?: readonly string[];
  /** The file of the user's own OPENCODE_TUI_CONFIG. */
  readonly tuiConfig?: JsonObject;
  /** Names of all MCP servers. */
  readonly mcpServers: readonly string[];
  /** Names of all agents that some file defines or changes, the mode's base apart. */
  readonly agents: readonly string[];
};

/** Names of all agents that some file defines or changes. */
export function knownAgents({ agents, modeConfig }: UserConfig): readonly string[] {
  return unique([...agents, ...Object.keys(asObject(modeConfig["agent"]))]);
}

export type UserConfigRequest = {
  readonly mode: AgentMode;
  readonly root: string;
  /** The environment the pane will get. */
  readonly environment: Variables;
};

/**
 * Reads the configuration files which OpenCode itself will read. A file that is absent or broken
 * counts as empty here: OpenCode names its fault in the pane.
 */
export async function readUserConfig(
  ports: Pick<Ports, "files" | "host">,
  { mode, root, environment }: UserConfigRequest,
): Promise<UserConfig> {
  const read = (path: string) => readConfig(ports, path);
  const places = await configPlaces(ports, root, environment);
  const paths = configFiles(places, environment["OPENCODE_CONFIG"]);
  const ofMode = await read(join(root, ".opencode", `opencode.${mode}.json`));
  const modeConfig = mergeDeep(
    parseConfig(environment["OPENCODE_CONFIG_CONTENT"] ?? ""),
    ofMode ?? {},
  );
  const own = environment["OPENCODE_CONFIG"];
  const ownConfig = own ? await read(own) : undefined;
  const logins = await readLogins(ports, environment);
  const tuiPath = environment["OPENCODE_TUI_CONFIG"];
  const tuiConfig = tuiPath ? await read(tuiPath) : undefined;
  const configs = (await Promise.all(paths.map(read))).map(asObject);
  const files = await Promise.all(places.folders.map((folder) => agentFiles(ports, folder)));
  return {
    modeConfig,
    config: configs.reduce(mergeDeep, {}),
    ...(ownConfig ? { ownConfig } : {}),
    ...(logins.length > 0 ? { logins } : {}),
    ...(tuiConfig ? { tuiConfig } : {}),
    mcpServers: unique(
      [...configs, modeConfig].flatMap((config) => Object.keys(asObject(config["mcp"]))),
    ),
    agents: unique([
      ...configs.flatMap((config) => Object.keys(asObject(config["agent"]))),
      ...configs.flatMap((config) => Object.keys(asObject(config["mode"]))),
      ...files.flat(),
    ]),
  };
}

/** The files of the configuration, the weakest first. */
export function configFiles(
  { global, roots, folders: [, ...folders] }: ConfigPlaces,
  own: string | undefined,
): readonly string[] {
  const names = ["config.json", "opencode.json", "opencode.jsonc"];
  const inFolder = (folder: string) => names.map((name) => join(folder, name));
  return [
    ...inFolder(global),
    ...(own ? [own] : []),
    ...roots.flatMap(inFolder),
    ...folders.flatMap(inFolder),
  ];
}

/** Where OpenCode looks for configuration. */
export type ConfigPlaces = {
  /** The user's folder, and the one in the home directory. */
  readonly global: string;
  readonly ofHome: string;
  /** The project's directory as the last one, after those around it that OpenCode reads, too. */
  readonly roots: readonly string[];
  /** The folder of OPENCODE_CONFIG_DIR. */
  readonly own?: string;
  /** All folders, the weakest first. */
  readonly folders: readonly string[];
};

export async function configPlaces(
  { files, host }: Pick<Ports, "files" | "host">,
  root: string,
  environment: Variables,
): Promise<ConfigPlaces> {
  const home = environment["HOME"] ?? host.home;
  const own = environment["OPENCODE_CONFIG_DIR"];
  const global = join(environment["XDG_CONFIG_HOME"] || join(home, ".config"), "opencode");
  const ofHome = join(home, ".opencode");
  const roots = [...(await outerRoots({ files }, root)), root];
  const ofRoots = roots.map((path) => join(path, ".opencode")).filter((path) => path !== ofHome);
  const folders = [global, ofHome, ...ofRoots, ...(own ? [own] : [])];
  return { global, ofHome, roots, folders, ...(own ? { own } : {}) };
}

const marks = [".opencode", "opencode.json", "opencode.jsonc", "tui.json", "tui.jsonc"] as const;

/**
 * The directories around a project that hold configuration, the outermost first: OpenCode 1.18.33
 * looks up to the top of the Git repository, and where there is none, up to the root.
 */
async function outerRoots(
  { files }: Pick<Ports, "files">,
  root: string,
): Promise<readonly string[]> {
  const isThere = async (path: string) =>
    (await files.status(path).catch(() => undefined)) !== undefined;
  const found: string[] = [];
  for (let at = root; !(await isThere(join(at, ".git"))) && dirname(at) !== at; ) {
    at = dirname(at);
    const there = await Promise.all(marks.map((name) => isThere(join(at, name))));
    if (there.includes(true)) found.unshift(at);
  }
  return found;
}

/** A configuration file as an object; undefined when it is absent. */
export async function readConfig(
  { files }: Pick<Ports, "files">,
  path: string,
): Promise<JsonObject | undefined> {
  const text = await files.readText(path).catch(() => undefined);
  if (text === undefined) return undefined;
  return parseConfig(withAbsoluteFiles(text, path));
}

function parseConfig(text: string): JsonObject {
  return asObject(parse(text, [], { allowTrailingComma: true }));
}

/** `{file:./prompt.md}` is meant from the file it stands in; elsewhere it would be lost. */
export function withAbsoluteFiles(text: string, path: string): string {
  return text.replace(/\{file:(?![/~])([^}]+)\}/g, (_, name: string) =>
    JSON.stringify(`{file:${join(path, "..", name)}}`).slice(1, -1),
  );
}

export const agentFolders = ["agent", "agents", "mode", "modes"] as const;

/** OpenCode takes the path below the folder, without `.md`, for the agent's name. */
async function agentFiles(
  { files }: Pick<Ports, "files">,
  folder: string,
): Promise<readonly string[]> {
  const below = async (path: string, prefix: string, depth: number): Promise<readonly string[]> => {
    const entries = await files.list(path).catch(() => []);
    const nested = entries.map(async (entry) => {
      if (entry.endsWith(".md")) return [`${prefix}${entry.slice(0, -3)}`];
      return depth > 0 && !entry.includes(".")
        ? below(join(path, entry), `${prefix}${entry}/`, depth - 1)
        : [];
    });
    return (await Promise.all(nested)).flat();
  };
  return (await Promise.all(agentFolders.map((name) => below(join(folder, name), "", 2)))).flat();
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/** Names of the providers that the user has logged in to. */
export async function readLogins(
  ports: Pick<Ports, "files" | "host">,
  environment: Variables,
): Promise<readonly string[]> {
  const home = environment["HOME"] ?? ports.host.home;
  const data = environment["XDG_DATA_HOME"] || join(home, ".local", "share");
  return Object.keys((await readConfig(ports, join(data, "opencode", "auth.json"))) ?? {});
}

/** The model in the head of an agent's own file ("agent/plan.md"), the strongest folder's. */
export async function readAgentModel(
  ports: Pick<Ports, "files" | "host">,
  { root, environment, agent }: Omit<UserConfigRequest, "mode"> & { readonly agent: string },
): Promise<string | undefined> {
  const { folders } = await configPlaces(ports, root, environment);
  const paths = folders.flatMap((folder) =>
    agentFolders.map((name) => join(folder, name, `${agent}.md`)),
  );
  const texts = await Promise.all(
    paths.map((path) => ports.files.readText(path).catch(() => undefined)),
  );
  return texts
    .map((text) => (text === undefined ? undefined : modelOfHead(text)))
    .findLast(Boolean);
}

function modelOfHead(text: string): string | undefined {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1];
  return head && /^model:\s*["']?([^"'\s#]+)/m.exec(head)?.[1];
}

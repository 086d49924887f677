/**
 * What the user's own OpenCode configuration says of models, read from files: no OpenCode has to be
 * started for it.
 */
import { join } from "node:path";
import { asList, asObject, asText, type JsonObject } from "../core/json.ts";
import { type AgentMode, agentModes, type ByMode } from "../core/mode.ts";
import type { RuntimeAddress } from "../core/runtime.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { mergeDeep } from "./json.ts";
import { readAgentModel, readConfig, readLogins, readUserConfig } from "./user-config.ts";

export type OpencodeModelsRequest = {
  readonly root: string;
  /** The environment that the panes get. */
  readonly environment: Variables;
  /** The agent of each mode. */
  readonly agents: ByMode<string>;
  /** The runtimes we ask ourselves: what OpenCode knows of them goes by our names. */
  readonly addresses: readonly Pick<RuntimeAddress, "id" | "url">[];
};

/** All as "provider/model". */
export type OpencodeModels = {
  /** Models of its providers that none of the runtimes serves. */
  readonly models: readonly string[];
  /** What each mode would use by itself, where the configuration says it. */
  readonly defaults: Readonly<Partial<Record<AgentMode, string>>>;
};

/** Reads configuration, stored logins (the providers' names alone) and the models used last. */
export async function readOpencodeModels(
  ports: Pick<Ports, "files" | "host">,
  request: OpencodeModelsRequest,
): Promise<OpencodeModels> {
  const configs = await Promise.all(agentModes.map((mode) => configOf(ports, request, mode)));
  const config = configs.map(({ whole }) => whole).reduce(mergeDeep, {});
  const named = configs.flatMap(({ named: own }) => own);
  const used = await usedModels(ports, request.environment, config);
  const ours = runtimeNames(config, request.addresses);
  const models = [...configuredModels(config), ...named, ...used].filter(
    (model) => isAllowed(model, config) && !ours.has(providerOf(model)),
  );
  const defaults = configs.flatMap(({ mode, model }) =>
    model ? [[mode, renamed(model, ours)]] : [],
  );
  return { models: [...new Set(models)], defaults: Object.fromEntries(defaults) };
}

type ModeModels = {
  readonly mode: AgentMode;
  readonly whole: JsonObject;
  readonly model: string | undefined;
  /** All that some part of the configuration names. */
  readonly named: readonly string[];
};

async function configOf(
  ports: Pick<Ports, "files" | "host">,
  { root, environment, agents }: OpencodeModelsRequest,
  mode: AgentMode,
): Promise<ModeModels> {
  const { config, modeConfig } = await readUserConfig(ports, { mode, root, environment });
  const whole = mergeDeep(config, modeConfig);
  const own = Object.values(asObject(whole["agent"])).map((agent) =>
    asText(asObject(agent)["model"]),
  );
  const ofAgent = asText(asObject(asObject(whole["agent"])[agents[mode]])["model"]);
  const ofFile = await readAgentModel(ports, { root, environment, agent: agents[mode] });
  const ofAll = asText(whole["model"]);
  const named = [ofAll, ofFile, ...own].filter((name) => name !== undefined);
  return { mode, whole, model: ofAgent ?? ofFile ?? ofAll, named };
}

function configuredModels(config: JsonObject): readonly string[] {
  return Object.entries(asObject(config["provider"])).flatMap(([id, provider]) =>
    Object.keys(asObject(asObject(provider)["models"])).map((name) => `${id}/${name}`),
  );
}

/**
 * The models that the user chose lately in OpenCode, of providers with a login or a place in the
 * configuration: of these OpenCode's own catalogue knows hundreds.
 */
async function usedModels(
  ports: Pick<Ports, "files" | "host">,
  environment: Variables,
  config: JsonObject,
): Promise<readonly string[]> {
  const home = environment["HOME"] ?? ports.host.home;
  const state = environment["XDG_STATE_HOME"] || join(home, ".local", "state");
  const logins = await readLogins(ports, environment);
  const chosen = await readConfig(ports, join(state, "opencode", "model.json"));
  const usable = [...logins, ...Object.keys(asObject(config["provider"]))];
  return [...asList(chosen?.["favorite"]), ...asList(chosen?.["recent"])].flatMap((value) => {
    const { providerID, modelID } = asObject(value);
    const [provider, model] = [asText(providerID), asText(modelID)];
    return provider && model && usable.includes(provider) ? [`${provider}/${model}`] : [];
  });
}

/** Whether OpenCode would offer the model at all. */
function isAllowed(model: string, config: JsonObject): boolean {
  const enabled = config["enabled_providers"];
  const provider = providerOf(model);
  if (enabled !== undefined && !asList(enabled).includes(provider)) return false;
  return !asList(config["disabled_providers"]).includes(provider);
}

/** For each provider that is one of our runtimes, the runtime's id: its address is the same. */
function runtimeNames(
  config: JsonObject,
  addresses: OpencodeModelsRequest["addresses"],
): ReadonlyMap<string, string> {
  const byUrl = new Map(addresses.map(({ id, url }) => [plainUrl(url), id]));
  const providers = Object.entries(asObject(config["provider"])).flatMap(([id, provider]) => {
    const url = asText(asObject(asObject(provider)["options"])["baseURL"]);
    const runtime = url === undefined ? undefined : byUrl.get(plainUrl(url));
    return runtime === undefined ? [] : [[id, runtime] as const];
  });
  return new Map([...addresses.map(({ id }) => [id, id] as const), ...providers]);
}

function plainUrl(url: string): string {
  return url
    .toLowerCase()
    .replace(/\/+$/, "")
    .replace(/\/(v1|api)$/, "")
    .replace("//localhost", "//127.0.0.1");
}

function renamed(model: string, ours: ReadonlyMap<string, string>): string {
  const provider = providerOf(model);
  return `${ours.get(provider) ?? provider}${model.slice(provider.length)}`;
}

function providerOf(model: string): string {
  return model.split("/")[0] ?? "";
}

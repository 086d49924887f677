import type { AgentModel } from "../core/agent-model.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { ModeSettings } from "../core/settings.ts";
import { asList, asObject, type JsonObject, mergeDeep } from "./json.ts";
import { type FactFiles, localModelConfig } from "./local-model.ts";
import { commonPermission, isReadOnly, readOnlyPermission } from "./read-only.ts";
import { knownAgents, type UserConfig } from "./user-config.ts";

export type ModeConfigRequest = {
  readonly mode: AgentMode;
  readonly settings: Pick<ModeSettings, "model" | "agent">;
  /** The model of a runtime that the mode is to use; it counts more than the settings' one. */
  readonly localModel?: AgentModel;
  /** Where the facts of that model are read from. */
  readonly facts?: FactFiles | undefined;
  readonly userConfig: UserConfig;
  /** The shell of the read-only modes, an absolute path. */
  readonly readOnlyShell: string;
};

/** The agent that runs in a mode. */
export function agentOf(mode: AgentMode, settings: Pick<ModeSettings, "agent">): string {
  return settings.agent ?? mode;
}

/**
 * The configuration of one mode, for OPENCODE_CONFIG_CONTENT: the only place that wins over the
 * project's own opencode.json. The mode's base configuration lies below our locks.
 */
export function modeConfig(request: ModeConfigRequest): JsonObject {
  const { mode, userConfig } = request;
  const base = withoutLocks(userConfig.modeConfig, mode);
  const defaults = mergeDeep(commonDefaults, reviewerDefaults(request));
  const chosen = mergeDeep(mergeDeep(base, chosenModel(request)), withoutFreeCloud(request));
  const locked = mergeDeep(mergeDeep(defaults, chosen), locks(request));
  return isReadOnly(mode) ? mergeDeep(locked, readOnlyLocks(request)) : locked;
}

const commonDefaults: JsonObject = {
  // A title costs a second request at the start of each conversation, often on the only local model.
  agent: { title: { disable: true } },
};

/** OpenCode has no review agent of its own; where the user made one, it is that. */
function reviewerDefaults({ mode, settings, userConfig }: ModeConfigRequest): JsonObject {
  const ours = agentOf(mode, settings) === "review" && !userConfig.agents.includes("review");
  return ours ? { agent: { review: reviewer } } : {};
}

const reviewer = {
  description: "Reads the changes and reports problems; never changes files",
  prompt: [
    "You are a code reviewer. Read the change you are asked about (`git diff`, `git log`, `git show`)",
    "and the code around it, then report what is wrong: bugs first, then risks, then what is hard to",
    "read. Name file and line for each finding and say what to do about it. Say so plainly when you",
    "find nothing. You cannot change files and must not try to.",
  ].join("\n"),
} as const;

/** What of a base configuration can lie below our locks: a rule's place would weaken those. */
function withoutLocks(base: JsonObject, mode: AgentMode): JsonObject {
  if (!isReadOnly(mode)) return base;
  const { permission: _, ...rest } = base;
  const agents = Object.entries(asObject(base["agent"])).map(([name, agent]) => {
    const { permission: __, ...others } = asObject(agent);
    return [name, others];
  });
  return { ...rest, agent: Object.fromEntries(agents) };
}

/** Keeps the pane to its agent: no other primary agent, no sharing. */
function locks({ mode, settings }: ModeConfigRequest): JsonObject {
  const agent = agentOf(mode, settings);
  const others = agentModes.filter((other) => other !== agent);
  return {
    // Without $schema OpenCode writes one into the file it read.
    $schema: "https://opencode.ai/config.json",
    share: "disabled",
    default_agent: agent,
    agent: {
      ...Object.fromEntries(others.map((other) => [other, { disable: true }])),
      [agent]: { disable: false, mode: "primary" },
    },
  };
}

/** The model of the mode, for the pane and its agent. */
function chosenModel(request: ModeConfigRequest): JsonObject {
  const { mode, settings, localModel, facts, userConfig } = request;
  const agent = agentOf(mode, settings);
  const { model } = settings;
  if (localModel) {
    const theirs = mergeDeep(userConfig.config, userConfig.modeConfig);
    return localModelConfig(localModel, { agent, theirs, facts });
  }
  return model ? { model, agent: { [agent]: { model } } } : {};
}

function readOnlyLocks({
  mode,
  settings,
  userConfig,
  readOnlyShell,
}: ModeConfigRequest): JsonObject {
  if (!isReadOnly(mode)) return {};
  const options = {
    mcpServers: userConfig.mcpServers,
    ownRules: ownRules(userConfig.modeConfig, agentOf(mode, settings)),
  };
  const permission = readOnlyPermission(mode, options);
  const disabled = agentModes.filter((other) => other !== agentOf(mode, settings));
  // Sub-agents do not inherit the rules of the agent that calls them.
  const agents = new Set([
    agentOf(mode, settings),
    "explore",
    "general",
    ...knownAgents(userConfig),
  ]);
  for (const name of [...hiddenAgents, ...disabled]) agents.delete(name);
  return {
    snapshot: false,
    shell: readOnlyShell,
    permission: commonPermission(mode, options),
    agent: Object.fromEntries([...agents].map((name) => [name, { permission }])),
  };
}

/**
 * Without its model, e.g. while the runtime is down, OpenCode falls back to the free models of its
 * own cloud without a word. Who wants a model from elsewhere, and never asked for that cloud, must
 * not have a prompt sent there.
 */
function withoutFreeCloud({ settings, localModel, userConfig }: ModeConfigRequest): JsonObject {
  const wanted = localModel?.ref ?? settings.model;
  const theirs = mergeDeep(userConfig.config, userConfig.modeConfig);
  const asked =
    userConfig.logins?.includes(freeCloud) ||
    freeCloud in asObject(theirs["provider"]) ||
    JSON.stringify(theirs).includes(`"${freeCloud}/`);
  if (wanted === undefined || wanted.startsWith(`${freeCloud}/`) || asked) return {};
  const disabled = asList(theirs["disabled_providers"]);
  const others = disabled.filter((id) => id !== freeCloud && id !== localModel?.provider);
  return { disabled_providers: [...others, freeCloud] };
}

/** The id of OpenCode Zen, which offers some models without a login. */
const freeCloud = "opencode";

/** OpenCode's own agents without tools; naming them would change nothing. */
const hiddenAgents = ["title", "summary", "compaction"] as const;

/** The rules of the mode's own configuration for its agent. */
function ownRules(base: JsonObject, agent: string): JsonObject {
  const own = asObject(asObject(base["agent"])[agent])["permission"];
  return { ...asObject(base["permission"]), ...asObject(own) };
}

import type { Problem } from "../core/error.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { OpencodeClient } from "./client.ts";

/** What a pane was asked to run. */
export type Wanted = {
  readonly mode: AgentMode;
  readonly agentName: string;
  /** "provider/model"; read anew each time, because a switch changes it while the agent runs. */
  readonly wantedModel?: string | undefined;
};

/** What an agent says it runs, and what is wrong with that. */
export type Checked = {
  readonly complete: boolean;
  readonly model?: string;
  readonly problem?: Problem;
};

/**
 * Asks an agent what it is: a wrong name falls back to an agent that may write, without a word.
 * `complete` is false while some question is not answered yet.
 */
export async function checkAgent(
  client: Pick<OpencodeClient, "agents" | "configuredModel" | "models">,
  options: Wanted,
): Promise<Checked> {
  const [agents, configured, models] = await Promise.all([
    client.agents(),
    client.configuredModel(),
    options.wantedModel ? client.models() : undefined,
  ]);
  const agent = agents?.find(({ name }) => name === options.agentName);
  const model = agent?.model ?? configured;
  const problem =
    (agents &&
      agentProblem(
        options,
        agents.map(({ name }) => name),
      )) ??
    modelProblem(options, { model, models });
  const complete = agents !== undefined && configured !== undefined;
  return { complete, ...(model ? { model } : {}), ...(problem ? { problem } : {}) };
}

function agentProblem({ mode, agentName }: Wanted, names: readonly string[]): Problem | undefined {
  if (!names.includes(agentName)) {
    return {
      code: "opencode/agent-missing",
      message: `OpenCode has no agent "${agentName}": ${mode} runs another one`,
      remedy: `define "${agentName}" under "agent" in opencode.json, or correct modes.${mode}.agent in ai-rules.json`,
    };
  }
  const others = agentModes.filter((other) => other !== agentName && names.includes(other));
  if (others.length === 0) return undefined;
  return {
    code: "opencode/agent-not-locked",
    message: `${mode} can be switched to ${others.join(" and ")}: something enables them again`,
    remedy: "look for managed OpenCode settings (/etc/opencode) that enable agents",
  };
}

type Models = {
  readonly model: string | undefined;
  readonly models: readonly string[] | undefined;
};

function modelProblem(
  { mode, wantedModel }: Wanted,
  { model, models }: Models,
): Problem | undefined {
  if (wantedModel === undefined) return undefined;
  if (models && !models.includes(wantedModel)) {
    return {
      code: "opencode/model-missing",
      message: `OpenCode knows no model ${wantedModel}: ${mode} runs another one`,
      remedy: `add it under "provider" in opencode.json, or correct modes.${mode}.model in ai-rules.json`,
    };
  }
  return model && model !== wantedModel ? otherModel(mode, model, wantedModel) : undefined;
}

/** The model in use is not the one asked for; both are known to OpenCode. */
export function otherModel(mode: AgentMode, model: string, wanted: string): Problem {
  return {
    code: "opencode/other-model",
    message: `${mode} uses ${model}, not ${wanted}`,
    remedy: "press ctrl+o m to give it the model again, or ctrl+x n for a new conversation",
  };
}

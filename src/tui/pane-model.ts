import { type AgentModel, agentModel } from "../core/agent-model.ts";
import { runtimeOf } from "../core/installed-models.ts";
import type { AgentMode } from "../core/mode.ts";
import type { ModelsState } from "../core/models.ts";
import type { Variables } from "../platform/ports.ts";
import { tokenVariableOf } from "../runtimes/token-variables.ts";

/** The runtime's model that the agent of a mode is told of. */
export function paneModel(
  models: ModelsState,
  mode: AgentMode,
  variables: Variables,
): AgentModel | undefined {
  const model = agentModel(models, mode);
  return model && withToken(model, models, variables);
}

/**
 * Where the settings name no variable for the runtime's token, its usual one counts, if it is set:
 * we ask the runtime with it as well.
 */
export function withToken(
  model: AgentModel,
  models: ModelsState,
  variables: Variables,
): AgentModel {
  const runtime = runtimeOf(models.runtimes, model.ref)?.runtime;
  const usual = runtime && tokenVariableOf(runtime.kind);
  if (model.tokenVariable !== undefined || !usual || !variables[usual]) return model;
  return { ...model, tokenVariable: usual };
}

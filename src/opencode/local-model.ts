/** How OpenCode is told of a model that a runtime of ours serves. */
import type { AgentModel } from "../core/agent-model.ts";
import { asList, asObject, type JsonObject, mergeDeep } from "./json.ts";

/**
 * The provider of a local model, as OpenCode's configuration has it. `theirs` is what the user's own
 * files say of providers: of one with the same id the name and the key's variables stay theirs. The
 * token is named, not written: OpenCode reads the variable itself.
 */
export function localProvider(model: AgentModel, theirs: JsonObject): JsonObject {
  const { provider, name, url, context, output, tools, tokenVariable } = model;
  const own = asObject(theirs[provider]);
  return {
    npm: "@ai-sdk/openai-compatible",
    ...("name" in own ? {} : { name: provider }),
    // A provider of OpenCode's own catalogue with this id would send its key to our runtime.
    ...("env" in own ? {} : { env: [] }),
    options: {
      baseURL: url,
      ...(tokenVariable === undefined ? {} : { apiKey: `{env:${tokenVariable}}` }),
    },
    models: {
      [name]: {
        name,
        tool_call: tools,
        // Without it OpenCode drops the agent's temperature.
        temperature: true,
        // Without `output` 32 000 tokens are asked for, and small contexts compact at each step.
        limit: { context, output },
      },
    },
  };
}

/** All that makes an agent use a local model, for OPENCODE_CONFIG_CONTENT. */
export function localModelConfig(
  model: AgentModel,
  { agent, theirs }: { readonly agent: string; readonly theirs: JsonObject },
): JsonObject {
  const { provider, ref, temperature } = model;
  return {
    ...allowedProviders(provider, theirs),
    model: ref,
    provider: { [provider]: localProvider(model, asObject(theirs["provider"])) },
    agent: { [agent]: { model: ref, ...(temperature === undefined ? {} : { temperature }) } },
  };
}

/**
 * The text of the file that stands in the place of the user's own OPENCODE_CONFIG: what that one
 * says, and the providers that the running agent was told of since.
 */
export function modelsFileText(own: JsonObject = {}, providers: JsonObject = {}): string {
  const schema = { $schema: "https://opencode.ai/config.json" };
  const added = Object.keys(providers).length === 0 ? {} : { provider: providers };
  return `${JSON.stringify(mergeDeep({ ...schema, ...own }, added), null, 2)}
`;
}

/** The user's lists of providers, changed only as far as ours has to get past them. */
function allowedProviders(provider: string, theirs: JsonObject): JsonObject {
  const enabled = asList(theirs["enabled_providers"]);
  const disabled = asList(theirs["disabled_providers"]);
  return {
    ...("enabled_providers" in theirs && !enabled.includes(provider)
      ? { enabled_providers: [...enabled, provider] }
      : {}),
    ...(disabled.includes(provider)
      ? { disabled_providers: disabled.filter((id) => id !== provider) }
      : {}),
  };
}

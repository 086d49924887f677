/** How OpenCode is told of a model that a runtime of ours serves. */
import type { AgentModel } from "../core/agent-model.ts";
import { asList, asObject, type JsonObject, mergeDeep } from "./json.ts";

/**
 * What of a model can turn out to be otherwise while its agent runs, each in a file of its own. The
 * configuration names the files, so that the agent can be told anew: it stands in the environment,
 * which nobody can change later, and which counts more than any file of a configuration.
 */
export type FactFiles = Readonly<Record<Fact, string>>;

type Fact = "context" | "output" | "tools";

/** Undefined where OpenCode could not read the path out of its configuration. */
export function factFilesIn(directory: string, mode: string): FactFiles | undefined {
  if (/[}\n]/.test(directory)) return undefined;
  const path = (fact: Fact) => `${directory}/model-${mode}-${fact}`;
  return { context: path("context"), output: path("output"), tools: path("tools") };
}

/** The files' texts: bare values, as they shall stand in the configuration. */
export function factTexts(
  model: AgentModel,
  files: FactFiles,
): readonly { readonly path: string; readonly text: string }[] {
  return (["context", "output", "tools"] as const).map((fact) => ({
    path: files[fact],
    text: String(model[fact]),
  }));
}

/** The text of a configuration; OpenCode puts the files' values in before it reads it as JSON. */
export function configText(config: JsonObject, files: FactFiles | undefined): string {
  return Object.values(files ?? {}).reduce(
    (text, path) => text.replaceAll(JSON.stringify(fromFile(path)), () => fromFile(path)),
    JSON.stringify(config),
  );
}

function fromFile(path: string): string {
  return `{file:${path}}`;
}

/**
 * The provider of a local model, as OpenCode's configuration has it. `theirs` is what the user's own
 * files say of providers: of one with the same id the name and the key's variables stay theirs. The
 * token is named, not written: OpenCode reads the variable itself. With `files` what may change is
 * read from there.
 */
export function localProvider(
  model: AgentModel,
  theirs: JsonObject,
  files?: FactFiles,
): JsonObject {
  const { provider, name, url, tokenVariable } = model;
  const fact = (which: Fact) => (files ? fromFile(files[which]) : model[which]);
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
        tool_call: fact("tools"),
        // Without it OpenCode drops the agent's temperature.
        temperature: true,
        // Without `output` 32 000 tokens are asked for, and small contexts compact at each step.
        limit: { context: fact("context"), output: fact("output") },
      },
    },
  };
}

export type LocalModelRequest = {
  readonly agent: string;
  readonly theirs: JsonObject;
  readonly facts?: FactFiles | undefined;
};

/** All that makes an agent use a local model, for OPENCODE_CONFIG_CONTENT. */
export function localModelConfig(
  model: AgentModel,
  { agent, theirs, facts }: LocalModelRequest,
): JsonObject {
  const { provider, ref, temperature } = model;
  return {
    ...allowedProviders(provider, theirs),
    model: ref,
    provider: { [provider]: localProvider(model, asObject(theirs["provider"]), facts) },
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

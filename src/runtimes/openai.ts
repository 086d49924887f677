/**
 * Any server with OpenAI's `/v1/models`: vLLM, SGLang, TGI and others. What such a list does not tell
 * is not known; what it serves is loaded by whoever started it.
 */
import { asNumber, asObject, asText } from "../core/json.ts";
import type { InstalledModel } from "../core/runtime.ts";
import { shellWord } from "../core/shell-word.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { Adapter, AdapterContext, ByHand } from "./adapter.ts";
import { askRuntime, type Named, strangeAnswer } from "./http/ask-runtime.ts";
import type { RuntimeAnswer } from "./http/client.ts";

/** No variable for a token: a key for another company must not go to whatever listens here. */
const named: Named = { title: "OpenAI-compatible server", startCommand: "vllm serve MODEL" };

export const openai: Adapter = {
  kind: "openai",
  ...named,
  abilities: {
    seesLoaded: false,
    load: false,
    unload: false,
    keepAlive: false,
    loadContext: false,
    derive: false,
    pull: false,
  },
  installedEveryMs: 60_000,
  version,
  loaded: async () => [],
  installed,
  byHand,
};

/** ms; nothing here waits for a model. */
const answerMs = 3000;

/** vLLM tells its version; of others the list of models is the sign of life. */
async function version(context: AdapterContext, abort: AbortSignal): Promise<string | undefined> {
  const options = { abort, timeoutMs: answerMs, accept: isNoRefusal };
  const { json } = await askRuntime(named, context, { path: "/version", ...options });
  const told = asText(asObject(json)["version"]);
  if (told === undefined) await list(context, abort);
  return told;
}

async function installed(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly InstalledModel[]> {
  return (await list(context, abort)).flatMap(readModel);
}

async function list(context: AdapterContext, abort: AbortSignal): Promise<readonly unknown[]> {
  const options = { path: "/v1/models", abort, timeoutMs: answerMs };
  const { data } = asObject((await askRuntime(named, context, options)).json);
  if (!Array.isArray(data)) throw strangeAnswer(named, context.client.url);
  return data;
}

function readModel(value: unknown): readonly InstalledModel[] {
  const model = asObject(value);
  const name = asText(model["id"]);
  if (!name) return [];
  // vLLM's name for it first.
  const context = asNumber(model["max_model_len"]) ?? asNumber(model["context_length"]);
  return [
    {
      name,
      // What it is served with is all the context there is.
      ...withoutUndefined({ maxContext: context, ownContext: context }),
      chat: !/embed|rerank/i.test(name),
      cloud: false,
      described: true,
    },
  ];
}

/** It can do none of the deeds, so this is how one looks at what it has. */
function byHand({ url }: ByHand): string {
  return `curl ${shellWord(`${url}/v1/models`)}`;
}

function isNoRefusal({ status }: RuntimeAnswer): boolean {
  return status !== 401 && status !== 403;
}

/**
 * llama.cpp's `llama-server`, with one model or as a router (see `llama-server-models.ts`).
 *
 * Looking must not wake anything: `/slots` wakes a sleeping server, and with `?model=` most paths
 * load that model in a router. So only `/models` and `/props` are asked, without a model (measured
 * on b11669).
 */
import { asObject, asText } from "../../core/json.ts";
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import type { Adapter, AdapterContext, ByHand } from "../adapter.ts";
import { curlPost } from "../curl.ts";
import { strangeAnswer } from "../http/ask-runtime.ts";
import { llamaServerEvents } from "./llama-server-events.ts";
import { loadLlamaServer, unloadLlamaServer } from "./llama-server-load.ts";
import { installedModel, loadedAlone, loadedInRouter, stillLoaded } from "./llama-server-models.ts";
import {
  askLlamaServer,
  isLoading,
  listModels,
  named,
  stillLoading,
} from "./llama-server-requests.ts";
import { weightsBytes } from "./llama-server-weights.ts";

export const llamaServer: Adapter = {
  kind: "llama-server",
  ...named,
  abilities: {
    seesLoaded: true,
    load: true,
    unload: true,
    keepAlive: false,
    loadContext: false,
    derive: false,
    pull: false,
  },
  installedEveryMs: 30_000,
  version,
  loaded,
  installed,
  load: loadLlamaServer,
  unload: unloadLlamaServer,
  events: llamaServerEvents,
  byHand,
};

/** While its one model loads it answers everything with 503, and tells no version. */
async function version(context: AdapterContext, abort: AbortSignal): Promise<string | undefined> {
  const answer = await askLlamaServer(context, "/props", { abort, accept: isLoading });
  if (isLoading(answer)) return undefined;
  const props = asObject(answer.json);
  if (!("build_info" in props || "default_generation_settings" in props))
    throw strangeAnswer(named, context.client.url);
  return asText(props["build_info"]);
}

async function loaded(
  context: AdapterContext,
  abort: AbortSignal,
  before: readonly LoadedModel[] = [],
): Promise<readonly LoadedModel[]> {
  const same = await loadedAsBefore(context, abort, before);
  if (same) return [same];
  const models = await listModels(context, abort);
  // It does not say which one it loads.
  if (models === "loading") return [{ name: "its model", instance: "", state: "loading" }];
  const [first] = models;
  if (!first || first.status) return models.flatMap(loadedInRouter);
  const props = await askLlamaServer(context, "/props", { abort });
  return [loadedAlone(first, props.json)];
}

/** The one model of a server, if that is still the one: its properties alone tell how it is now. */
async function loadedAsBefore(
  context: AdapterContext,
  abort: AbortSignal,
  [model]: readonly LoadedModel[],
): Promise<LoadedModel | undefined> {
  if (!model?.stays) return undefined;
  const props = await askLlamaServer(context, "/props", { abort, accept: isLoading });
  return isLoading(props) ? undefined : stillLoaded(model, props.json);
}

async function installed(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly InstalledModel[]> {
  const models = await listModels(context, abort);
  if (models === "loading") throw stillLoading();
  const isRouter = models.some(({ status }) => status);
  const props = isRouter ? undefined : await askLlamaServer(context, "/props", { abort });
  return Promise.all(
    models.map(async (model) => {
      const known = installedModel(model, props?.json);
      const sizeBytes = known.sizeBytes ?? (await weightsBytes(context, model.arguments.file));
      return { ...known, ...withoutUndefined({ sizeBytes }) };
    }),
  );
}

function byHand({ deed, url, model }: ByHand): string {
  return curlPost(`${url}/models/${deed === "unload" ? "unload" : "load"}`, { model });
}

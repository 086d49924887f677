/**
 * LM Studio by its REST API. It tells no version, no use of the GPU and no time-outs. Requests of
 * OpenCode can load a model by themselves ("JIT"); LM Studio keeps one such model at a time, so that
 * modes with several models throw each other's out. Those that are loaded by `load` stay.
 */
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";
import type { Adapter, AdapterContext } from "../adapter.ts";
import { lmStudioByHand } from "./lmstudio-by-hand.ts";
import { loadLmStudio, pullLmStudio, unloadLmStudio } from "./lmstudio-deeds.ts";
import { greet, listModels, named } from "./lmstudio-requests.ts";

export const lmstudio: Adapter = {
  kind: "lmstudio",
  ...named,
  abilities: {
    seesLoaded: true,
    load: true,
    unload: true,
    keepAlive: false,
    loadContext: true,
    derive: false,
    pull: true,
  },
  installedEveryMs: 30_000,
  version: async (context, abort) => {
    await greet(context, abort);
    return undefined;
  },
  loaded,
  installed,
  load: loadLmStudio,
  unload: unloadLmStudio,
  pull: pullLmStudio,
  byHand: lmStudioByHand,
};

async function loaded(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly LoadedModel[]> {
  const models = await listModels(context, abort);
  return models.flatMap(({ instances }) => instances);
}

/** In the v0 list each instance is an entry of its own; a model stands here once. */
async function installed(
  context: AdapterContext,
  abort: AbortSignal,
): Promise<readonly InstalledModel[]> {
  const models = await listModels(context, abort);
  return [...new Map(models.map((model) => [model.installed.name, model.installed])).values()];
}

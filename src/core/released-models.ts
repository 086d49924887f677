/**
 * Models that stay in the memory of this machine although no mode uses them any more: after a switch
 * the old one goes only when its time is up, and one that was loaded by hand or for good never does.
 */
import {
  findLoaded,
  isUsedElsewhere,
  type ModelsView,
  modesUsing,
  runtimeOf,
} from "./installed-models.ts";
import type { LoadedModel, RuntimeState } from "./runtime.ts";

export type Released = { readonly runtime: RuntimeState; readonly loaded: LoadedModel };

export function releasedModels(view: ModelsView): readonly Released[] {
  const { runtimes, released } = view.models;
  return released.flatMap((ref) => {
    const { runtime, name } = runtimeOf(runtimes, ref) ?? {};
    const loaded = runtime && name ? findLoaded(runtime, name) : undefined;
    if (!runtime || !loaded || loaded.state !== "loaded" || loaded.stays) return [];
    // On another machine others may use it; what a server cannot unload nobody is asked to.
    if (!runtime.address.local || !runtime.abilities.unload || loaded.busy) return [];
    const isUsed =
      modesUsing(view, runtime, loaded.name).length > 0 ||
      isUsedElsewhere(view.models, runtime, loaded.name);
    return isUsed ? [] : [{ runtime, loaded }];
  });
}

/**
 * Whether a request runs on a loaded model. Most runtimes do not tell; that an agent of ours works
 * with it is known all the same.
 */
import { type ModelsView, namesOneModel, runtimeOf } from "./installed-models.ts";
import { agentModes } from "./mode.ts";
import type { LoadedModel, RuntimeState } from "./runtime.ts";

/** The loaded models of a runtime, those that our agents work with marked as busy. */
export function loadedInUse(
  { models, panes }: ModelsView,
  runtime: RuntimeState,
): readonly LoadedModel[] {
  const names = agentModes.flatMap((mode) => {
    const { kind, process, activity, model, wantedModel } = panes?.[mode] ?? {};
    if (kind !== "opencode" || process?.type !== "running" || activity?.type !== "busy") return [];
    const ref = model ?? wantedModel;
    const found = ref === undefined ? undefined : runtimeOf(models.runtimes, ref);
    return found && found.runtime.address.id === runtime.address.id ? [found.name] : [];
  });
  if (names.length === 0) return runtime.loaded;
  return runtime.loaded.map((loaded) => {
    const isUsed = names.some((name) => namesOneModel(runtime, name, loaded.name));
    return isUsed && loaded.state === "loaded" ? { ...loaded, busy: true } : loaded;
  });
}

/**
 * Whether an agent waits for its model to be loaded or for the model to answer: for the user both are
 * a long silence, but only the first ends by itself within a time that one can look up.
 */
import { findInstalled, findLoaded, runtimeOf } from "./installed-models.ts";
import type { AgentMode } from "./mode.ts";
import { type PaneStatus, paneStatus } from "./select.ts";
import type { State } from "./state.ts";

type WaitView = Pick<State, "panes" | "models">;

/** What a mode does, from its pane and from what its runtime has loaded. */
export function modeStatus(view: WaitView, mode: AgentMode): PaneStatus {
  const status = paneStatus(view.panes[mode]);
  return waitsForModel(view, mode)
    ? { ...status, glyph: "starting", word: "awaits model" }
    : status;
}

/**
 * Whether the agent of a mode works while its model is not loaded. From 0.30 on an Ollama does not
 * tell of a model before it is loaded, so that what is missing is on its way.
 */
export function waitsForModel({ panes, models }: WaitView, mode: AgentMode): boolean {
  const { kind, process, activity, model, wantedModel } = panes[mode];
  if (kind !== "opencode" || process.type !== "running" || activity.type !== "busy") return false;
  const ref = model ?? wantedModel;
  const found = ref === undefined ? undefined : runtimeOf(models.runtimes, ref);
  if (!found || found.runtime.connection.type !== "up" || !found.runtime.abilities.seesLoaded)
    return false;
  const { runtime, name } = found;
  const loaded = findLoaded(runtime, name);
  if (loaded) return loaded.state === "loading" || loaded.state === "sleeping";
  // A server with one model answers to any name, and a cloud's model is never loaded here.
  return findInstalled(runtime, name)?.cloud === false;
}

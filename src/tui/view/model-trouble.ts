import { runtimeOf } from "../../core/installed-models.ts";
import { arrange } from "../../core/layout.ts";
import { agentModes } from "../../core/mode.ts";
import { modelWarnings } from "../../core/model-warnings.ts";
import type { State } from "../../core/state.ts";
import { isInTrouble } from "./runtime-text.ts";

/** Whether something keeps a mode from its model and no panel is there to say it. */
export function hasHiddenTrouble(state: State): boolean {
  if (state.environment.type !== "ready" || arrange(state).panel !== undefined) return false;
  const { runtimes, wishes } = state.models;
  const isDown = agentModes.some((mode) => {
    const wish = state.panes[mode].kind === "opencode" ? wishes[mode] : undefined;
    const found = wish && runtimeOf(runtimes, wish.model);
    return found !== undefined && isInTrouble(found.runtime);
  });
  return isDown || modelWarnings(state).some(({ level }) => level === "error");
}

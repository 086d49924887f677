import { arrange } from "../core/layout.ts";
import { agentModes } from "../core/mode.ts";
import { waitsForModel } from "../core/model-wait.ts";
import type { State } from "../core/state.ts";

/** How closely somebody looks at the runtimes: that decides how often they are asked. */
export type Attention = "focused" | "shown" | "hidden";

export function attentionOf(state: State): Attention {
  const { overlay, environment } = state;
  switch (overlay?.type) {
    case "model-picker":
    case "switch-options":
    case "models":
      return "focused";
    default:
      return environment.type === "ready" && (arrange(state).panel || someWaits(state))
        ? "shown"
        : "hidden";
  }
}

/** A title says that its agent waits for its model: when that is loaded is to be seen. */
function someWaits(state: State): boolean {
  return agentModes.some((mode) => waitsForModel(state, mode));
}

/** The memory of this machine matters only beside a runtime that lives on it. */
export function memoryAttention({ models }: State, attention: Attention): Attention {
  const here = models.runtimes.some(
    ({ address, connection: { type } }) => address.local && (type === "up" || type === "stale"),
  );
  return here ? attention : "hidden";
}

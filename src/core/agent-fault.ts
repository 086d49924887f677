/** Why an agent's request failed, where its runtime's words tell: in our words, with what mends it. */
import type { Action } from "./action.ts";
import type { ErrorCode } from "./error.ts";
import { runtimeOf } from "./installed-models.ts";
import { missingRemedy } from "./missing-model.ts";
import { knownModelFault } from "./model-fault.ts";
import type { ModelsState } from "./models.ts";
import type { PaneState } from "./state.ts";

export type AgentFault = {
  readonly message: string;
  /** Its key leads to what mends it. */
  readonly action?: Action;
  readonly remedy: string;
};

type Faulty = Pick<PaneState, "activity" | "model" | "wantedModel">;

/** Undefined: nothing failed, or in words that only their program understands. */
export function agentFault(models: ModelsState, pane: Faulty): AgentFault | undefined {
  const { activity } = pane;
  if (activity.type !== "retry" && activity.type !== "error") return undefined;
  const found = runtimeOf(models.runtimes, pane.model ?? pane.wantedModel ?? "");
  if (!found) return undefined;
  const { runtime, name } = found;
  const problem = knownModelFault(activity.message, {
    model: name,
    kind: runtime.kind,
    runtime: runtime.address.id,
    installed: runtime.installed.map((each) => each.name),
    fetches: runtime.abilities.pull,
  });
  if (!problem) return undefined;
  const { code, message, remedy } = problem;
  if (code === "model/not-found") {
    // An agent also misses files and sessions.
    return /model/i.test(activity.message)
      ? { message, action: "pick-model", remedy: missingRemedy(runtime, name) }
      : undefined;
  }
  return { message, remedy, ...mends[code] };
}

/** Where keys are at hand nobody leaves for a shell. */
const mends: Readonly<Partial<Record<ErrorCode, Pick<AgentFault, "action" | "remedy">>>> = {
  "model/out-of-memory": {
    action: "models",
    remedy: "unload another one, or pick a smaller model or context",
  },
  "model/no-tools": { action: "pick-model", remedy: "pick one with tools" },
  "model/no-chat": { action: "pick-model", remedy: "pick another" },
  "model/context-full": { action: "pick-model", remedy: "pick it again with a longer context" },
};

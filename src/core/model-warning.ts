/** What is wrong with a model, and of which. */
import type { AgentMode } from "./mode.ts";
import type { InstalledModel, LoadedModel, RuntimeState } from "./runtime.ts";

export type ModelWarning = {
  readonly level: "error" | "warning";
  readonly text: string;
  /** What the user can ask for to mend it: the view knows its key. */
  readonly action?: "pick-model" | "models";
  /** What to do, in words; with an action, what to do there. */
  readonly remedy: string;
};

/** A model that modes are meant to use, at a runtime that answers. */
export type UsedModel = {
  readonly runtime: RuntimeState;
  readonly name: string;
  readonly modes: readonly AgentMode[];
  readonly model: InstalledModel | undefined;
  readonly loaded: LoadedModel | undefined;
};

/** "plan", "plan and build", "plan, build and review". */
export function listed(modes: readonly AgentMode[]): string {
  return modes.length < 2 ? modes.join("") : `${modes.slice(0, -1).join(", ")} and ${modes.at(-1)}`;
}

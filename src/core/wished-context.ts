/** The context that the settings want models of a runtime to have (`runtimes.ID.context`). */
import { type AgentMode, agentModes } from "./mode.ts";
import type { InstalledModel, RuntimeState } from "./runtime.ts";

export type WishedContext = {
  readonly runtime: Pick<RuntimeState, "address">;
  readonly model?: Pick<InstalledModel, "maxContext"> | undefined;
  /** Those that are to use the model; none: any of them may come to. */
  readonly modes: readonly AgentMode[];
};

/** In tokens: the longest that one of the modes is to have, as far as the model was trained for it. */
export function wishedContext({ runtime, model, modes }: WishedContext): number | undefined {
  const { context } = runtime.address.tuning ?? {};
  if (!context) return undefined;
  const among = modes.length > 0 ? modes : agentModes;
  const wished = among.flatMap((mode) => context[mode]?.value ?? []);
  if (wished.length === 0) return undefined;
  return Math.min(Math.max(...wished), model?.maxContext ?? Number.POSITIVE_INFINITY);
}
